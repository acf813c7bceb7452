using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Oci.Reading;

/// <summary>An image that was read: its documents, its layers and its files. The contents of the files can be read until it is disposed of.</summary>
public sealed class OpenedImage : IDisposable
{
    private readonly ImmutableArray<Catalogue> _catalogues;
    private readonly IReadOnlyDictionary<TreePath, int> _layerOf;

    internal OpenedImage(StackedLayers stacked, ImmutableArray<Catalogue> catalogues)
    {
        Layers = stacked.Layers;
        Tree = stacked.Tree;
        _layerOf = stacked.LayerOf;
        _catalogues = catalogues;
    }

    /// <summary>What the image is called in messages.</summary>
    public required string Name { get; init; }

    /// <summary>What its name stands for: the manifest, or the index that lists it.</summary>
    public required Descriptor Root { get; init; }

    /// <summary>The manifest.</summary>
    public required Descriptor ManifestDescriptor { get; init; }

    /// <summary>The manifest.</summary>
    public required ImageManifest Manifest { get; init; }

    /// <summary>The configuration.</summary>
    public required ImageConfig Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    public ImmutableArray<OpenedLayer> Layers { get; }

    /// <summary>
    /// The files of a container of the image: all layers, whiteouts applied. The origin of each entry is its layer. A file that has several names is a
    /// <see cref="EntryKind.File"/> at the first of them; directories that no layer has an entry for are there with mode 755.
    /// </summary>
    public FileTree Tree { get; }

    /// <summary>The number, from 0, of the layer that the entry of <see cref="Tree"/> at <paramref name="path"/> is of; of a directory, the last one that has it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such entry.</exception>
    public int LayerOf(TreePath path) => _layerOf[path];

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var catalogue in _catalogues)
        {
            catalogue.Dispose();
        }
    }
}
