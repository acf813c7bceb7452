using System.Collections.Immutable;
using Bothy.Oci;
using Bothy.Oci.Reading;

namespace Bothy.Inspection.Sbom;

/// <summary>A layer of the image that a bill of materials is of.</summary>
/// <param name="Blob">The blob that it is in.</param>
/// <param name="DiffId">The digest of its tar archive.</param>
public sealed record SbomLayer(Descriptor Blob, Digest DiffId);

/// <summary>The image that a bill of materials is of. All that a bill says comes from here and from the contents: no clock, no machine.</summary>
public sealed record SbomSubject
{
    /// <summary>What the image is called: its repository, or the name it has where it is.</summary>
    public required string Name { get; init; }

    /// <summary>The repository with its host; null where the image is in no registry.</summary>
    public string? Repository { get; init; }

    /// <summary>The manifest.</summary>
    public required Descriptor Manifest { get; init; }

    /// <summary>The layers, lowest first.</summary>
    public required ImmutableArray<SbomLayer> Layers { get; init; }

    /// <summary>The time that the bill carries.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The version of Bothy.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>An image that was read.</summary>
    /// <param name="image">The image.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="repository">Its repository, with its host; null where it is in none.</param>
    /// <param name="sourceDateEpoch">The time of <c>SOURCE_DATE_EPOCH</c>; null for the image's own, and 1970 where it has none.</param>
    /// <param name="toolVersion">The version of Bothy.</param>
    public static SbomSubject Of(OpenedImage image, string name, string? repository, long? sourceDateEpoch, string toolVersion)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new SbomSubject
        {
            Name = name,
            Repository = repository,
            Manifest = image.ManifestDescriptor,
            Layers = [.. image.Layers.Select(static layer => new SbomLayer(layer.Blob, layer.DiffId))],
            Created = sourceDateEpoch is { } epoch ? DateTimeOffset.FromUnixTimeSeconds(epoch) : image.Config.Created ?? DateTimeOffset.UnixEpoch,
            ToolVersion = toolVersion,
        };
    }
}

/// <summary>Which files a bill of materials lists.</summary>
public enum SbomFiles
{
    /// <summary>Every regular file, those that no package owns as well.</summary>
    All,

    /// <summary>The files of packages.</summary>
    Owned,

    /// <summary>None.</summary>
    None,
}

/// <summary>How a bill of materials is written.</summary>
public enum SbomFormat
{
    /// <summary>SPDX 2.3, JSON.</summary>
    Spdx,

    /// <summary>CycloneDX 1.6, JSON.</summary>
    CycloneDx,
}
