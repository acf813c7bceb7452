using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Testing;

/// <summary>How the members of a <c>.deb</c> are compressed.</summary>
public enum DebCompression
{
    /// <summary><c>.tar</c></summary>
    None,

    /// <summary><c>.tar.gz</c></summary>
    Gzip,

    /// <summary><c>.tar.xz</c>, by the program xz.</summary>
    Xz,

    /// <summary><c>.tar.zst</c>, by the program zstd.</summary>
    Zstd,
}

/// <summary>Makes a <c>.deb</c> (deb(5)) from what a test says, good or hostile: nothing is checked.</summary>
public sealed class DebBuilder(string name, string version = "1.0-1", string architecture = "amd64")
{
    private readonly List<(string Name, string Value)> _fields = [];
    private readonly List<RawTarEntry> _control = [];
    private readonly List<RawTarEntry> _data = [];
    private readonly List<(string Name, byte[] Content)> _members = [];

    /// <summary>The package's name.</summary>
    public string Name => name;

    /// <summary>The package's version.</summary>
    public string Version => version;

    /// <summary>The package's architecture.</summary>
    public string Architecture => architecture;

    /// <summary>How both members are compressed.</summary>
    public DebCompression Compression { get; init; } = DebCompression.Gzip;

    /// <summary>The content of <c>debian-binary</c>.</summary>
    public string FormatVersion { get; init; } = "2.0\n";

    /// <summary>The usual name of the file: without the epoch, as archives name it.</summary>
    public string FileName => $"{name}_{version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..]}_{architecture}.deb";

    /// <summary>Adds a field to the control paragraph, such as <c>Depends</c>.</summary>
    public DebBuilder Field(string field, string value)
    {
        _fields.Add((field, value));
        return this;
    }

    /// <summary>Adds a control file, such as <c>postinst</c>.</summary>
    public DebBuilder Control(string file, string text, int mode = 0b111_101_101)
    {
        _control.Add(new RawTarEntry("./" + file, '0') { Content = Encoding.UTF8.GetBytes(text), Mode = mode });
        return this;
    }

    /// <summary>Adds a file.</summary>
    public DebBuilder File(string path, string text, int mode = 0b110_100_100) => File(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Adds a file.</summary>
    public DebBuilder File(string path, byte[] content, int mode = 0b110_100_100) =>
        Raw(new RawTarEntry("./" + path, '0') { Content = content, Mode = mode });

    /// <summary>Adds a directory.</summary>
    public DebBuilder Directory(string path, int mode = 0b111_101_101) => Raw(new RawTarEntry($"./{path}/", '5') { Mode = mode });

    /// <summary>Adds a symbolic link.</summary>
    public DebBuilder Link(string path, string target) => Raw(new RawTarEntry("./" + path, '2') { Link = target, Mode = 0b111_111_111 });

    /// <summary>Adds a hard link.</summary>
    public DebBuilder HardLink(string path, string first) => Raw(new RawTarEntry("./" + path, '1') { Link = "./" + first });

    /// <summary>Adds an entry of the data archive as it is.</summary>
    public DebBuilder Raw(RawTarEntry entry)
    {
        _data.Add(entry);
        return this;
    }

    /// <summary>Adds an entry of the control archive as it is.</summary>
    public DebBuilder RawControl(RawTarEntry entry)
    {
        _control.Add(entry);
        return this;
    }

    /// <summary>Adds a member of the ar archive after the usual three.</summary>
    public DebBuilder Member(string member, byte[] content)
    {
        _members.Add((member, content));
        return this;
    }

    /// <summary>The control paragraph.</summary>
    public string ControlParagraph() =>
        $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Nobody <nobody@mirror.example>\n"
        + string.Concat(_fields.Select(field => $"{field.Name}: {field.Value}\n"))
        + $"Description: {name} of a test\n";

    /// <summary>The stanza of a Packages index for the file <paramref name="deb"/> at <paramref name="path"/>.</summary>
    public string IndexStanza(string path, byte[] deb)
    {
        ArgumentNullException.ThrowIfNull(deb);
        return ControlParagraph() + string.Create(CultureInfo.InvariantCulture, $"Filename: {path}\nSize: {deb.Length}\nSHA256: {Convert.ToHexStringLower(SHA256.HashData(deb))}\n");
    }

    /// <summary>The file.</summary>
    public byte[] Build()
    {
        var paragraph = new RawTarEntry("./control", '0') { Content = Encoding.UTF8.GetBytes(ControlParagraph()) };
        var root = new RawTarEntry("./", '5') { Mode = 0b111_101_101 };
        string suffix = Compression switch { DebCompression.Gzip => ".gz", DebCompression.Xz => ".xz", DebCompression.Zstd => ".zst", _ => "" };
        (string, byte[])[] members =
        [
            ("debian-binary", Encoding.ASCII.GetBytes(FormatVersion)),
            ("control.tar" + suffix, Compress(RawTar.Write([root, paragraph, .. _control]))),
            ("data.tar" + suffix, Compress(RawTar.Write([root, .. _data]))),
            .. _members,
        ];
        return Ar(members);
    }

    /// <summary>An ar archive of these members.</summary>
    public static byte[] Ar(params (string Name, byte[] Content)[] members)
    {
        ArgumentNullException.ThrowIfNull(members);
        using var archive = new MemoryStream();
        archive.Write("!<arch>\n"u8);
        foreach (var (member, content) in members)
        {
            string header = string.Create(CultureInfo.InvariantCulture, $"{member,-16}{1_700_000_000,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n");
            archive.Write(Encoding.ASCII.GetBytes(header));
            archive.Write(content);
            archive.Write(new byte[content.Length & 1]);
        }

        return archive.ToArray();
    }

    private byte[] Compress(byte[] tar) => Compression switch
    {
        DebCompression.Gzip => Gzip(tar),
        DebCompression.Xz => Judge.Run("xz", ["-c"], tar).Succeeded().OutputBytes,
        DebCompression.Zstd => Judge.Run("zstd", ["-c", "-q"], tar).Succeeded().OutputBytes,
        _ => tar,
    };

    internal static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}
