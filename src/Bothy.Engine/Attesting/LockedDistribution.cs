using Bothy.Engine.Locking;
using Bothy.Inspection.Sbom;

namespace Bothy.Engine.Attesting;

/// <summary>Whose packages those of a lock are, as package URLs say it.</summary>
/// <param name="Type">The type of the URLs.</param>
/// <param name="Vendor">The distribution.</param>
/// <param name="Release">The distribution and its release; null where the lock does not tell.</param>
internal sealed record LockedDistribution(string Type, string Vendor, string? Release)
{
    /// <summary>What the repositories of an architecture say.</summary>
    public static LockedDistribution Of(LockedArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return architecture.Repositories.FirstOrDefault() switch
        {
            LockedRepository.Debian { Release: { } release } => OfDebian(release.Origin, release.Version),
            LockedRepository.Alpine alpine => OfAlpine(alpine),
            _ => new LockedDistribution("apk", "alpine", null),
        };
    }

    /// <summary>The URL of a package.</summary>
    public PackageUrl UrlOf(LockedPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return new PackageUrl(Type, Vendor, package.Id.Name, package.Id.Version)
            .With("arch", package.Id.Architecture)
            .With("distro", Release)
            .With("upstream", package.Source == package.Id.Name && package.SourceVersion == package.Id.Version ? null
                : package.SourceVersion == package.Id.Version ? package.Source
                : $"{package.Source}@{package.SourceVersion}");
    }

    private static LockedDistribution OfDebian(string? origin, string? version)
    {
        // Ubuntu's releases have two numbers; of Debian's the first one is the release.
        string vendor = origin?.ToLowerInvariant() is { Length: > 0 } name ? name : "debian";
        string? release = vendor == "debian" ? version?.Split('.')[0] : version;
        return new LockedDistribution("deb", vendor, release is { Length: > 0 } ? $"{vendor}-{release}" : null);
    }

    private static LockedDistribution OfAlpine(LockedRepository.Alpine repository)
    {
        if (repository.Uri.Contains("wolfi", StringComparison.Ordinal))
        {
            return new LockedDistribution("apk", "wolfi", null);
        }

        // Alpine's indexes call themselves v3.19.1-41-g5a2a16a1e0c.
        bool isRelease = repository.Description is ['v', (>= '0' and <= '9'), ..];
        return new LockedDistribution("apk", "alpine", isRelease ? $"alpine-{repository.Description!.Split('-')[0][1..]}" : null);
    }
}
