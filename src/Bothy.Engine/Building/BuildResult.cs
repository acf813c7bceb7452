using System.Collections.Immutable;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>What a build made.</summary>
/// <param name="Digest">The digest of the image's manifest, or of the index of several.</param>
/// <param name="Images">What is known of the image of each architecture.</param>
/// <param name="Content">The image or the index itself, its layers in the store.</param>
public sealed record BuildResult(Digest Digest, ImmutableArray<BuiltImage> Images, OciContent Content)
{
    /// <summary>The local files in it; null where there are none.</summary>
    public LocalFileSet? LocalFiles { get; init; }

    /// <summary>By what the store knows the image where it was built before, by itself and for one architecture; else null.</summary>
    internal Digest? FoundBy { get; init; }

    /// <summary>The debug variant; null where none was asked for.</summary>
    public BuildResult? Debug { get; init; }
}

/// <summary>An image that was built.</summary>
/// <param name="Architecture">What for.</param>
/// <param name="Digest">The digest of its manifest.</param>
/// <param name="CompressedSize">What a registry keeps and a pull transfers: the layers' blobs, in bytes.</param>
/// <param name="UnpackedSize">What a host keeps: the content of all files, in bytes.</param>
/// <param name="Packages">How many packages it holds.</param>
/// <param name="Files">How many regular files.</param>
/// <param name="Uncovered">Maintainer scripts that no effect stands in for.</param>
/// <param name="Dropped">What the filters left out.</param>
public sealed record BuiltImage(
    ImageArchitecture Architecture,
    Digest Digest,
    long CompressedSize,
    long UnpackedSize,
    int Packages,
    int Files,
    ImmutableArray<UncoveredScript> Uncovered,
    ImmutableArray<DroppedFiles> Dropped);
