using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Sbom;
using Bothy.Oci;
using Bothy.Packages;

namespace Bothy.Inspection.Matching;

/// <summary>Makes what is scanned of what it is known from.</summary>
public static class ScanSubjects
{
    // What packages are judged by has nothing to do with what they run on.
    private static readonly Platform AnyPlatform = new("linux", "");

    /// <summary>An image, or the tree of one: the packages of its databases and those of programming languages in its files.</summary>
    /// <exception cref="BothyException">A file of the image cannot be read.</exception>
    public static ScanSubject Of(ImageContents contents, string name, CancellationToken cancellationToken) => Of(contents, name, ScanSubjectKind.Image, cancellationToken);

    /// <summary>Packages that are known otherwise, such as those of a lock.</summary>
    /// <param name="name">What to call the subject.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="release">What it says it is; null where it does not say.</param>
    /// <param name="packages">The packages (see <see cref="Package(PackageSystem, PackageId, string?, string?, OsRelease?)"/>).</param>
    public static ScanSubject Of(string name, ScanSubjectKind kind, OsRelease? release, IEnumerable<ScanPackage> packages)
    {
        ArgumentNullException.ThrowIfNull(packages);
        return new ScanSubject
        {
            Name = name,
            Kind = kind,
            Distribution = release?.PrettyName,
            Release = release is null ? null : AdvisoryReleases.Of(release),
            Packages = Sorted(packages),
        };
    }

    /// <summary>A package of a distribution of which only this is known.</summary>
    /// <param name="system">Whose it is.</param>
    /// <param name="package">Its name, version and architecture.</param>
    /// <param name="source">What it was built from; null where that has its name.</param>
    /// <param name="sourceVersion">The version of that; null where it is the package's own.</param>
    /// <param name="release">What the image that it is for says it is; null where that is not known.</param>
    public static ScanPackage Package(PackageSystem system, PackageId package, string? source, string? sourceVersion, OsRelease? release)
    {
        ArgumentNullException.ThrowIfNull(package);
        string sourceName = source ?? package.Name;
        string version = WithoutRebuild(system, sourceVersion ?? package.Version);
        return InSpace(system, release) with
        {
            Name = package.Name,
            Version = package.Version,
            SourceName = sourceName,
            SourceVersion = version,
            Architecture = package.Architecture,
            Purl = PackageUrls.Of(system, package, release).With("upstream", sourceName == package.Name && version == package.Version ? null : version == package.Version ? sourceName : $"{sourceName}@{version}"),
        };
    }

    /// <summary>A package of a programming language.</summary>
    public static ScanPackage Package(LanguagePackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        string name = package.Group is null ? package.Name : $"{package.Group}:{package.Name}";
        return new ScanPackage
        {
            Space = SpaceOf(package.Ecosystem),
            Name = name,
            Version = package.Version,
            SourceName = name,
            SourceVersion = package.Version,
            Purl = PackageUrls.Of(package),
            Location = package.Location,
            Language = package,
            IsOfLanguage = true,
        };
    }

    /// <summary>A bill of materials in JSON: SPDX 2.2 or 2.3, or CycloneDX. Nothing is known of files.</summary>
    /// <param name="json">The document.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="MalformedDataException">It is no such document.</exception>
    public static ScanSubject OfBill(ReadOnlyMemory<byte> json, string name) => BillSubject.Of(BillReader.Read(json, name));

    /// <summary>A directory that holds a root file system. Links are never followed out of it.</summary>
    /// <exception cref="BothyException">It is no directory, or cannot be read.</exception>
    public static ScanSubject OfDirectory(string directory, CancellationToken cancellationToken) => Of(
        ImageContents.Of(RootDirectory.Read(directory, cancellationToken), new ContainerConfig(), AnyPlatform),
        directory,
        ScanSubjectKind.Directory,
        cancellationToken);

    internal static ScanSubject Of(ImageContents contents, string name, ScanSubjectKind kind, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var found = LanguagePackages.Find(contents.Tree, cancellationToken);
        var installed = contents.Packages.Select(package => Package(package.System, package.Id, package.SourceName, package.SourceVersion, contents.Release) with
        {
            Purl = PackageUrls.Of(package, contents.Release),
            Installed = package,
            Location = package.Database,
        });
        return Of(name, kind, contents.Release, installed.Concat(found.Packages.Where(IsPublished).Select(package => Package(package) with { IsPart = contents.OwnerOf(package.Location) is not null }))) with
        {
            Code = new CodeSearch(contents),
            Warnings = [.. contents.Warnings, .. found.PassedOver],
        };
    }

    /// <summary>What a rebuild of a binary package alone puts behind the version of its source, taken away again (Debian developer's reference, 5.10.2.1).</summary>
    internal static string WithoutRebuild(PackageSystem system, string version) =>
        system == PackageSystem.Dpkg && version.LastIndexOf("+b", StringComparison.Ordinal) is > 0 and var mark && mark + 2 < version.Length && !version.AsSpan(mark + 2).ContainsAnyExceptInRange('0', '9')
            ? version[..mark]
            : version;

    internal static AdvisorySpace SpaceOf(Ecosystem ecosystem) => ecosystem switch
    {
        Ecosystem.Go => AdvisorySpace.Go,
        Ecosystem.Java => AdvisorySpace.Maven,
        Ecosystem.Node => AdvisorySpace.Npm,
        Ecosystem.NuGet => AdvisorySpace.NuGet,
        Ecosystem.Python => AdvisorySpace.PyPI,
        Ecosystem.Rust => AdvisorySpace.CratesIo,
        _ => throw new InvalidOperationException($"no such ecosystem: {ecosystem}"),
    };

    internal static ImmutableArray<ScanPackage> Sorted(IEnumerable<ScanPackage> packages) =>
    [
        .. packages
            .OrderBy(static package => package.Space is { } space ? (int)space : int.MaxValue)
            .ThenBy(static package => package.Name, StringComparer.Ordinal)
            .ThenBy(static package => package.Version, StringComparer.Ordinal)
            .ThenBy(static package => package.Architecture, StringComparer.Ordinal)
            .ThenBy(static package => package.Location),
    ];

    // The application itself is known to no registry, unless its world says what it is called there.
    private static bool IsPublished(LanguagePackage package) => !package.IsApplication || (package.Ecosystem == Ecosystem.Go && package.Version is not null);

    private static ScanPackage InSpace(PackageSystem system, OsRelease? release)
    {
        var known = release is null ? null : AdvisoryReleases.Of(release);
        bool fits = known is { } found && (found.Space is AdvisorySpace.Debian or AdvisorySpace.Ubuntu) == (system == PackageSystem.Dpkg);
        return new ScanPackage { Space = fits ? known!.Value.Space : null, Release = fits ? known!.Value.Release : "", Name = "", Version = null, SourceName = "", SourceVersion = null };
    }
}
