using System.Text;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>What a reader finds in a document, with limits to what one may hold.</summary>
internal sealed class AdvisoryGathering(string source)
{
    /// <summary>The most statements of one document; Debian's tracker has a few hundred thousand.</summary>
    public const int MaxEntries = 8_000_000;

    /// <summary>The longest name, version or word, in characters.</summary>
    public const int MaxName = 1024;

    private const int MaxSummary = 500;

    private const int MostReleases = 1000;

    private readonly Dictionary<(AdvisorySpace Space, string Name), string?> _releases = [];
    private readonly HashSet<string> _described = new(StringComparer.Ordinal);

    public List<AdvisoryEntry> Entries { get; } = [];

    public List<AdvisoryFacts> Facts { get; } = [];

    /// <summary>How many statements were about what is not read.</summary>
    public int Skipped { get; set; }

    /// <summary>What the document is about; readers say so where it tells.</summary>
    public string Name { get; set; } = "";

    /// <summary>When it was made, where it says so.</summary>
    public DateTimeOffset? Date { get; set; }

    /// <summary>The one form of a release's name; null where it is no release.</summary>
    public string? Release(AdvisorySpace space, string release)
    {
        if (!_releases.TryGetValue((space, release), out string? known))
        {
            known = AdvisoryReleases.Canonical(space, release);
            if (_releases.Count < MostReleases)
            {
                _releases.Add((space, release), known);
            }
        }

        return known;
    }

    /// <summary>The newest time that was named.</summary>
    public void Dated(DateTimeOffset? time) => Date = time > Date || Date is null ? time ?? Date : Date;

    public void Add(AdvisoryEntry entry)
    {
        Check(entry.Id);
        Check(entry.Package);
        if (Entries.Count == MaxEntries)
        {
            throw new MalformedDataException(source, 0, FormattableString.Invariant($"it has more than {MaxEntries} statements"));
        }

        Entries.Add(entry);
    }

    public void Add(AdvisoryFacts facts)
    {
        Check(facts.Id);
        if (Facts.Count == MaxEntries)
        {
            throw new MalformedDataException(source, 0, FormattableString.Invariant($"it tells of more than {MaxEntries} vulnerabilities"));
        }

        Facts.Add(facts);
    }

    /// <summary>Takes the description of a vulnerability, unless the document gave one before.</summary>
    public void Describe(string id, string? description)
    {
        if (!string.IsNullOrWhiteSpace(description) && _described.Add(id))
        {
            Add(new AdvisoryFacts { Id = id, Summary = Summary(description) });
        }
    }

    /// <summary>A name as it may be kept; anything else is malformed.</summary>
    public string Check(string name) =>
        name.Length is > 0 and <= MaxName && !name.AsSpan().ContainsAnyInRange('\0', '\x1f')
            ? name
            : throw new MalformedDataException(source, 0, name.Length == 0 ? "a name in it is empty" : "a name in it is too long, or none that can be printed");

    /// <summary>The beginning of a text, on one line; null where nothing is in it.</summary>
    public static string? Summary(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        string line = IsTidy(text) ? text : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxSummary)
        {
            return line;
        }

        int end = char.IsHighSurrogate(line[MaxSummary - 2]) ? MaxSummary - 2 : MaxSummary - 1;
        return string.Concat(line.AsSpan(0, end), "…");
    }

    // Nearly every description is on one line already, and there are tens of thousands of them.
    private static bool IsTidy(string text) =>
        Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.Contains("  ", StringComparison.Ordinal) && text[0] != ' ' && text[^1] != ' ';
}
