using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>One package as its index describes it.</summary>
/// <remarks>Packages are compared by reference: an index makes each of its packages once.</remarks>
public sealed class ApkPackage
{
    /// <summary>The index that lists it.</summary>
    public required ApkIndexOrigin Index { get; init; }

    /// <summary><c>P</c></summary>
    public required string Name { get; init; }

    /// <summary><c>V</c></summary>
    public required ApkVersion Version { get; init; }

    /// <summary><c>C</c>: the identity, the checksum of the compressed control member.</summary>
    public required ApkChecksum Checksum { get; init; }

    /// <summary><c>A</c>: an architecture by apk's name, or <c>noarch</c>; that of the index where the stanza has none.</summary>
    public required string Architecture { get; init; }

    /// <summary><c>S</c>: the bytes of the <c>.apk</c>.</summary>
    public long Size { get; init; }

    /// <summary><c>I</c>: the bytes of the files it installs.</summary>
    public long InstalledSize { get; init; }

    /// <summary><c>T</c>; empty where missing.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>U</c>: the address of the project; empty where missing.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>L</c>; empty where missing.</summary>
    public string License { get; init; } = "";

    /// <summary><c>o</c>: the name of the source package; empty where missing.</summary>
    public string Origin { get; init; } = "";

    /// <summary><c>m</c>; empty where missing.</summary>
    public string Maintainer { get; init; } = "";

    /// <summary><c>t</c>: when it was built, in seconds since 1970; 0 where missing.</summary>
    public long BuildTime { get; init; }

    /// <summary><c>c</c>: the commit of the build recipe; empty where missing.</summary>
    public string Commit { get; init; } = "";

    /// <summary><c>k</c>: which provider of a name is taken by itself: that of the highest priority.</summary>
    public int ProviderPriority { get; init; }

    /// <summary><c>D</c></summary>
    public ImmutableArray<ApkDependency> Depends { get; init; } = [];

    /// <summary><c>p</c></summary>
    public ImmutableArray<ApkDependency> Provides { get; init; } = [];

    /// <summary><c>i</c>: where all of these are satisfied the package is taken by itself.</summary>
    public ImmutableArray<ApkDependency> InstallIf { get; init; } = [];

    /// <summary><c>r</c>: whose files it may replace. Only installed databases have it.</summary>
    public ImmutableArray<ApkDependency> Replaces { get; init; } = [];

    /// <summary><c>q</c>: which of two packages that replace each other's files wins. Only installed databases have it.</summary>
    public int ReplacesPriority { get; init; }

    /// <summary><c>s</c>: the tag of the repository it was installed from, null where it had none. Only installed databases have it.</summary>
    public string? InstalledTag { get; init; }

    /// <summary>Why it can never be installed, as a sentence fragment: a field says something that this program does not know. Null where it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether it is for another architecture than its index.</summary>
    public bool IsForeign => Architecture != Index.Architecture && Architecture != "noarch";

    /// <summary>Name, version and architecture.</summary>
    public PackageId Id => new(Name, Version.Text, Architecture);

    /// <summary>The name of the package's file in its repository.</summary>
    public string FileName => $"{Name}-{Version}.apk";

    /// <summary>As apk writes it: <c>name-version</c>.</summary>
    public override string ToString() => $"{Name}-{Version}";
}
