using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Packages;

namespace Bothy.Inspection.Sbom;

/// <summary>The package URLs of what images hold, by the rules of each type.</summary>
public static class PackageUrls
{
    /// <summary>That of an installed package; <paramref name="release"/> is what its image says it is.</summary>
    public static PackageUrl Of(InstalledPackage package, OsRelease? release)
    {
        ArgumentNullException.ThrowIfNull(package);
        bool sourceDiffers = package.SourceName != package.Name || package.SourceVersion != package.Version;
        string upstream = package.SourceVersion == package.Version ? package.SourceName : $"{package.SourceName}@{package.SourceVersion}";
        return Of(package.System, package.Id, release).With("upstream", sourceDiffers ? upstream : null);
    }

    /// <summary>That of a package of which only the name, the version and the architecture are known.</summary>
    public static PackageUrl Of(PackageSystem system, PackageId package, OsRelease? release)
    {
        ArgumentNullException.ThrowIfNull(package);
        return new PackageUrl(TypeOf(system), VendorOf(system, release), package.Name.ToLowerInvariant(), package.Version)
            .With("arch", package.Architecture)
            .With("distro", DistroOf(release));
    }

    /// <summary>That of the source package of a package; null where the type has no sources.</summary>
    public static PackageUrl? OfSource(InstalledPackage package, OsRelease? release)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.System == PackageSystem.Dpkg
            ? new PackageUrl("deb", VendorOf(package.System, release), package.SourceName.ToLowerInvariant(), package.SourceVersion)
                .With("arch", "source")
                .With("distro", DistroOf(release))
            : null;
    }

    /// <summary>That of a language's package; null where its registry does not know it, or nothing says under which name.</summary>
    public static PackageUrl? Of(LanguagePackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return package.Ecosystem switch
        {
            Ecosystem.Python => new PackageUrl("pypi", null, PythonName(package.Name), package.Version),
            Ecosystem.Node => Scoped("npm", package.Name.ToLowerInvariant(), package.Version),
            Ecosystem.Go => Scoped("golang", package.Name.ToLowerInvariant(), package.Version),
            Ecosystem.Java when package.Group is not null => new PackageUrl("maven", package.Group, package.Name, package.Version),
            Ecosystem.Rust when !package.IsApplication => new PackageUrl("cargo", null, package.Name, package.Version),
            Ecosystem.NuGet when !package.IsApplication => new PackageUrl("nuget", null, package.Name, package.Version),
            _ => null,
        };
    }

    /// <summary>That of an image in a registry.</summary>
    /// <param name="repository">The repository with its host.</param>
    /// <param name="digest">The digest of its manifest.</param>
    /// <param name="architecture">The architecture in OCI's words.</param>
    public static PackageUrl OfImage(string repository, Digest digest, string architecture)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return new PackageUrl("oci", null, repository[(repository.LastIndexOf('/') + 1)..].ToLowerInvariant(), digest.ToString())
            .With("arch", architecture)
            .With("repository_url", repository.ToLowerInvariant());
    }

    private static string TypeOf(PackageSystem system) => system switch
    {
        PackageSystem.Apk => "apk",
        PackageSystem.Dpkg => "deb",
        _ => throw new InvalidOperationException($"no such package system: {system}"),
    };

    // Packages without an os-release beside them are still of somebody; those two vendors are whom nearly all such images are made from.
    private static string VendorOf(PackageSystem system, OsRelease? release) =>
        release is { Id: not "linux" } ? release.Id.ToLowerInvariant() : system == PackageSystem.Apk ? "alpine" : "debian";

    private static string? DistroOf(OsRelease? release) =>
        release is not { Id: not "linux" } ? null : (release.VersionId ?? release.VersionCodename) is { } version ? $"{release.Id}-{version}" : release.Id;

    private static PackageUrl Scoped(string type, string path, string? version) =>
        path.LastIndexOf('/') is > 0 and var slash
            ? new PackageUrl(type, path[..slash], path[(slash + 1)..], version)
            : new PackageUrl(type, null, path, version);

    // PEP 503: runs of ".", "-" and "_" are one dash.
    private static string PythonName(string name)
    {
        var normal = new System.Text.StringBuilder(name.Length);
        foreach (char c in name.ToLowerInvariant())
        {
            if (c is not ('.' or '-' or '_'))
            {
                normal.Append(c);
            }
            else if (normal.Length == 0 || normal[^1] != '-')
            {
                normal.Append('-');
            }
        }

        return normal.ToString();
    }
}
