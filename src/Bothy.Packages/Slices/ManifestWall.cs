using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>A package as a manifest states it.</summary>
public sealed record ManifestPackage(string Name, string Version, Digest Digest, string Architecture);

/// <summary>
/// chisel's manifest of a tree: which packages and slices it is made of, and which slices named each path. A jsonwall (one JSON value a line, sorted),
/// compressed with zstd.
/// </summary>
public static class ManifestWall
{
    /// <summary>The name of its file.</summary>
    public const string FileName = "manifest.wall";

    /// <summary>The bytes of the manifest of <paramref name="tree"/>, in which <paramref name="cuts"/> lie after their scripts have run.</summary>
    public static byte[] Write(
        SliceSelection selection, IEnumerable<ManifestPackage> packages, IEnumerable<SliceCut> cuts, MutationOutcome mutation, FileTree tree) =>
        throw new NotSupportedException("not built yet");
}
