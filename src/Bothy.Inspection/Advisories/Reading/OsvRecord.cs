using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>One record of the Open Source Vulnerability format, as far as it is used.</summary>
internal sealed class OsvRecord
{
    // Notices are about several vulnerabilities and the same as none of them.
    private static readonly string[] NoticePrefixes = ["DSA-", "DLA-", "DTSA-", "ELA-", "USN-", "LSN-"];

    // A distribution's own record of a CVE.
    private static readonly string[] CopyPrefixes = ["DEBIAN-", "ALPINE-", "UBUNTU-"];

    public string Id { get; set; } = "";

    public string? Summary { get; set; }

    public string? Details { get; set; }

    public DateTimeOffset? Modified { get; set; }

    public DateTimeOffset? Published { get; set; }

    public DateTimeOffset? Withdrawn { get; set; }

    public ImmutableArray<string> Aliases { get; set; } = [];

    public ImmutableArray<string> Upstream { get; set; } = [];

    public ImmutableArray<string> Related { get; set; } = [];

    public List<string> Vectors { get; } = [];

    public string? SeverityWord { get; set; }

    /// <summary>A word of a distribution for how severe it is.</summary>
    public string? Urgency { get; set; }

    public List<string> References { get; } = [];

    public List<OsvAffected> Affected { get; } = [];

    /// <summary>Adds what the record says of packages that are read; false where it says nothing of any.</summary>
    public bool AddTo(AdvisoryGathering gathering, ISet<AdvisorySpace> spaces)
    {
        string id = WithoutPrefix(Id);
        bool isNotice = NoticePrefixes.Any(prefix => id.StartsWith(prefix, StringComparison.Ordinal));
        string[] upstream = [.. Upstream.Select(WithoutPrefix)];
        bool isBundle = isNotice || upstream.Count(IsCve) > 1;
        var aliases = Names(isNotice ? [] : isBundle ? Aliases : [.. Aliases, .. upstream], id, gathering);
        var about = isBundle ? Names(isNotice ? [.. Aliases, .. upstream, .. Related.Select(WithoutPrefix).Where(IsCve)] : upstream, id, gathering) : [];
        if (id != Id)
        {
            aliases = [.. aliases.Append(Id).Order(StringComparer.Ordinal)];
        }

        bool any = false;
        foreach (var affected in Affected)
        {
            if (affected.Place(gathering) is not var (space, release) || affected.Name is not { Length: > 0 } name || affected is { Ranges.Count: 0, Versions.IsEmpty: true })
            {
                gathering.Skipped++;
                continue;
            }

            any = true;
            spaces.Add(space);
            gathering.Add(new AdvisoryEntry
            {
                Id = id,
                Aliases = aliases,
                Upstream = about,
                Feed = AdvisoryFeed.Osv,
                Space = space,
                Release = release,
                Package = space.Normalise(name),
                State = Withdrawn is null ? AdvisoryState.Affected : AdvisoryState.Withdrawn,
                Ranges = [.. affected.Ranges],

                // A distribution lists the versions of a range; its order decides the same without them.
                Versions = space.IsDistribution() && affected.Ranges.Count > 0 ? [] : [.. affected.Versions.Select(gathering.Check).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                Urgency = affected.Urgency ?? Urgency,
            });
        }

        return any;
    }

    /// <summary>What the record says beyond packages.</summary>
    public AdvisoryFacts ToFacts(int mostReferences) => new()
    {
        Id = WithoutPrefix(Id),
        Summary = AdvisoryGathering.Summary(Summary) ?? AdvisoryGathering.Summary(Details),
        CvssVectors = [.. Vectors.Concat(Affected.SelectMany(affected => affected.Vectors)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
        SeverityWord = SeverityWord,
        Published = Published,
        Withdrawn = Withdrawn,
        References = [.. References.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(mostReferences)],
    };

    private static bool IsCve(string name) => name.StartsWith("CVE-", StringComparison.Ordinal);

    private static string WithoutPrefix(string name)
    {
        foreach (string prefix in CopyPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && IsCve(name[prefix.Length..]))
            {
                return name[prefix.Length..];
            }
        }

        return name;
    }

    private static ImmutableArray<string> Names(IEnumerable<string> names, string id, AdvisoryGathering gathering) =>
        [.. names.Where(name => name != id).Select(gathering.Check).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>What a record says of one package.</summary>
internal sealed class OsvAffected
{
    public string? Ecosystem { get; set; }

    public string? Name { get; set; }

    public List<VersionRange> Ranges { get; } = [];

    public ImmutableArray<string> Versions { get; set; } = [];

    public string? Urgency { get; set; }

    public List<string> Vectors { get; } = [];

    /// <summary>Whose package it is, in which release; null for one that is not read.</summary>
    public (AdvisorySpace Space, string Release)? Place(AdvisoryGathering gathering)
    {
        string[] parts = (Ecosystem ?? "").Split(':');
        if (AdvisorySpaces.Find(parts[0]) is not { } space)
        {
            return null;
        }

        if (space is not (AdvisorySpace.Alpine or AdvisorySpace.Debian or AdvisorySpace.Ubuntu))
        {
            return (space, "");
        }

        // Ubuntu:22.04:LTS is a release; Ubuntu:Pro:… and others with more behind are archives of their own.
        bool isRelease = parts.Length == 2 || parts is [_, _, "LTS"];
        return isRelease && gathering.Release(space, parts[1]) is { Length: > 0 } release ? (space, release) : null;
    }
}
