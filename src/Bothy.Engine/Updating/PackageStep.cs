using Bothy.Engine.Locking;
using Bothy.Inspection.Comparison;

namespace Bothy.Engine.Updating;

/// <summary>What becomes of one package when its lock is written anew.</summary>
/// <param name="Before">The package of the lock; null where it is new.</param>
/// <param name="After">The package that would take its place; null where none does.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="IsSecurity">Whether the new one is from a suite of security updates; null where its address does not tell, and for apk, which has no such suites.</param>
public sealed record PackageStep(LockedPackage? Before, LockedPackage? After, PackageChangeKind Kind, bool? IsSecurity)
{
    /// <summary>The package's name.</summary>
    public string Name => (After ?? Before)!.Id.Name;

    /// <summary>The package's architecture by the distribution's name.</summary>
    public string Architecture => (After ?? Before)!.Id.Architecture;

    /// <summary>By how many bytes the new package file is larger.</summary>
    public long Bytes => (After?.Size ?? 0) - (Before?.Size ?? 0);
}

/// <summary>How far a repository has moved on.</summary>
/// <param name="Name">Its address, and the suite of a Debian archive.</param>
/// <param name="Before">When what the lock records of it was made; null where the lock knows no such repository.</param>
/// <param name="After">When what was read now was made; null where it is read no more.</param>
public sealed record RepositoryStep(string Name, DateTimeOffset? Before, DateTimeOffset? After);
