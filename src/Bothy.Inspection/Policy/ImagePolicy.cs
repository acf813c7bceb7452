using System.Collections.Immutable;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Policy;

/// <summary>Whether something may be in an image: always, never, or in the places named.</summary>
/// <param name="IsAllowed">Whether it may be anywhere.</param>
/// <param name="Exceptions">Patterns of paths where it may be though it is not allowed.</param>
public sealed record Allowance(bool IsAllowed, ImmutableArray<string> Exceptions)
{
    /// <summary>It may be anywhere.</summary>
    public static Allowance Anywhere { get; } = new(true, []);
}

/// <summary>A file that a policy names.</summary>
/// <param name="Path">As it is written there.</param>
/// <param name="NamedBy">The file that names it.</param>
/// <param name="Place">Where, for people.</param>
public sealed record PolicyFile(string Path, string NamedBy, string Place);

/// <summary>What an image is held to: the <c>policy</c> of an image file, or a file of its own. What is not said is allowed.</summary>
public sealed record ImagePolicy
{
    /// <summary>Patterns of packages, one of each of which has to be there.</summary>
    public ImmutableArray<string> RequiredPackages { get; init; } = [];

    /// <summary>Patterns of packages that must not be there.</summary>
    public ImmutableArray<string> ForbiddenPackages { get; init; } = [];

    /// <summary>Patterns of paths, one of each of which has to be there.</summary>
    public ImmutableArray<string> RequiredPaths { get; init; } = [];

    /// <summary>Patterns of paths that must not be there.</summary>
    public ImmutableArray<string> ForbiddenPaths { get; init; } = [];

    /// <summary>Shells.</summary>
    public Allowance Shells { get; init; } = Allowance.Anywhere;

    /// <summary>Programs that install packages.</summary>
    public Allowance PackageManagers { get; init; } = Allowance.Anywhere;

    /// <summary>Files that run as their owner or group, or with capabilities.</summary>
    public Allowance SetUserIds { get; init; } = Allowance.Anywhere;

    /// <summary>Files and directories that everybody may change; of directories only those without the sticky bit.</summary>
    public Allowance WorldWritable { get; init; } = Allowance.Anywhere;

    /// <summary>Files that belong to no package.</summary>
    public Allowance Unowned { get; init; } = Allowance.Anywhere;

    /// <summary>Whether containers may run as root.</summary>
    public bool Root { get; init; } = true;

    /// <summary>The most bytes of compressed layers; null for any number.</summary>
    public long? CompressedSize { get; init; }

    /// <summary>The most bytes of all files; null for any number.</summary>
    public long? UnpackedSize { get; init; }

    /// <summary>Patterns of licences, one of which each package has to be under; empty for any.</summary>
    public ImmutableArray<string> AllowedLicenses { get; init; } = [];

    /// <summary>Patterns of licences that no package may be under only.</summary>
    public ImmutableArray<string> DeniedLicenses { get; init; } = [];

    /// <summary>The least share of files, in percent, for which a property of hardening holds, by its name.</summary>
    public ImmutableSortedDictionary<string, int> Hardening { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>Patterns of paths that do not count for <see cref="Hardening"/>.</summary>
    public ImmutableArray<string> HardeningExceptions { get; init; } = [];

    /// <summary>The most known vulnerabilities of a kind, by its name (<see cref="VulnerabilityPolicy.Limits"/>).</summary>
    public ImmutableSortedDictionary<string, int> Vulnerabilities { get; init; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>The vulnerabilities that do not count, as far as the policy itself says so.</summary>
    public ImmutableArray<IgnoreRule> Ignores { get; init; } = [];

    /// <summary>The files that name further vulnerabilities that do not count.</summary>
    public ImmutableArray<PolicyFile> IgnoreFiles { get; init; } = [];

    /// <summary>The VEX documents that say what is not affected.</summary>
    public ImmutableArray<PolicyFile> VexFiles { get; init; } = [];

    /// <summary>The oldest that the advisories may be by which it is judged; null for any age.</summary>
    public TimeSpan? AdvisoriesMaxAge { get; init; }

    /// <summary>Whether advisories are needed to judge by it: whatever was found out without them says nothing of these limits.</summary>
    public bool AsksAdvisories => !Vulnerabilities.IsEmpty || AdvisoriesMaxAge is not null;
}
