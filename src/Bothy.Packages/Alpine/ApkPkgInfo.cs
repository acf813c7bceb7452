using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>
/// What the <c>.PKGINFO</c> of an apk v2 package says: lines <c>key = value</c>, some keys repeated. Dependencies are kept as they are
/// written, each one text.
/// </summary>
public sealed record ApkPkgInfo
{
    /// <summary>The name of the file in the control segment.</summary>
    public const string FileName = ".PKGINFO";

    /// <summary><c>pkgname</c></summary>
    public required string Name { get; init; }

    /// <summary><c>pkgver</c></summary>
    public required string Version { get; init; }

    /// <summary><c>arch</c>, by apk's name, or <c>noarch</c>.</summary>
    public string Architecture { get; init; } = "noarch";

    /// <summary><c>pkgdesc</c></summary>
    public string Description { get; init; } = "";

    /// <summary><c>url</c></summary>
    public string Url { get; init; } = "";

    /// <summary><c>license</c></summary>
    public string License { get; init; } = "";

    /// <summary><c>origin</c>: the name of the source package; empty where there is none.</summary>
    public string Origin { get; init; } = "";

    /// <summary><c>maintainer</c></summary>
    public string Maintainer { get; init; } = "";

    /// <summary><c>packager</c>; in no index.</summary>
    public string Packager { get; init; } = "";

    /// <summary><c>commit</c></summary>
    public string Commit { get; init; } = "";

    /// <summary><c>builddate</c>, in seconds since 1970; 0 where there is none.</summary>
    public long BuildTime { get; init; }

    /// <summary><c>size</c>: the bytes it takes when installed. Of a package that says 0, apk 2 installs no file.</summary>
    public long InstalledSize { get; init; }

    /// <summary><c>provider_priority</c></summary>
    public int ProviderPriority { get; init; }

    /// <summary><c>replaces_priority</c>; in no index.</summary>
    public int ReplacesPriority { get; init; }

    /// <summary><c>depend</c></summary>
    public ImmutableArray<string> Depends { get; init; } = [];

    /// <summary><c>provides</c></summary>
    public ImmutableArray<string> Provides { get; init; } = [];

    /// <summary><c>replaces</c>; in no index.</summary>
    public ImmutableArray<string> Replaces { get; init; } = [];

    /// <summary><c>install_if</c></summary>
    public ImmutableArray<string> InstallIf { get; init; } = [];

    /// <summary><c>triggers</c>: patterns of directories, with a <c>+</c> before those that count only where they changed; in no index.</summary>
    public ImmutableArray<string> Triggers { get; init; } = [];

    /// <summary><c>datahash</c>: the digest of the compressed data segment; null where there is none.</summary>
    public Digest? DataHash { get; init; }

    /// <summary>Reads a <c>.PKGINFO</c>. Comments, unknown keys and lines that are no <c>key = value</c> are passed over, as apk does.</summary>
    /// <param name="text">The bytes of the file.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="MalformedDataException">A key that can be there once comes twice, a number or digest is none, or there is no name or version.</exception>
    public static ApkPkgInfo Parse(ReadOnlySpan<byte> text, string source) => new ApkPkgInfoReader(source).Read(text);

    /// <summary>The file's text, ending in a line feed, with the keys in the order abuild writes them and <c>datahash</c> last.</summary>
    /// <exception cref="BothyException">A value has a line feed, or a dependency a blank.</exception>
    public string ToText()
    {
        var text = new StringBuilder();
        Field("pkgname", Name);
        Field("pkgver", Version);
        Field("pkgdesc", Description);
        Field("url", Url);
        Field("builddate", Number(BuildTime));
        Field("packager", Packager);
        text.Append(CultureInfo.InvariantCulture, $"size = {InstalledSize}\n");
        Field("arch", Architecture);
        Field("origin", Origin);
        Field("commit", Commit);
        Field("maintainer", Maintainer);
        Field("replaces_priority", Number(ReplacesPriority));
        Field("provider_priority", Number(ProviderPriority));
        Field("license", License);
        Lines("replaces", Replaces);
        Lines("depend", Depends);
        Lines("provides", Provides);
        Field("triggers", Joined(Triggers));
        Field("install_if", Joined(InstallIf));
        Field("datahash", DataHash?.Hex ?? "");
        return text.ToString();

        void Field(string key, string value)
        {
            if (value.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{key} = {Line(key, value)}\n");
            }
        }

        void Lines(string key, ImmutableArray<string> values)
        {
            foreach (string value in values)
            {
                Field(key, Word(value));
            }
        }
    }

    /// <summary>
    /// The stanza of an <c>APKINDEX</c> for the package with this description, in the order in which apk writes it, each line ending in a
    /// line feed and without the empty line that ends a stanza.
    /// </summary>
    /// <param name="checksum">The package's identity.</param>
    /// <param name="size">The size of the package's file in bytes.</param>
    /// <exception cref="BothyException">A value has a line feed, or a dependency a blank.</exception>
    public string ToIndexStanza(ApkChecksum checksum, long size)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"C:{checksum}\n");
        Field('P', Name);
        Field('V', Version);
        Field('A', Architecture);
        text.Append(CultureInfo.InvariantCulture, $"S:{size}\nI:{InstalledSize}\n");

        // These three are there even where they are empty.
        text.Append(CultureInfo.InvariantCulture, $"T:{Line("T", Description)}\nU:{Line("U", Url)}\nL:{Line("L", License)}\n");
        Field('o', Origin);
        Field('m', Maintainer);
        Field('t', Number(BuildTime));
        Field('c', Commit);
        Field('k', Number(ProviderPriority));
        Field('D', Joined(Depends));
        Field('p', Joined(Provides));
        Field('i', Joined(InstallIf));
        return text.ToString();

        void Field(char letter, string value)
        {
            if (value.Length > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{letter}:{Line(letter.ToString(), value)}\n");
            }
        }
    }

    private static string Number(long value) => value == 0 ? "" : value.ToString(CultureInfo.InvariantCulture);

    private string Line(string key, string value) =>
        value.AsSpan().ContainsAny('\n', '\r', '\0')
            ? throw new BothyException($"cannot describe package '{Name}': its {key} has a line feed or a NUL")
            : value;

    private string Joined(ImmutableArray<string> values) => string.Join(' ', values.Select(Word));

    private string Word(string value) =>
        value.Length > 0 && !value.Contains(' ', StringComparison.Ordinal)
            ? value
            : throw new BothyException($"cannot describe package '{Name}': '{value}' is not one word");
}
