using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>Reads a <c>.PKGINFO</c> line by line.</summary>
internal sealed class ApkPkgInfoReader(string source)
{
    private const int MaxWords = 65_536;

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        [
            "pkgname", "pkgver", "arch", "pkgdesc", "url", "license", "origin", "maintainer", "packager", "commit",
            "builddate", "size", "provider_priority", "replaces_priority", "datahash",
        ],
        StringComparer.Ordinal);

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _words = new(StringComparer.Ordinal)
    {
        ["depend"] = [],
        ["provides"] = [],
        ["replaces"] = [],
        ["install_if"] = [],
        ["triggers"] = [],
    };

    private int _offset;

    public ApkPkgInfo Read(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            ReadLine(line);
            int used = end < 0 ? text.Length : end + 1;
            text = text[used..];
            _offset += used;
        }

        return new ApkPkgInfo
        {
            Name = Required("pkgname"),
            Version = Required("pkgver"),
            Architecture = Text("arch") is { Length: > 0 } architecture ? architecture : "noarch",
            Description = Text("pkgdesc"),
            Url = Text("url"),
            License = Text("license"),
            Origin = Text("origin"),
            Maintainer = Text("maintainer"),
            Packager = Text("packager"),
            Commit = Text("commit"),
            BuildTime = Number("builddate", long.MaxValue),
            InstalledSize = Number("size", long.MaxValue),
            ProviderPriority = (int)Number("provider_priority", int.MaxValue),
            ReplacesPriority = (int)Number("replaces_priority", int.MaxValue),
            Depends = Words("depend"),
            Provides = Words("provides"),
            Replaces = Words("replaces"),
            InstallIf = Words("install_if"),
            Triggers = Words("triggers"),
            DataHash = DataHash(),
        };
    }

    private void ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty || line[0] == '#')
        {
            return;
        }

        // apk passes over a line that is not 'key = value'.
        int equals = line.IndexOf(" = "u8);
        if (equals <= 0)
        {
            return;
        }

        string key = Encoding.UTF8.GetString(line[..equals]);
        string value = Encoding.UTF8.GetString(line[(equals + 3)..]);
        if (!_words.TryGetValue(key, out var words))
        {
            // Programs differ in which of the two they believe.
            if (Known.Contains(key) && !_values.TryAdd(key, value))
            {
                throw Malformed($"'{key}' comes twice");
            }

            return;
        }

        words.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (words.Count > MaxWords)
        {
            throw Malformed(FormattableString.Invariant($"more than {MaxWords} words of '{key}'"));
        }
    }

    private string Text(string key) => _values.GetValueOrDefault(key, "");

    private string Required(string key) => Text(key) is { Length: > 0 } value ? value : throw Malformed($"it has no {key}");

    private long Number(string key, long max) => Text(key) switch
    {
        "" => 0,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= max => value,
        _ => throw Malformed($"its {key} is not a number"),
    };

    private Digest? DataHash() => Text("datahash") switch
    {
        "" => null,
        var hex when Digest.TryParseHex(hex, out var digest) => digest,
        _ => throw Malformed("its datahash is not a SHA-256"),
    };

    private ImmutableArray<string> Words(string key) => [.. _words[key]];

    private MalformedDataException Malformed(string problem) => new(source, _offset, problem);
}
