using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories;

/// <summary>A document that went into a snapshot.</summary>
/// <param name="Feed">Its format.</param>
/// <param name="Name">What it is about: <c>Alpine v3.19 main</c>, <c>Debian</c>, <c>PyPI</c>.</param>
/// <param name="Address">Where it came from: the address without credentials, or a file's name.</param>
/// <param name="Digest">The digest of its bytes as they came.</param>
/// <param name="Date">When it was made, as it says itself or its server says; null where neither does.</param>
/// <param name="Entries">How many statements about packages it holds.</param>
/// <param name="Facts">About how many vulnerabilities it says something beyond packages.</param>
/// <param name="Skipped">How many of its statements are about packages or releases that are not read.</param>
public sealed record SnapshotSource(AdvisoryFeed Feed, string Name, string Address, Digest Digest, DateTimeOffset? Date, int Entries, int Facts, int Skipped);

/// <summary>A release of which a snapshot knows something.</summary>
public readonly record struct KnownRelease(AdvisorySpace Space, string Release, int Entries);

/// <summary>Advisories that can be asked. Safe for concurrent use.</summary>
public interface IAdvisoryLookup
{
    /// <summary>Names this set of advisories: the same inputs have the same digest.</summary>
    Digest Digest { get; }

    /// <summary>The newest date of its sources; null where none has a date.</summary>
    DateTimeOffset? Created { get; }

    /// <summary>What it was made from; sorted.</summary>
    ImmutableArray<SnapshotSource> Sources { get; }

    /// <summary>The releases that something is known of; sorted. About any other it is silent, which does not mean that nothing is wrong with it.</summary>
    ImmutableArray<KnownRelease> Releases { get; }

    /// <summary>Everything said of a package; sorted by name of the vulnerability. Empty where nothing is said.</summary>
    /// <param name="space">Whose package it is.</param>
    /// <param name="release">The release in its one form (<see cref="AdvisoryReleases"/>); empty where the space has none.</param>
    /// <param name="package">The source package or the language's package, in whatever form its world allows.</param>
    /// <exception cref="BothyException">The snapshot is damaged.</exception>
    IReadOnlyList<AdvisoryEntry> Find(AdvisorySpace space, string release, string package);

    /// <summary>What is known under this name of a vulnerability; null where nothing is. Scores come under the CVE's name, so ask for the aliases too.</summary>
    /// <exception cref="BothyException">The snapshot is damaged.</exception>
    AdvisoryFacts? FactsOf(string id);

    /// <summary>Everything said of a vulnerability, by its name, one of its aliases, or the notice it is in; sorted by space, release and package.</summary>
    /// <exception cref="BothyException">The snapshot is damaged.</exception>
    IEnumerable<AdvisoryEntry> FindById(string id);
}
