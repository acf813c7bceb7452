using System.Collections.Immutable;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Packages;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;

namespace Bothy.Inspection.Catalog;

/// <summary>The package managers whose databases are read.</summary>
public enum PackageSystem
{
    /// <summary>apk, of Alpine and Wolfi.</summary>
    Apk,

    /// <summary>dpkg, of Debian and Ubuntu.</summary>
    Dpkg,
}

/// <summary>A package that a database of the image says is installed. Compared by reference: a database makes each of its packages once.</summary>
public sealed class InstalledPackage
{
    /// <summary>The field of dpkg's database in which a package that is there in part says which slices there are of it.</summary>
    public const string SlicesField = "X-Bothy-Slices";

    /// <summary>Whose database says so.</summary>
    public required PackageSystem System { get; init; }

    /// <summary>The file that says so, as it is in the image.</summary>
    public required TreePath Database { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The version, as the database writes it.</summary>
    public required string Version { get; init; }

    /// <summary>The architecture by the distribution's name: <c>x86_64</c>, <c>amd64</c>, <c>noarch</c>, <c>all</c>; empty where the database has none.</summary>
    public required string Architecture { get; init; }

    /// <summary>The name of the source package; the package's own where the database names none.</summary>
    public required string SourceName { get; init; }

    /// <summary>The version of the source package; the package's own where the database names none.</summary>
    public required string SourceVersion { get; init; }

    /// <summary>What it is, in one line; null where the database does not say.</summary>
    public string? Description { get; init; }

    /// <summary>The licence as the distribution names it; null where the database does not say, as dpkg's never does.</summary>
    public string? License { get; init; }

    /// <summary>Who looks after it; null where the database does not say.</summary>
    public string? Maintainer { get; init; }

    /// <summary>The address of the project; null where the database does not say.</summary>
    public string? Url { get; init; }

    /// <summary>apk's identity of the package, such as <c>Q1…=</c>; null for dpkg's.</summary>
    public string? Checksum { get; init; }

    /// <summary>The bytes of the files it installs, as the database says; null where it does not say.</summary>
    public long? InstalledSize { get; init; }

    /// <summary>The slices that are all there is of it, as its database says (<see cref="SlicesField"/>), sorted; empty where it is whole.</summary>
    public ImmutableArray<string> Slices { get; init; } = [];

    /// <summary>What it depends on and provides, of a package of apk's; null for others.</summary>
    public ApkRelations? Apk { get; init; }

    /// <summary>What it depends on and provides, of a package of dpkg's; null for others.</summary>
    public DpkgRelations? Dpkg { get; init; }

    /// <summary>The paragraph of the database as it is written, of a package of dpkg's; null for others.</summary>
    public Deb822Paragraph? Stanza { get; init; }

    /// <summary>Name, version and architecture.</summary>
    public PackageId Id => new(Name, Version, Architecture);

    /// <summary>As people write it: <c>name version (architecture)</c>.</summary>
    public override string ToString() => Id.ToString();
}

/// <summary>The relations of a package in apk's database.</summary>
public sealed record ApkRelations
{
    /// <summary><c>D</c></summary>
    public ImmutableArray<ApkDependency> Depends { get; init; } = [];

    /// <summary><c>p</c></summary>
    public ImmutableArray<ApkDependency> Provides { get; init; } = [];

    /// <summary><c>i</c>: where all of these are satisfied the package comes by itself.</summary>
    public ImmutableArray<ApkDependency> InstallIf { get; init; } = [];

    /// <summary><c>r</c></summary>
    public ImmutableArray<ApkDependency> Replaces { get; init; } = [];
}

/// <summary>The relations of a package in dpkg's database.</summary>
public sealed record DpkgRelations
{
    /// <summary><c>Pre-Depends</c></summary>
    public ImmutableArray<RelationGroup> PreDepends { get; init; } = [];

    /// <summary><c>Depends</c></summary>
    public ImmutableArray<RelationGroup> Depends { get; init; } = [];

    /// <summary><c>Recommends</c></summary>
    public ImmutableArray<RelationGroup> Recommends { get; init; } = [];

    /// <summary><c>Provides</c></summary>
    public ImmutableArray<Relation> Provides { get; init; } = [];

    /// <summary><c>Essential</c></summary>
    public bool Essential { get; init; }

    /// <summary><c>Priority</c>; empty where missing.</summary>
    public string Priority { get; init; } = "";

    /// <summary><c>Section</c>; empty where missing.</summary>
    public string Section { get; init; } = "";

    /// <summary>The configuration files that are the administrator's to change (<c>Conffiles</c>).</summary>
    public ImmutableArray<TreePath> ConfigurationFiles { get; init; } = [];
}
