using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>What would change.</summary>
/// <param name="World">What is asked for afterwards.</param>
/// <param name="Changes">The steps in apk's order: first what goes, then what comes.</param>
/// <param name="Installed">What is installed afterwards, without an order.</param>
/// <param name="Problems">Why there is no such plan, in apk's words; empty where there is one.</param>
/// <param name="Warnings">What apk says before, a line each.</param>
/// <param name="Notes">What apk says afterwards, a line each.</param>
public sealed record ApkPlan(
    ImmutableArray<ApkDependency> World,
    ImmutableArray<ApkChange> Changes,
    ImmutableArray<ApkPackage> Installed,
    ImmutableArray<string> Problems,
    ImmutableArray<string> Warnings,
    ImmutableArray<string> Notes);
