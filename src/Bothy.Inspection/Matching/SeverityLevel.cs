namespace Bothy.Inspection.Matching;

/// <summary>How bad a vulnerability is, in the words that distributions and CVSS share; later ones are worse.</summary>
public enum SeverityLevel
{
    /// <summary>Nobody has said.</summary>
    Unknown,

    /// <summary>Not worth acting on: Debian's <c>unimportant</c>, Ubuntu's <c>negligible</c>, a CVSS score of 0.</summary>
    Negligible,

    /// <summary>Low.</summary>
    Low,

    /// <summary>Medium; GitHub's <c>moderate</c>.</summary>
    Medium,

    /// <summary>High.</summary>
    High,

    /// <summary>Critical.</summary>
    Critical,
}

/// <summary>Reads severities and writes them.</summary>
public static class SeverityLevels
{
    /// <summary>The word for a level, in lower case.</summary>
    public static string Word(this SeverityLevel level) => level switch
    {
        SeverityLevel.Negligible => "negligible",
        SeverityLevel.Low => "low",
        SeverityLevel.Medium => "medium",
        SeverityLevel.High => "high",
        SeverityLevel.Critical => "critical",
        _ => "unknown",
    };

    /// <summary>
    /// The level of a word that a distribution or a database uses; null where it says nothing of severity, such as <c>not yet assigned</c>. Debian's tracker puts stars behind an
    /// urgency that it took from elsewhere.
    /// </summary>
    public static SeverityLevel? Find(string? word) => word?.Trim().TrimEnd('*').ToLowerInvariant() switch
    {
        "unimportant" or "negligible" or "none" => SeverityLevel.Negligible,
        "low" => SeverityLevel.Low,
        "medium" or "moderate" => SeverityLevel.Medium,
        "high" or "important" => SeverityLevel.High,
        "critical" => SeverityLevel.Critical,
        _ => null,
    };
}

/// <summary>A severity, and who says so.</summary>
/// <param name="Level">How bad.</param>
/// <param name="From">Who says so: <c>Debian</c>, <c>CVSS 3.1</c>; empty where nobody does.</param>
public readonly record struct SeverityStatement(SeverityLevel Level, string From)
{
    /// <summary>That nobody has said anything.</summary>
    public static SeverityStatement None { get; } = new(SeverityLevel.Unknown, "");
}
