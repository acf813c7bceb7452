using System.Globalization;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>The words for findings, the same in every form of a report.</summary>
public static class FindingWords
{
    /// <summary>How a package stands to the vulnerability.</summary>
    public static string Word(this VulnerabilityState state) => state switch
    {
        VulnerabilityState.Affected => "affected",
        VulnerabilityState.Undetermined => "undetermined",
        VulnerabilityState.Deferred => "deferred",
        VulnerabilityState.WontFix => "won't fix",
        VulnerabilityState.EndOfLife => "end of life",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    /// <summary>Whether the source has code in the image.</summary>
    public static string Word(this CodePresence presence) => presence switch
    {
        CodePresence.Present => "present",
        CodePresence.Absent => "absent",
        _ => "unknown",
    };

    /// <summary>The version that is free of it, or why there is none.</summary>
    public static string Remedy(this Vulnerability finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return finding.FixedVersion ?? (finding.State == VulnerabilityState.Affected ? "none known" : finding.State.Word());
    }

    /// <summary>A probability as people read it.</summary>
    public static string Percent(double? share) => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{100 * known:F1} %") : "-";

    /// <summary>What is counted, in a line: <c>12 vulnerabilities in 5 sources: 1 critical, 3 high; 10 fixable</c>.</summary>
    public static string Summary(this ScanCounts counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (counts.Total == 0)
        {
            return "no known vulnerabilities";
        }

        string levels = string.Join(", ", counts.BySeverity.Where(static level => level.Count > 0).Select(static level => string.Create(CultureInfo.InvariantCulture, $"{level.Count} {level.Level.Word()}")));
        string[] more =
        [
            .. counts.Fixable > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{counts.Fixable} fixable")] : Array.Empty<string>(),
            .. counts.KnownExploited > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{counts.KnownExploited} known to be exploited")] : Array.Empty<string>(),
            .. counts.WithoutCode > 0 ? [string.Create(CultureInfo.InvariantCulture, $"{counts.WithoutCode} without code in the image")] : Array.Empty<string>(),
        ];
        return string.Create(CultureInfo.InvariantCulture, $"{Counted(counts.Total, "vulnerability", "vulnerabilities")} in {Counted(counts.Sources, "source", "sources")}: {levels}{(more.Length > 0 ? $"; {string.Join(", ", more)}" : "")}");
    }

    /// <summary>A time in reports.</summary>
    public static string Date(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Counted(int number, string one, string many) => string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many)}");
}
