using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>Whether packages of several architectures may be installed beside each other, and satisfy each other.</summary>
public enum DebianMultiArch
{
    /// <summary>One architecture at a time, which satisfies only its own.</summary>
    No,

    /// <summary>Several architectures side by side.</summary>
    Same,

    /// <summary>One architecture, which satisfies every other.</summary>
    Foreign,

    /// <summary>As <see cref="No"/>, but <c>name:any</c> is satisfied by every architecture.</summary>
    Allowed,
}

/// <summary>One package of an index: what its stanza says, as far as solving, fetching and reporting need it.</summary>
/// <remarks>Packages are compared by reference: an index makes each of its packages once.</remarks>
public sealed class DebianPackage
{
    /// <summary>The index that lists it.</summary>
    public required DebianIndexOrigin Origin { get; init; }

    /// <summary><c>Package</c></summary>
    public required string Name { get; init; }

    /// <summary><c>Version</c></summary>
    public required DebianVersion Version { get; init; }

    /// <summary><c>Architecture</c>: that of the index, or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The name of the source package; the package's own where the stanza names none.</summary>
    public required string Source { get; init; }

    /// <summary>The version of the source package; the package's own where the stanza names none.</summary>
    public required DebianVersion SourceVersion { get; init; }

    /// <summary><c>Multi-Arch</c></summary>
    public DebianMultiArch MultiArch { get; init; }

    /// <summary><c>Essential</c></summary>
    public bool Essential { get; init; }

    /// <summary><c>Priority</c>: <c>required</c>, <c>important</c>, <c>standard</c>, <c>optional</c>, <c>extra</c>; empty where missing.</summary>
    public string Priority { get; init; } = "";

    /// <summary><c>Section</c>; empty where missing.</summary>
    public string Section { get; init; } = "";

    /// <summary><c>Pre-Depends</c></summary>
    public ImmutableArray<RelationGroup> PreDepends { get; init; } = [];

    /// <summary><c>Depends</c></summary>
    public ImmutableArray<RelationGroup> Depends { get; init; } = [];

    /// <summary><c>Recommends</c></summary>
    public ImmutableArray<RelationGroup> Recommends { get; init; } = [];

    /// <summary><c>Conflicts</c></summary>
    public ImmutableArray<Relation> Conflicts { get; init; } = [];

    /// <summary><c>Breaks</c></summary>
    public ImmutableArray<Relation> Breaks { get; init; } = [];

    /// <summary><c>Replaces</c></summary>
    public ImmutableArray<Relation> Replaces { get; init; } = [];

    /// <summary><c>Provides</c>; a versioned one has the operator <see cref="RelationOperator.Equal"/>.</summary>
    public ImmutableArray<Relation> Provides { get; init; } = [];

    /// <summary><c>Installed-Size</c> in KiB; 0 where missing.</summary>
    public long InstalledSize { get; init; }

    /// <summary><c>Filename</c>: the path of the <c>.deb</c> below the archive's root; never absolute and without <c>..</c>.</summary>
    public required string Filename { get; init; }

    /// <summary><c>Size</c>: the bytes of the <c>.deb</c>.</summary>
    public required long Size { get; init; }

    /// <summary><c>SHA256</c>: the digest of the <c>.deb</c>.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Name, version and architecture.</summary>
    public PackageId Id => new(Name, Version.Text, Architecture);

    /// <summary>Where the <c>.deb</c> is.</summary>
    public Uri Uri => new(Origin.Archive, Filename.Replace("%", "%25", StringComparison.Ordinal).Replace("#", "%23", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal));

    /// <summary>As people write it: <c>name version (architecture)</c>.</summary>
    public override string ToString() => Id.ToString();
}
