using System.Collections.Immutable;
using Bothy.Engine.Locking;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Engine.Updating;

/// <summary>What a new lock would change, before anything changes.</summary>
/// <param name="ImageFileName">The image file's name.</param>
/// <param name="Architectures">What would change for each architecture, by name.</param>
public sealed record LockUpdate(string ImageFileName, ImmutableArray<ArchitectureUpdate> Architectures)
{
    /// <summary>The slice definitions; null where neither lock has any.</summary>
    public SlicesStep? Slices { get; init; }

    /// <summary>Whether something would change: a package, the image that it is built on, or the definitions of its slices.</summary>
    public bool IsOutdated => Architectures.Any(static architecture => architecture.IsOutdated);

    /// <summary>What <paramref name="after"/> changes for the architectures that it is for.</summary>
    /// <exception cref="BothyException">The lock is not for one of them.</exception>
    public static LockUpdate Between(LockFile before, LockFile after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var slices = before.Slices is null && after.Slices is null ? null : new SlicesStep(before.Slices, after.Slices);
        return new LockUpdate(after.ImageFileName,
        [
            .. after.Architectures.Select(one => ArchitectureUpdate.Between(
                one.Key,
                before.Architectures.GetValueOrDefault(one.Key)
                    ?? throw new BothyException($"cannot tell what is outdated for {one.Key}: the lock is for {string.Join(", ", before.Architectures.Keys)} alone"),
                one.Value) with { HasOtherSlices = slices is { HaveChanged: true } }),
        ])
        {
            Slices = slices,
        };
    }
}

/// <summary>The slice definitions of a lock and those that are there now.</summary>
/// <param name="Before">The digest of the lock's; null where it has none.</param>
/// <param name="After">The digest of those that the image file names; null where it names none.</param>
public sealed record SlicesStep(Digest? Before, Digest? After)
{
    /// <summary>Whether they are others.</summary>
    public bool HaveChanged => Before != After;
}

/// <summary>What a new lock would change for one architecture.</summary>
public sealed record ArchitectureUpdate
{
    /// <summary>OCI's name of the architecture.</summary>
    public required string Name { get; init; }

    /// <summary>The lock as it is.</summary>
    public required LockedArchitecture Before { get; init; }

    /// <summary>The lock as it would be.</summary>
    public required LockedArchitecture After { get; init; }

    /// <summary>The packages that change, by name.</summary>
    public required ImmutableArray<PackageStep> Steps { get; init; }

    /// <summary>The repositories, in the order of the image file.</summary>
    public required ImmutableArray<RepositoryStep> Repositories { get; init; }

    /// <summary>The image that it is built on; null where it is built on none.</summary>
    public BaseStep? Base { get; init; }

    /// <summary>Whether slices are defined otherwise than when the lock was written.</summary>
    public bool HasOtherSlices { get; init; }

    /// <summary>Whether something would change.</summary>
    public bool IsOutdated => !Steps.IsEmpty || HasOtherSlices || Base is { HasMoved: true };

    /// <summary>The files that change.</summary>
    public FileUpdate Files { get; init; } = FileUpdate.Unknown("they were not asked for");

    /// <summary>The known vulnerabilities that go and come; null where there are no advisories to find them by.</summary>
    public FindingChange? Findings { get; init; }

    /// <summary>The bytes of the package files of the lock.</summary>
    public long BytesBefore => Before.Packages.Sum(static package => package.Size);

    /// <summary>The bytes of the package files as they would be.</summary>
    public long BytesAfter => After.Packages.Sum(static package => package.Size);

    /// <summary>This with the known vulnerabilities that go and come.</summary>
    /// <exception cref="BothyException">The advisories are damaged, or a file cannot be read.</exception>
    public ArchitectureUpdate WithFindings(IAdvisoryLookup advisories, ScanRules rules, CancellationToken cancellationToken)
    {
        // Files tell more than a lock does, where both sides have them; one side alone would look worse for it.
        var (before, after) = Files is { Before: { } old, After: { } changed }
            ? (ScanSubjects.Of(old, "the lock", cancellationToken), ScanSubjects.Of(changed, "a new lock", cancellationToken))
            : (LockSubject.Of("the lock", Before), LockSubject.Of("a new lock", After));
        return this with
        {
            Findings = FindingChange.Between(Scanner.Scan(before, advisories, rules, cancellationToken), Scanner.Scan(after, advisories, rules, cancellationToken)),
        };
    }

    internal static ArchitectureUpdate Between(string name, LockedArchitecture before, LockedArchitecture after) => new()
    {
        Name = name,
        Before = before,
        After = after,
        Steps = [.. StepsBetween(before, after)],
        Repositories = [.. RepositoriesBetween(before, after)],
        Base = BaseStep.Between(before, after),
    };

    private static IEnumerable<PackageStep> StepsBetween(LockedArchitecture before, LockedArchitecture after)
    {
        var (old, now) = (ByName(before), ByName(after));
        return
            from name in old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            let was = old.GetValueOrDefault(name)
            let becomes = now.GetValueOrDefault(name)
            let kind = KindOf(was, becomes)
            where kind is not null
            select new PackageStep(was, becomes, kind.Value, becomes is null ? null : IsSecurity(becomes, after));
    }

    private static Dictionary<string, LockedPackage> ByName(LockedArchitecture architecture) => architecture.Packages
        .GroupBy(static package => package.Id.Name, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, static group => group.First(), StringComparer.Ordinal);

    private static PackageChangeKind? KindOf(LockedPackage? before, LockedPackage? after) => (before, after) switch
    {
        (null, null) => null,
        (null, _) => PackageChangeKind.Added,
        (_, null) => PackageChangeKind.Removed,
        _ when before.Id == after.Id => IsSameFile(before, after) ? null : PackageChangeKind.Changed,
        _ => PackageChange.KindOf(after.Checksum is null ? Inspection.Catalog.PackageSystem.Dpkg : Inspection.Catalog.PackageSystem.Apk, before.Id.Version, after.Id.Version),
    };

    // An apk index tells no digest of the file, and a lock always has one: what both have decides.
    private static bool IsSameFile(LockedPackage before, LockedPackage after) =>
        before.Checksum is { } checksum && after.Checksum is { } other ? checksum.Equals(other)
        : before.Digest is null || after.Digest is null || before.Digest == after.Digest;

    // Several suites may share one pool, as Ubuntu's do: then the address of a package does not tell its suite.
    private static bool? IsSecurity(LockedPackage package, LockedArchitecture architecture)
    {
        // A lock shows the archive of a local directory by its path.
        string address = package.Url.IsFile ? package.Url.LocalPath : package.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        bool[] suites =
        [
            .. architecture.Repositories.OfType<LockedRepository.Debian>()
                .Select(static repository => repository.Release)
                .Where(release => address.StartsWith($"{release.Uri.TrimEnd('/')}/", StringComparison.Ordinal))
                .Select(static release => IsSecurity(release.Suite))
                .Distinct(),
        ];
        return suites is [var only] ? only : null;
    }

    // "bookworm-security", and "buster/updates" before Debian 11.
    private static bool IsSecurity(string suite) =>
        suite.EndsWith("-security", StringComparison.Ordinal) || suite.TrimEnd('/').EndsWith("/updates", StringComparison.Ordinal);

    private static IEnumerable<RepositoryStep> RepositoriesBetween(LockedArchitecture before, LockedArchitecture after)
    {
        var (old, now) = (DatesOf(before), DatesOf(after));
        return now.Concat(old.Where(one => now.TrueForAll(other => other.Name != one.Name)))
            .Select(one => new RepositoryStep(
                one.Name,
                old.Find(other => other.Name == one.Name).Date,
                now.Find(other => other.Name == one.Name).Date));
    }

    private static List<(string Name, DateTimeOffset? Date)> DatesOf(LockedArchitecture architecture) =>
    [
        .. architecture.Repositories.Select(static repository => repository switch
        {
            LockedRepository.Debian debian => (Name: $"{debian.Release.Uri} {debian.Release.Suite}", Date: (DateTimeOffset?)debian.Release.Date),
            LockedRepository.Alpine alpine => (alpine.Tag is null ? alpine.Uri : $"@{alpine.Tag} {alpine.Uri}", alpine.Date),
            _ => throw new InvalidOperationException(repository.GetType().Name),
        }).DistinctBy(static one => one.Name, StringComparer.Ordinal),
    ];
}
