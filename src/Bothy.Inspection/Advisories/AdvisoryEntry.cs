using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories;

/// <summary>The published format that a statement comes from.</summary>
public enum AdvisoryFeed
{
    /// <summary>The security database of an apk distribution (<c>secdb</c>): which version of a package fixed what.</summary>
    Secdb,

    /// <summary>The JSON of Debian's security tracker: the state of each vulnerability in each release.</summary>
    DebianTracker,

    /// <summary>Debian's list of security notices (DSA, DLA).</summary>
    DebianNotices,

    /// <summary>Records of the Open Source Vulnerability format.</summary>
    Osv,

    /// <summary>FIRST's scores of how likely a vulnerability is to be exploited.</summary>
    Epss,

    /// <summary>CISA's catalogue of vulnerabilities that are known to be exploited.</summary>
    Kev,
}

/// <summary>What an advisory says of a package.</summary>
public enum AdvisoryState
{
    /// <summary>The versions in <see cref="AdvisoryEntry.Ranges"/> and <see cref="AdvisoryEntry.Versions"/> are affected.</summary>
    Affected,

    /// <summary>No version of the package is affected.</summary>
    NotAffected,

    /// <summary>Nobody has found out yet.</summary>
    Undetermined,

    /// <summary>The versions in the ranges are affected, and the package is no longer looked after in this release.</summary>
    EndOfLife,

    /// <summary>The advisory was taken back.</summary>
    Withdrawn,
}

/// <summary>Why a distribution makes no security notice for what it leaves open; the words are those of Debian's tracker.</summary>
public enum NoNotice
{
    /// <summary>It has not said so.</summary>
    None,

    /// <summary>A notice is not worth it (<c>nodsa</c>), without a further word.</summary>
    Minor,

    /// <summary>It will come with another change (<c>postponed</c>).</summary>
    Postponed,

    /// <summary>It will not be fixed (<c>ignored</c>).</summary>
    Ignored,
}

/// <summary>Versions that are affected, in the order of the ecosystem's versions.</summary>
/// <param name="Introduced">The first affected version; null for all from the beginning.</param>
/// <param name="Fixed">The first version that is not affected any more; null where there is none.</param>
/// <param name="LastAffected">The last affected version, where that is stated instead.</param>
public readonly record struct VersionRange(string? Introduced, string? Fixed, string? LastAffected = null)
{
    /// <summary>Every version.</summary>
    public static VersionRange All { get; }

    /// <summary>Every version before <paramref name="version"/>.</summary>
    public static VersionRange Before(string version) => new(null, version);
}

/// <summary>What one source says of one vulnerability in one package of one release: the unit in which advisories are kept and looked up.</summary>
public sealed record AdvisoryEntry
{
    /// <summary>
    /// The name of the vulnerability (<c>CVE-2023-1393</c>, <c>GHSA-…</c>) or of the notice (<c>DSA-5380-1</c>). Records of distributions
    /// that are about one CVE (<c>DEBIAN-CVE-…</c>) have that CVE's name, and their own among the <see cref="Aliases"/>.
    /// </summary>
    public required string Id { get; init; }

    /// <summary>Other names of the same vulnerability; sorted.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>The vulnerabilities that a notice is about, which are not the same as it; sorted. Empty for a vulnerability.</summary>
    public ImmutableArray<string> Upstream { get; init; } = [];

    /// <summary>Where it was said.</summary>
    public required AdvisoryFeed Feed { get; init; }

    /// <summary>Whose packages it is about.</summary>
    public required AdvisorySpace Space { get; init; }

    /// <summary>The release, as <see cref="AdvisoryReleases"/> writes it: <c>v3.19</c>, <c>bookworm</c>, <c>22.04</c>; empty where a space has none.</summary>
    public string Release { get; init; } = "";

    /// <summary>The source package, or the language's package, as <see cref="AdvisorySpaces.Normalise"/> writes its name.</summary>
    public required string Package { get; init; }

    /// <summary>What is said.</summary>
    public required AdvisoryState State { get; init; }

    /// <summary>The versions that are affected; in the order of the record.</summary>
    public ImmutableArray<VersionRange> Ranges { get; init; } = [];

    /// <summary>Affected versions that are listed one by one; sorted as texts.</summary>
    public ImmutableArray<string> Versions { get; init; } = [];

    /// <summary>How urgent it is in the distribution's own word (<c>unimportant</c>, <c>medium</c>, <c>not yet assigned</c>); null where it says nothing.</summary>
    public string? Urgency { get; init; }

    /// <summary>Whether the distribution will make no notice for it.</summary>
    public NoNotice NoNotice { get; init; }

    /// <summary>The reason for that, in the distribution's words.</summary>
    public string? NoNoticeReason { get; init; }

    /// <summary>The vulnerabilities to name in a finding: those that a notice is about, or the one itself.</summary>
    public ImmutableArray<string> Vulnerabilities => Upstream.IsEmpty ? [Id] : Upstream;
}

/// <summary>What is known of a vulnerability wherever it occurs, put together from all sources.</summary>
public sealed record AdvisoryFacts
{
    /// <summary>Its name, as in <see cref="AdvisoryEntry.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What it is, in a sentence or a few; null where nobody says.</summary>
    public string? Summary { get; init; }

    /// <summary>CVSS vectors (<c>CVSS:3.1/AV:N/…</c>; those of version 2 without prefix, as they are written); sorted.</summary>
    public ImmutableArray<string> CvssVectors { get; init; } = [];

    /// <summary>A severity in a database's own word, such as GitHub's <c>HIGH</c>; null where there is none.</summary>
    public string? SeverityWord { get; init; }

    /// <summary>The probability of its being exploited within 30 days, from 0 to 1.</summary>
    public double? Epss { get; init; }

    /// <summary>The share of all vulnerabilities that have this score or less, from 0 to 1.</summary>
    public double? EpssPercentile { get; init; }

    /// <summary>Since when CISA knows of it being exploited; null where it does not.</summary>
    public DateOnly? KnownExploited { get; init; }

    /// <summary>Whether CISA knows of its use for ransom.</summary>
    public bool KnownRansomwareUse { get; init; }

    /// <summary>When it was published.</summary>
    public DateTimeOffset? Published { get; init; }

    /// <summary>When the record was taken back; such a record is no finding.</summary>
    public DateTimeOffset? Withdrawn { get; init; }

    /// <summary>A few addresses to read more at; sorted.</summary>
    public ImmutableArray<string> References { get; init; } = [];
}
