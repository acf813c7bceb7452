using System.Collections.Immutable;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Packages;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Bases;

/// <summary>An image to build on, for one architecture: in the store, and open until it is disposed of.</summary>
internal sealed class BaseImage : IDisposable
{
    private readonly OpenedImage _image;

    public BaseImage(string name, string? reference, KeptImage kept, OpenedImage image)
    {
        Name = name;
        Reference = reference;
        _image = image;
        Digest = kept.Digest;
        Layers = [.. kept.Layers.Zip(image.Layers, static (blob, layer) => (new Oci.Layers.Layer(OfOci(blob.Descriptor), layer.DiffId, layer.UncompressedSize), blob.Content))];
        Contents = ImageContents.Of(image);
    }

    /// <summary>As the image file names it.</summary>
    public string Name { get; }

    /// <summary>Its name in a registry, whole; null where it is not from one.</summary>
    public string? Reference { get; }

    /// <summary>The digest of its manifest.</summary>
    public Digest Digest { get; }

    /// <summary>Its layers, lowest first, as they are.</summary>
    public ImmutableArray<(Oci.Layers.Layer Layer, Formats.Trees.FileContent Content)> Layers { get; }

    /// <summary>Its configuration.</summary>
    public ImageConfig Config => _image.Config;

    /// <summary>What is in it.</summary>
    public ImageContents Contents { get; }

    /// <summary>Whose record of packages it has; null where it has none.</summary>
    public PackageSystem? System => Contents.Packages.IsEmpty ? null : Contents.Packages[0].System;

    /// <summary>What the lock says of it.</summary>
    /// <param name="reasons">What needs its packages that stay.</param>
    /// <param name="replaced">The names of those that another version takes the place of.</param>
    public LockedBase Locked(ILookup<PackageId, Reason> reasons, IEnumerable<string> replaced)
    {
        var gone = replaced.ToHashSet(StringComparer.Ordinal);
        return new LockedBase(Name, Digest,
        [
            .. Contents.Packages
                .Where(package => !gone.Contains(package.Name))
                .Select(static package => (package, Id: package.Architecture.Length > 0 ? package.Id : package.Id with { Architecture = "all" }))
                .DistinctBy(static one => one.Id)
                .Select(one => new LockedBasePackage(one.Id, one.package.SourceName, one.package.SourceVersion, [.. reasons[one.Id]])),
        ]);
    }

    /// <inheritdoc />
    public void Dispose() => _image.Dispose();

    // The manifest that names them is OCI's, and the bytes are the same by either name.
    private static Descriptor OfOci(Descriptor layer) => !layer.MediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal) ? layer : layer with
    {
        MediaType = layer.MediaType.EndsWith("gzip", StringComparison.Ordinal) ? MediaTypes.LayerTarGzip
            : layer.MediaType.EndsWith("zstd", StringComparison.Ordinal) ? MediaTypes.LayerTarZstd
            : MediaTypes.LayerTar,
    };
}
