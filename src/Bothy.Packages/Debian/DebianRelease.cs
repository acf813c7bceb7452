using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Deb822;

namespace Bothy.Packages.Debian;

/// <summary>
/// What a suite's Release file says (https://wiki.debian.org/DebianRepository/Format). This is only its reader: whoever
/// calls it must have verified the signature, and must then ask <see cref="CheckIsFor"/> and <see cref="CheckDates"/>.
/// </summary>
public sealed class DebianRelease
{
    // A clock can be a bit off. A release from the far future would outlast every later one, Valid-Until and all.
    private static readonly TimeSpan FutureTolerance = TimeSpan.FromDays(1);

    // Strongest first. MD5 and SHA-1 are listed too, but nothing may rest on them.
    private static readonly (string Name, int HexLength)[] Algorithms = [("SHA512", 128), ("SHA256", 64)];

    private static readonly string[] DateFormats = ["ddd, d MMM yyyy H:mm:ss zzz", "d MMM yyyy H:mm:ss zzz"];

    private readonly FrozenDictionary<string, ReleaseFile> _files;
    private readonly Deb822Paragraph _fields;

    private DebianRelease(Deb822Paragraph fields, DateTimeOffset date, DateTimeOffset? validUntil, IEnumerable<ReleaseFile> files)
    {
        _fields = fields;
        Date = date;
        ValidUntil = validUntil;
        _files = files.ToFrozenDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <summary><c>Suite</c>, such as <c>stable</c>; null where it has none.</summary>
    public string? Suite => _fields["Suite"];

    /// <summary><c>Codename</c>, such as <c>bookworm</c>; null where it has none.</summary>
    public string? Codename => _fields["Codename"];

    /// <summary><c>Version</c>, such as <c>12.5</c>; null where it has none.</summary>
    public string? Version => _fields["Version"];

    /// <summary><c>Origin</c>, such as <c>Debian</c>; null where it has none.</summary>
    public string? Origin => _fields["Origin"];

    /// <summary><c>Label</c>, such as <c>Debian-Security</c>; null where it has none.</summary>
    public string? Label => _fields["Label"];

    /// <summary><c>Date</c>: when it was made.</summary>
    public DateTimeOffset Date { get; }

    /// <summary><c>Valid-Until</c>: when it expires; null where it never does.</summary>
    public DateTimeOffset? ValidUntil { get; }

    /// <summary><c>Architectures</c>; empty where it has none.</summary>
    public ImmutableArray<string> Architectures => Words("Architectures");

    /// <summary><c>Components</c>; empty where it has none.</summary>
    public ImmutableArray<string> Components => Words("Components");

    /// <summary><c>Acquire-By-Hash</c>: whether indexes can be had by their hash, so that an update of the mirror between two requests does no harm.</summary>
    public bool AcquireByHash => IsYes("Acquire-By-Hash");

    /// <summary>
    /// Whether packages for all architectures are in an index of their own only. Debian lists them in each architecture's too and
    /// says so by <c>No-Support-for-Architecture-all: Packages</c>.
    /// </summary>
    public bool HasIndexForAll =>
        Architectures.Contains("all", StringComparer.Ordinal)
        && !Words("No-Support-for-Architecture-all").Contains("Packages", StringComparer.Ordinal);

    /// <summary>The priority of its packages, as apt_preferences(5) gives it by default: 500, 100 (<c>ButAutomaticUpgrades</c>) or 1 (<c>NotAutomatic</c>).</summary>
    public int Priority => !IsYes("NotAutomatic") ? 500 : IsYes("ButAutomaticUpgrades") ? 100 : 1;

    /// <summary>Reads the text of a Release file; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">It is not one.</exception>
    public static DebianRelease Parse(ReadOnlySpan<byte> text, string source)
    {
        var paragraphs = Deb822Document.Parse(text, source).Paragraphs;
        if (paragraphs.Length != 1)
        {
            throw new MalformedDataException(source, 0, FormattableString.Invariant($"it has {paragraphs.Length} paragraphs where one is expected"));
        }

        var fields = paragraphs[0];
        return new DebianRelease(
            fields,
            DateOf(fields, "Date", source) ?? throw new MalformedDataException(source, 0, "it has no Date"),
            DateOf(fields, "Valid-Until", source),
            FilesOf(fields, source));
    }

    /// <summary>The file at <paramref name="path"/> below the directory of the Release file; null where it is not listed.</summary>
    public ReleaseFile? Find(string path) => _files.GetValueOrDefault(path);

    /// <summary>Checks that this is the release of <paramref name="suite"/>, and not that of another suite put in its place.</summary>
    /// <exception cref="BothyException">It is another's.</exception>
    public void CheckIsFor(string suite, string shown)
    {
        ArgumentNullException.ThrowIfNull(suite);
        if (suite.EndsWith('/') || (Suite is null && Codename is null))
        {
            return;
        }

        // 'buster/updates' is signed as buster, and 'stable/updates' as stable: the last part is only the place.
        int slash = suite.LastIndexOf('/');
        string[] names = slash < 0 ? [suite] : [suite, suite[..slash]];
        if (!names.Any(name => name == Suite || name == Codename))
        {
            string is_ = string.Join(", codename ", new[] { Suite, Codename }.Where(name => name is not null));
            throw new BothyException($"cannot use {shown}: it is the index of suite {is_}, not of {suite}")
            {
                Hint = "Name the suite as its Release file does.",
            };
        }
    }

    /// <summary>Checks that the release is of the present.</summary>
    /// <exception cref="BothyException">It has expired, or is from the future.</exception>
    public void CheckDates(DateTimeOffset now, bool checkValidUntil, string shown)
    {
        if (Date - now > FutureTolerance)
        {
            throw new BothyException($"cannot use {shown}: its index is dated {Show(Date)}, which is in the future")
            {
                Hint = $"The clock of this machine says {Show(now)}; correct it if it is wrong.",
            };
        }

        if (checkValidUntil && ValidUntil is { } until && now > until)
        {
            throw new BothyException($"cannot use {shown}: its index expired on {Show(until)}")
            {
                Hint = "The mirror is out of date: name another one. For an archive of the past on purpose, add the option [check-valid-until=no] to the source.",
            };
        }
    }

    internal static string Show(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static DateTimeOffset? DateOf(Deb822Paragraph fields, string name, string source)
    {
        if (fields[name] is not { } text)
        {
            return null;
        }

        string zoned = text;
        foreach (string utc in new[] { " UTC", " GMT", " Z" })
        {
            zoned = zoned.EndsWith(utc, StringComparison.Ordinal) ? zoned[..^utc.Length] + " +00:00" : zoned;
        }

        // RFC 5322 writes zones without a colon, .NET reads them with one.
        if (zoned.Length > 5 && zoned[^5] is '+' or '-')
        {
            zoned = zoned.Insert(zoned.Length - 2, ":");
        }

        return DateTimeOffset.TryParseExact(zoned, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? date
            : throw new MalformedDataException(source, 0, $"its {name} '{text}' is not a date");
    }

    // One algorithm for the whole file, the strongest it has: a file that only a weaker list names is not trusted.
    private static Dictionary<string, ReleaseFile>.ValueCollection FilesOf(Deb822Paragraph fields, string source)
    {
        foreach (var (name, hexLength) in Algorithms)
        {
            if (fields.Find(name) is { } field)
            {
                return FilesOf(field, hexLength, source);
            }
        }

        throw new MalformedDataException(source, 0, "it lists no file by SHA256 or SHA512");
    }

    private static Dictionary<string, ReleaseFile>.ValueCollection FilesOf(Deb822Field field, int hexLength, string source)
    {
        var files = new Dictionary<string, ReleaseFile>(StringComparer.Ordinal);
        foreach (string line in field.Lines)
        {
            string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3
                || words[0].Length != hexLength
                || !words[0].All(char.IsAsciiHexDigitLower)
                || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size))
            {
                throw new MalformedDataException(source, 0, $"its {field.Name} has the line '{line}', which is not a hash, a size and a path");
            }

            var file = new ReleaseFile(words[2], size, field.Name.ToUpperInvariant(), words[0]);
            if (!files.TryAdd(file.Path, file) && files[file.Path] != file)
            {
                throw new MalformedDataException(source, 0, $"its {field.Name} lists {file.Path} twice, differently");
            }
        }

        return files.Values;
    }

    private bool IsYes(string name) => string.Equals(_fields[name], "yes", StringComparison.OrdinalIgnoreCase);

    private ImmutableArray<string> Words(string name) => [.. _fields.Find(name)?.Words ?? []];
}
