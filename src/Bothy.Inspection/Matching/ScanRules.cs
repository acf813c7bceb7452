using System.Collections.Immutable;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Matching;

/// <summary>By what, beyond advisories, a scan judges.</summary>
public sealed record ScanRules
{
    /// <summary>No rules, at <paramref name="now"/>.</summary>
    public static ScanRules None(DateTimeOffset now) => new() { Now = now };

    /// <summary>When the scan is: what rules expire by.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Documents that say what does not affect the subject.</summary>
    public ImmutableArray<VexSource> Vex { get; init; } = [];

    /// <summary>Findings that are not to be counted.</summary>
    public ImmutableArray<IgnoreRule> Ignores { get; init; } = [];

    /// <summary>What was found before; null for none.</summary>
    public ScanBaseline? Baseline { get; init; }
}

/// <summary>A VEX document.</summary>
/// <param name="Name">What to call it: its file.</param>
/// <param name="Document">What it says.</param>
public sealed record VexSource(string Name, VexDocument Document);

/// <summary>A finding that somebody has decided to leave.</summary>
/// <param name="Id">The vulnerability, by any of its names.</param>
/// <param name="Package">The package or its source; null for all.</param>
/// <param name="Reason">Why.</param>
/// <param name="Expires">The last day on which the rule holds; null for ever.</param>
/// <param name="Source">The file, with the line.</param>
public sealed record IgnoreRule(string Id, string? Package, string Reason, DateOnly? Expires, string Source);

/// <summary>What an earlier report found. A finding is new unless the same vulnerability was found in the same source before, in whatever version.</summary>
/// <param name="Source">The report.</param>
/// <param name="Findings">What it found.</param>
public sealed record ScanBaseline(string Source, ImmutableHashSet<BaselineFinding> Findings);

/// <summary>A vulnerability of a source, or of a language's package, in an earlier report.</summary>
public readonly record struct BaselineFinding(string Id, string SourceName);
