using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Reading;

/// <summary>Layers laid over each other.</summary>
/// <param name="Layers">The layers, with what each hides.</param>
/// <param name="Tree">The files that are left.</param>
/// <param name="LayerOf">The layer of each of them.</param>
internal sealed record StackedLayers(ImmutableArray<OpenedLayer> Layers, FileTree Tree, IReadOnlyDictionary<TreePath, int> LayerOf);

/// <summary>
/// Lays layers over each other as a runtime does that unpacks each onto the ones below it (image-spec, layer.md, "Applying Changesets"). A layer's whiteouts
/// apply to lower layers alone, so they come first, wherever the archive has them. A symbolic link on the way to an entry is followed, inside the image: Debian's
/// <c>bin/x</c> lands in <c>usr/bin</c>.
/// </summary>
internal sealed class LayerStack(string image, int mostPaths)
{
    private readonly StackedNode _root = StackedNode.Root();
    private readonly StackRoom _room = new(mostPaths);
    private readonly ImmutableArray<OpenedLayer>.Builder _layers = ImmutableArray.CreateBuilder<OpenedLayer>();

    /// <summary>Lays <paramref name="layer"/> on top.</summary>
    /// <exception cref="BothyException">It cannot be unpacked there; the message names the entry.</exception>
    public void Add(OpenedLayer layer, CancellationToken cancellationToken)
    {
        var pass = new LayerPass(_root, layer, _layers.Count, image, _room);
        foreach (var directory in layer.OpaqueDirectories)
        {
            pass.Empty(directory);
        }

        foreach (var path in layer.Whiteouts)
        {
            pass.Remove(path);
        }

        foreach (var entry in layer.Tree.InOrderAdded)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pass.Add(entry);
        }

        _layers.Add(layer with { Places = pass.Placed(), Hides = pass.Hidden() });
    }

    /// <summary>All layers, and the tree that they make.</summary>
    public StackedLayers Finish()
    {
        var tree = new FileTree();
        var layerOf = new Dictionary<TreePath, int>(_room.Most - _room.Left);
        var firstNames = new Dictionary<StackedFile, TreePath>();
        var pending = new Stack<(TreePath Path, StackedNode Node)>([(TreePath.Root, _root)]);
        while (pending.TryPop(out var next))
        {
            // The root is there where a layer has an entry for it, like every tree's.
            if (next.Node != _root || _root.Entry is not null)
            {
                tree.Set(EntryOf(next.Path, next.Node, firstNames));
                layerOf[next.Path] = next.Node.Layer;
            }

            foreach (var child in next.Node.Children.OrderByDescending(child => child.Name, StringComparer.Ordinal))
            {
                pending.Push((next.Path.Append(child.Name), child));
            }
        }

        return new StackedLayers(_layers.DrainToImmutable(), tree, layerOf);
    }

    private TreeEntry EntryOf(TreePath path, StackedNode node, Dictionary<StackedFile, TreePath> firstNames)
    {
        if (node.File is { Names: > 1 } file)
        {
            if (!firstNames.TryAdd(file, path))
            {
                return file.Entry with { Path = path, Kind = EntryKind.HardLink, Content = null, LinkTarget = firstNames[file].Value };
            }

            return file.Entry with { Path = path };
        }

        var entry = node.File?.Entry ?? node.Entry;
        return entry is null ? TreeEntry.Directory(path, new Origin.Layer(_layers[node.Layer].DiffId))
            : entry.Path == path ? entry
            : entry with { Path = path };
    }
}
