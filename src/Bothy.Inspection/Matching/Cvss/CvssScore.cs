using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Cvss;

/// <summary>
/// A score of the Common Vulnerability Scoring System, computed from its vector by the published formulas. Of versions 2 and 3 it is the base score; in version 4 the threat and
/// environmental metrics that a vector states count as well, since its formula is one.
/// </summary>
/// <param name="Vector">The vector, as it was written.</param>
/// <param name="Version">The version: 2.0, 3.0, 3.1 or 4.0.</param>
/// <param name="Score">From 0 to 10, with one decimal.</param>
public sealed record CvssScore(string Vector, string Version, double Score)
{
    private const int MaxLength = 512;

    /// <summary>The word for the score: in versions 3 and 4 by the qualitative severity rating scale, in version 2, which has none, by NVD's.</summary>
    public SeverityLevel Severity => Score switch
    {
        <= 0 => Version == "2.0" ? SeverityLevel.Low : SeverityLevel.Negligible,
        < 4 => SeverityLevel.Low,
        < 7 => SeverityLevel.Medium,
        < 9 => SeverityLevel.High,
        _ => Version == "2.0" ? SeverityLevel.High : SeverityLevel.Critical,
    };

    /// <summary>Computes the score of <paramref name="vector"/>.</summary>
    /// <returns>False where it is none: an unknown metric or value, one that is missing or twice there.</returns>
    public static bool TryOf(string vector, [NotNullWhen(true)] out CvssScore? score)
    {
        ArgumentNullException.ThrowIfNull(vector);
        string text = vector.Trim();
        score = text.Length > MaxLength ? null
            : text.StartsWith("CVSS:4.0/", StringComparison.Ordinal) ? Make(vector, "4.0", CvssV4.Score(text[9..]))
            : text.StartsWith("CVSS:3.1/", StringComparison.Ordinal) ? Make(vector, "3.1", CvssV3.Score(text[9..], exactRounding: true))
            : text.StartsWith("CVSS:3.0/", StringComparison.Ordinal) ? Make(vector, "3.0", CvssV3.Score(text[9..], exactRounding: false))
            : text.StartsWith("CVSS2#", StringComparison.Ordinal) ? Make(vector, "2.0", CvssV2.Score(text[6..]))
            : Make(vector, "2.0", CvssV2.Score(text.StartsWith('(') && text.EndsWith(')') ? text[1..^1] : text));
        return score is not null;
    }

    /// <summary>The score of the newest version among <paramref name="vectors"/>, of several the highest; null where none can be read.</summary>
    public static CvssScore? Newest(ImmutableArray<string> vectors) =>
        vectors
            .Select(static vector => TryOf(vector, out var score) ? score : null)
            .OfType<CvssScore>()
            .OrderByDescending(static score => score.Version, StringComparer.Ordinal)
            .ThenByDescending(static score => score.Score)
            .ThenBy(static score => score.Vector, StringComparer.Ordinal)
            .FirstOrDefault();

    private static CvssScore? Make(string vector, string version, double? score) => score is { } value ? new CvssScore(vector, version, value) : null;
}
