using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Testing;

/// <summary>
/// Writes one suite of a Debian archive into a directory, signed by a <see cref="TestSigner"/>: <c>dists</c> with indexes, their
/// copies by hash and the release files, and <c>pool</c>. Several builders may write different suites into one directory.
/// Reach it by <see cref="Uri"/>, or put a server before the directory.
/// </summary>
public sealed class DebianArchiveBuilder(string directory, TestSigner signer)
{
    private readonly List<(string Component, string Architecture, string Stanza)> _stanzas = [];

    /// <summary>A date for tests, later than the keys they make.</summary>
    public static DateTimeOffset SomeDate { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary><c>Suite</c>.</summary>
    public string Suite { get; init; } = "stable";

    /// <summary><c>Codename</c>, and the directory below <c>dists</c>.</summary>
    public string Codename { get; init; } = "bookworm";

    /// <summary><c>Date</c>, and the time of the signature.</summary>
    public DateTimeOffset Date { get; set; } = SomeDate;

    /// <summary><c>Valid-Until</c>.</summary>
    public DateTimeOffset? ValidUntil { get; set; }

    /// <summary>The native architecture.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>Whether packages for all architectures have an index of their own, <c>binary-all</c>, and stand only there.</summary>
    public bool IndexForAll { get; init; }

    /// <summary><c>Acquire-By-Hash</c>, and whether the copies by hash exist.</summary>
    public bool ByHash { get; init; } = true;

    /// <summary>Whether the indexes exist under their plain names.</summary>
    public bool PlainNames { get; init; } = true;

    /// <summary>The lists of hashes in the release file.</summary>
    public string[] Hashes { get; init; } = ["MD5Sum", "SHA256"];

    /// <summary>The forms of each index: empty for text, <c>.gz</c>, <c>.xz</c> (by the program xz).</summary>
    public string[] Endings { get; init; } = ["", ".gz"];

    /// <summary>Whether the signature is detached: <c>Release</c> and <c>Release.gpg</c> instead of <c>InRelease</c>.</summary>
    public bool Detached { get; init; }

    /// <summary>Further fields of the release file, each a line.</summary>
    public string[] Fields { get; init; } = [];

    /// <summary>Changes the release file before it is signed.</summary>
    public Func<string, string> EditRelease { get; init; } = text => text;

    /// <summary>The root of the archive, to be named in sources.</summary>
    public Uri Uri => new("file://" + directory.TrimEnd('/') + "/");

    /// <summary>The directory of the release file.</summary>
    public string ReleaseDirectory => Path.Combine(directory, "dists", Codename);

    /// <summary>Adds a package: its file to the pool and its stanza to the index. Returns the full path of the file.</summary>
    public string Add(DebBuilder package, string component = "main")
    {
        ArgumentNullException.ThrowIfNull(package);
        byte[] deb = package.Build();
        string path = $"pool/{component}/{package.Name[0]}/{package.Name}/{package.FileName}";
        string file = Write(Path.Combine(directory, path), deb);
        AddStanza(package.IndexStanza(path, deb), component, package.Architecture);
        return file;
    }

    /// <summary>Adds a stanza to the index of a component, whatever it says.</summary>
    public void AddStanza(string stanza, string component = "main", string architecture = "amd64") =>
        _stanzas.Add((component, architecture, stanza));

    /// <summary>Writes <c>dists</c>; again after changes.</summary>
    public DebianArchiveBuilder Write()
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string component in _stanzas.Select(stanza => stanza.Component).Append("main").Distinct())
        {
            AddIndex(files, component, Architecture, _stanzas.Where(stanza => stanza.Component == component && !(IndexForAll && stanza.Architecture == "all")));
            if (IndexForAll)
            {
                AddIndex(files, component, "all", _stanzas.Where(stanza => stanza.Component == component && stanza.Architecture == "all"));
            }
        }

        foreach (var (path, bytes) in files)
        {
            WriteIndex(path, bytes);
        }

        WriteRelease(EditRelease(ReleaseText(files)));
        return this;
    }

    private void AddIndex(SortedDictionary<string, byte[]> files, string component, string architecture, IEnumerable<(string, string, string Stanza)> stanzas)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', stanzas.Select(stanza => stanza.Stanza)));
        foreach (string ending in Endings)
        {
            files[$"{component}/binary-{architecture}/Packages{ending}"] = ending switch
            {
                ".gz" => DebBuilder.Gzip(text),
                ".xz" => Judge.Run("xz", ["-c"], text).Succeeded().OutputBytes,
                ".zst" => Judge.Run("zstd", ["-c", "-q"], text).Succeeded().OutputBytes,
                _ => text,
            };
        }
    }

    private void WriteIndex(string path, byte[] bytes)
    {
        if (PlainNames)
        {
            Write(Path.Combine(ReleaseDirectory, path), bytes);
        }

        if (ByHash)
        {
            foreach (string algorithm in Hashes.Where(name => name != "MD5Sum"))
            {
                Write(Path.Combine(ReleaseDirectory, Path.GetDirectoryName(path)!, "by-hash", algorithm, Hash(algorithm, bytes)), bytes);
            }
        }
    }

    private string ReleaseText(SortedDictionary<string, byte[]> files)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Origin: Test\nLabel: Test\nSuite: {Suite}\nVersion: 12.0\nCodename: {Codename}\nDate: {Show(Date)}\n");
        if (ValidUntil is { } until)
        {
            text.Append(CultureInfo.InvariantCulture, $"Valid-Until: {Show(until)}\n");
        }

        text.Append(ByHash ? "Acquire-By-Hash: yes\n" : "").Append(string.Concat(Fields.Select(field => field + "\n")));
        text.Append(CultureInfo.InvariantCulture, $"Architectures: {(IndexForAll ? "all " : "")}{Architecture}\nComponents: {string.Join(' ', _stanzas.Select(stanza => stanza.Component).Append("main").Distinct())}\n");
        foreach (string algorithm in Hashes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{algorithm}:\n");
            foreach (var (path, bytes) in files)
            {
                text.Append(CultureInfo.InvariantCulture, $" {Hash(algorithm, bytes)} {bytes.Length,8} {path}\n");
            }
        }

        return text.ToString();
    }

    private void WriteRelease(string text)
    {
        File.Delete(Path.Combine(ReleaseDirectory, "InRelease"));
        if (!Detached)
        {
            Write(Path.Combine(ReleaseDirectory, "InRelease"), signer.ClearSign(text, Date));
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(Path.Combine(ReleaseDirectory, "Release"), bytes);
        Write(Path.Combine(ReleaseDirectory, "Release.gpg"), Encoding.ASCII.GetBytes(signer.DetachSignArmoured(bytes, Date)));
    }

    private static string Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Show(DateTimeOffset date) => date.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Hash(string algorithm, byte[] bytes) => Convert.ToHexStringLower(algorithm switch
    {
        "MD5Sum" => MD5.HashData(bytes),
        "SHA256" => SHA256.HashData(bytes),
        "SHA512" => SHA512.HashData(bytes),
        _ => throw new ArgumentException("no such hash here", nameof(algorithm)),
    });
}
