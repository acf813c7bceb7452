using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bothy.Packages.Debian;

/// <summary>The kept fields of one stanza as text, on their way to a <see cref="DebianPackage"/>.</summary>
internal sealed class DebianIndexStanza
{
    private static readonly int FieldCount = Enum.GetValues<DebianIndexField>().Length;

    private readonly string?[] _values = new string?[FieldCount];
    private readonly DebianIndexOrigin _origin;
    private readonly long _offset;

    public DebianIndexStanza(ReadOnlySpan<byte> stanza, DebianIndexOrigin origin)
    {
        _origin = origin;
        _offset = DebianStanzaBytes.Offset(stanza);
        for (var fields = DebianStanzaBytes.Fields(stanza); fields.MoveNext();)
        {
            _values[(int)fields.Field] = Encoding.UTF8.GetString(fields.Value);
        }
    }

    private string? this[DebianIndexField field] => _values[(int)field];

    /// <summary>The package.</summary>
    /// <exception cref="MalformedDataException">A field does not follow its syntax.</exception>
    public DebianPackage ToPackage()
    {
        string name = this[DebianIndexField.Package]!;
        var version = Version(this[DebianIndexField.Version]!);
        var (source, sourceVersion) = Source(name, version);
        return new DebianPackage
        {
            Origin = _origin,
            Name = name,
            Version = version,
            Architecture = this[DebianIndexField.Architecture]!,
            Source = source,
            SourceVersion = sourceVersion,
            MultiArch = MultiArch(),
            Essential = this[DebianIndexField.Essential] is { } essential && essential.Equals("yes", StringComparison.OrdinalIgnoreCase),
            Priority = this[DebianIndexField.Priority] ?? "",
            Section = this[DebianIndexField.Section] ?? "",
            PreDepends = Groups(DebianIndexField.PreDepends),
            Depends = Groups(DebianIndexField.Depends),
            Recommends = Groups(DebianIndexField.Recommends),
            Conflicts = Flat(DebianIndexField.Conflicts),
            Breaks = Flat(DebianIndexField.Breaks),
            Replaces = Flat(DebianIndexField.Replaces),
            Provides = Flat(DebianIndexField.Provides),
            InstalledSize = this[DebianIndexField.InstalledSize] is { } installed ? Number(installed, "Installed-Size") : 0,
            Filename = Filename(),
            Size = Number(this[DebianIndexField.Size]!, "Size"),
            Digest = Digest.TryParseHex(this[DebianIndexField.Sha256], out var digest) ? digest : throw Malformed("SHA256 is not one"),
        };
    }

    private DebianVersion Version(string text)
    {
        try
        {
            return DebianVersion.Parse(text);
        }
        catch (FormatException e)
        {
            throw Malformed(e.Message);
        }
    }

    private (string Name, DebianVersion Version) Source(string name, DebianVersion version)
    {
        if (this[DebianIndexField.Source] is not { } text)
        {
            return (name, version);
        }

        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return (text, version);
        }

        return text.EndsWith(')')
            ? (text[..open].TrimEnd(), Version(text[(open + 1)..^1].Trim()))
            : throw Malformed($"Source '{text}' lacks a ')'");
    }

    private DebianMultiArch MultiArch() => this[DebianIndexField.MultiArch] switch
    {
        null or "no" => DebianMultiArch.No,
        "same" => DebianMultiArch.Same,
        "foreign" => DebianMultiArch.Foreign,
        "allowed" => DebianMultiArch.Allowed,
        var other => throw Malformed($"Multi-Arch '{other}' is none of no, same, foreign, allowed"),
    };

    private string Filename()
    {
        string text = this[DebianIndexField.Filename]!;
        string path = text.StartsWith("./", StringComparison.Ordinal) ? text[2..] : text;
        bool leaves = path.Length == 0
            || path.Split('/')[0].Contains(':', StringComparison.Ordinal)
            || path.Contains('\\', StringComparison.Ordinal)
            || path.Split('/').Any(part => part is "" or "." or "..");
        return leaves ? throw Malformed($"Filename '{text}' leaves the archive") : path;
    }

    private long Number(string text, string field) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw Malformed($"{field} '{text}' is not a number");

    private ImmutableArray<RelationGroup> Groups(DebianIndexField field) => Relations(field, value => RelationField.Parse(value));

    private ImmutableArray<Relation> Flat(DebianIndexField field) => Relations(field, value => RelationField.ParseFlat(value));

    private ImmutableArray<T> Relations<T>(DebianIndexField field, Func<string, ImmutableArray<T>> parse)
    {
        if (this[field] is not { } value)
        {
            return [];
        }

        try
        {
            return parse(value);
        }
        catch (FormatException e)
        {
            throw Malformed($"in {field}: {e.Message}");
        }
    }

    private MalformedDataException Malformed(string problem) =>
        new($"the package index {_origin}", _offset, $"{this[DebianIndexField.Package]}: {problem}");
}
