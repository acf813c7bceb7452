using System.Collections.Immutable;

namespace Bothy.Packages.Slices;

/// <summary>
/// A release directory of chisel: <c>chisel.yaml</c>, and under <c>slices</c> a file for each package. Opening one reads the bytes of all files;
/// what they say is read when it is asked for, package by package, so that a build looks at the packages it needs alone.
/// </summary>
public sealed class SliceRelease
{
    /// <summary>Opens the release in <paramref name="directory"/>; files are shown to people as they lie below <paramref name="name"/>.</summary>
    /// <exception cref="SliceReleaseException">Its <c>chisel.yaml</c> has mistakes, or two files are for one package.</exception>
    /// <exception cref="BothyException">It is no such directory, cannot be read, or is larger than a release can be.</exception>
    public static SliceRelease Open(string directory, string? name = null) => throw new NotSupportedException("not built yet");

    /// <summary>The format of the definitions: <c>v1</c>, <c>v2</c> or <c>v3</c>.</summary>
    public string Format { get; private init; } = "";

    /// <summary>The digest of all of its files: of their names and bytes.</summary>
    public Digest Digest { get; private init; }

    /// <summary>The dates of its distribution; null where they are not given.</summary>
    public SliceMaintenance? Maintenance { get; private init; }

    /// <summary>Its archives, by name.</summary>
    public ImmutableArray<SliceArchive> Archives { get; private init; } = [];

    /// <summary>Its keys, by name.</summary>
    public ImmutableArray<SlicePublicKey> PublicKeys { get; private init; } = [];

    /// <summary>The names of its packages, sorted; that a package is among them does not say that its file can be read.</summary>
    public ImmutableArray<string> PackageNames { get; private init; } = [];

    /// <summary>The slices of one package; null where the release has no file for it.</summary>
    /// <exception cref="SliceReleaseException">Its file has mistakes.</exception>
    public SlicePackage? Package(string name) => throw new NotSupportedException("not built yet");

    /// <summary>All packages by name, those whose files can be read.</summary>
    public ImmutableArray<SlicePackage> ReadablePackages() => throw new NotSupportedException("not built yet");

    /// <summary>
    /// All mistakes of the release, sorted: of its files, of what they refer to, and every conflict that any two of its slices have, whether or not
    /// anybody selects both.
    /// </summary>
    public ImmutableArray<SliceFinding> Check() => throw new NotSupportedException("not built yet");
}
