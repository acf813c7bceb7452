using System.Diagnostics.CodeAnalysis;
using Bothy.Formats.Text;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>From which findings on a scan fails.</summary>
public sealed record ScanThreshold
{
    private const string Fixable = "fixable";
    private const string KnownExploited = "kev";
    private const string Present = "present";

    private static readonly string[] Words = [.. Enum.GetValues<SeverityLevel>().Reverse().Select(static level => level.Word()), Fixable, KnownExploited, Present];

    /// <summary>The least severity; null where severity alone never counts.</summary>
    public SeverityLevel? Least { get; init; }

    /// <summary>Whether what is known to be exploited counts whatever its severity.</summary>
    public bool CountsKnownExploited { get; init; }

    /// <summary>Whether only what a version is known to be free of counts.</summary>
    public bool OnlyFixable { get; init; }

    /// <summary>Whether what has no code in the image does not count.</summary>
    public bool OnlyPresent { get; init; }

    /// <summary>Reads <c>high</c>, <c>critical,fixable</c>, <c>high,kev</c> and the like; says in <paramref name="problem"/> what is wrong with what is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ScanThreshold? threshold, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        threshold = new ScanThreshold();
        foreach (string word in words)
        {
            int level = Array.IndexOf(Words, word);
            if (level < 0)
            {
                string near = NearName.Find(word, Words) is { } meant ? $" (did you mean '{meant}'?)" : "";
                problem = $"cannot fail on '{word}'{near}: want a severity ({string.Join(", ", Words[..^3])}), {Fixable}, {KnownExploited} or {Present}, separated by commas";
                threshold = null;
                return false;
            }

            threshold = word switch
            {
                Fixable => threshold with { OnlyFixable = true },
                KnownExploited => threshold with { CountsKnownExploited = true },
                Present => threshold with { OnlyPresent = true },
                _ => threshold with { Least = SeverityLevel.Critical - level },
            };
        }

        problem = null;

        // "fixable" alone means any severity; "kev" alone means those.
        threshold = threshold.Least is null && !threshold.CountsKnownExploited ? threshold with { Least = SeverityLevel.Unknown } : threshold;
        return true;
    }

    /// <summary>Whether a scan fails for <paramref name="finding"/>.</summary>
    public bool Counts(Vulnerability finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return (finding.Severity.Level >= Least || (CountsKnownExploited && finding.IsKnownExploited))
            && (!OnlyFixable || finding.FixedVersion is not null)
            && (!OnlyPresent || finding.Code.Presence != CodePresence.Absent);
    }
}
