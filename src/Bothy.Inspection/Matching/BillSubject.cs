using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>Makes packages to judge of those of a bill of materials, by what their package URLs say.</summary>
internal static class BillSubject
{
    public static ScanSubject Of(Bill bill)
    {
        var system = bill.System is { } os && Distribution(os.Name.ToLowerInvariant()) is { } space && AdvisoryReleases.Canonical(space, os.Version ?? "") is { } release ? (space, release) : ((AdvisorySpace, string)?)null;
        var packages = bill.Packages.Select(package => Of(package, system)).OfType<ScanPackage>().ToList();
        return new ScanSubject
        {
            Name = bill.Subject,
            Kind = ScanSubjectKind.Bill,
            Distribution = bill.System is { } named ? $"{named.Name} {named.Version}".TrimEnd() : null,
            Release = system ?? Common(packages),
            Packages = ScanSubjects.Sorted(packages),
            Products = [.. bill.Products],
            Warnings = [.. bill.Warnings],
        };
    }

    private static ScanPackage? Of(BillPackage package, (AdvisorySpace Space, string Release)? system)
    {
        var purl = package.Purl;
        return purl.Type switch
        {
            "apk" or "deb" => OfDistribution(package, system),
            "pypi" => OfLanguage(package, AdvisorySpace.PyPI, purl.Name),
            "npm" => OfLanguage(package, AdvisorySpace.Npm, Joined(purl, '/')),
            "golang" => OfLanguage(package, AdvisorySpace.Go, AsWritten(Joined(purl, '/'), package.Name)),
            "maven" => OfLanguage(package, AdvisorySpace.Maven, Joined(purl, ':')),
            "nuget" => OfLanguage(package, AdvisorySpace.NuGet, purl.Name),
            "cargo" => OfLanguage(package, AdvisorySpace.CratesIo, purl.Name),
            "oci" or "docker" or "generic" => null,
            _ => OfLanguage(package, null, Joined(purl, '/')),
        };
    }

    private static ScanPackage OfDistribution(BillPackage package, (AdvisorySpace Space, string Release)? system)
    {
        var purl = package.Purl;
        var manager = purl.Type == "deb" ? PackageSystem.Dpkg : PackageSystem.Apk;
        string version = purl.Version ?? package.Version ?? "";
        var (source, sourceVersion) = SourceOf(package);
        var (space, release) = ReleaseOf(purl, system);
        return new ScanPackage
        {
            Space = space,
            Release = release,
            Name = purl.Name,
            Version = version.Length == 0 ? null : version,
            SourceName = source ?? purl.Name,
            SourceVersion = version.Length == 0 ? null : ScanSubjects.WithoutRebuild(manager, sourceVersion ?? version),
            Architecture = purl.Qualifiers.GetValueOrDefault("arch", ""),
            Purl = purl,
        };
    }

    private static ScanPackage OfLanguage(BillPackage package, AdvisorySpace? space, string name) => new()
    {
        Space = space,
        Name = name,
        Version = package.Purl.Version ?? package.Version,
        SourceName = name,
        SourceVersion = package.Purl.Version ?? package.Version,
        Purl = package.Purl,
    };

    // "upstream=openssl@3.0.11-1"; the version only where it is another.
    private static (string? Name, string? Version) SourceOf(BillPackage package)
    {
        if (package.Purl.Qualifiers.TryGetValue("upstream", out string? upstream))
        {
            int at = upstream.IndexOf('@', StringComparison.Ordinal);
            return at < 0 ? (upstream, null) : (upstream[..at], upstream[(at + 1)..]);
        }

        return (package.Source, package.SourceVersion);
    }

    // "distro=debian-12", "distro=alpine-3.19.1", and of some tools the number or code name alone.
    private static (AdvisorySpace? Space, string Release) ReleaseOf(PackageUrl purl, (AdvisorySpace Space, string Release)? system)
    {
        string named = purl.Namespace?.ToLowerInvariant() ?? "";
        if (Distribution(named) is not { } space)
        {
            return (null, "");
        }

        if (purl.Qualifiers.TryGetValue("distro", out string? distro))
        {
            string release = distro.StartsWith($"{named}-", StringComparison.OrdinalIgnoreCase) ? distro[(named.Length + 1)..] : distro == named ? "" : distro;
            if (AdvisoryReleases.Canonical(space, release) is { } known)
            {
                return (space, known);
            }
        }

        return system is { } said && said.Space == space ? (space, said.Release)
            : AdvisoryReleases.Canonical(space, "") is { } only ? (space, only)
            : (null, "");
    }

    private static AdvisorySpace? Distribution(string name) => AdvisorySpaces.Find(name) is { } space && space.IsDistribution() ? space : null;

    private static (AdvisorySpace, string)? Common(List<ScanPackage> packages) =>
        packages.Where(static package => package.Space is { } space && space.IsDistribution()).Select(static package => (package.Space!.Value, package.Release)).Distinct().ToList() is [var only] ? only : null;

    private static string Joined(PackageUrl purl, char separator) => purl.Namespace is null ? purl.Name : $"{purl.Namespace}{separator}{purl.Name}";

    // A package URL of Go is in lower case, and its advisories are not: the bill's own name for it may be.
    private static string AsWritten(string lower, string name) => name.Equals(lower, StringComparison.OrdinalIgnoreCase) ? name : lower;
}
