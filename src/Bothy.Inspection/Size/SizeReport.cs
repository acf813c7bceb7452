using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Oci.Reading;

namespace Bothy.Inspection.Size;

/// <summary>The files of a package, or of nobody.</summary>
/// <param name="Package">The package; null for what belongs to none.</param>
/// <param name="Files">How many regular files.</param>
/// <param name="Bytes">Their bytes; a file with several names counts once.</param>
public sealed record PackageSize(InstalledPackage? Package, int Files, long Bytes);

/// <summary>The files at and below a directory.</summary>
public sealed record DirectorySize(TreePath Path, int Files, long Bytes);

/// <summary>A file of a layer that no container sees.</summary>
/// <param name="Path">Where it was.</param>
/// <param name="Bytes">The bytes that are hidden with it.</param>
/// <param name="Layer">The number of its layer, from 0.</param>
/// <param name="HiddenIn">The number of the layer that hides it.</param>
/// <param name="By">How.</param>
public sealed record HiddenFile(TreePath Path, long Bytes, int Layer, int HiddenIn, HiddenBy By)
{
    /// <summary>How, in a word.</summary>
    public string How() => By switch
    {
        HiddenBy.Whiteout => "removed",
        HiddenBy.OpaqueDirectory => "removed with its directory",
        _ => "replaced",
    };
}

/// <summary>One layer of an image.</summary>
public sealed record LayerSize
{
    /// <summary>Its place, the lowest being 0.</summary>
    public required int Index { get; init; }

    /// <summary>The digest of its blob.</summary>
    public required Digest Blob { get; init; }

    /// <summary>The digest of its archive.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The bytes of its blob: what a registry keeps and a pull transfers.</summary>
    public required long Compressed { get; init; }

    /// <summary>The bytes of its archive.</summary>
    public required long Archive { get; init; }

    /// <summary>How many regular files it has.</summary>
    public required int Files { get; init; }

    /// <summary>Their bytes: what a host keeps of it.</summary>
    public required long Unpacked { get; init; }

    /// <summary>Those of its bytes that later layers hide.</summary>
    public required long Hidden { get; init; }

    /// <summary>The command that made it, where the image says so.</summary>
    public required string? CreatedBy { get; init; }
}

/// <summary>How big an image is, and why.</summary>
public sealed record SizeReport
{
    /// <summary>The bytes of all blobs: layers, configuration and manifest. Null for a tree that is no image yet.</summary>
    public required long? Compressed { get; init; }

    /// <summary>The bytes of the regular files that a container sees; a file with several names counts once.</summary>
    public required long Unpacked { get; init; }

    /// <summary>How many regular files.</summary>
    public required int Files { get; init; }

    /// <summary>How many directories.</summary>
    public required int Directories { get; init; }

    /// <summary>How many symbolic links.</summary>
    public required int Links { get; init; }

    /// <summary>Packages by name and version, each with its files.</summary>
    public required ImmutableArray<PackageSize> Packages { get; init; }

    /// <summary>What belongs to no package.</summary>
    public required PackageSize Unowned { get; init; }

    /// <summary>The directories at the root, by path.</summary>
    public required ImmutableArray<DirectorySize> Top { get; init; }

    /// <summary>The layers, lowest first; empty for a tree that is no image yet.</summary>
    public required ImmutableArray<LayerSize> Layers { get; init; }

    /// <summary>Files of layers that no container sees, most bytes first.</summary>
    public required ImmutableArray<HiddenFile> Hidden { get; init; }

    /// <summary>The bytes of <see cref="Hidden"/>: transferred and stored for nothing.</summary>
    public long Waste => Hidden.Sum(static file => file.Bytes);

    /// <summary>Measures <paramref name="contents"/>.</summary>
    public static SizeReport Of(ImageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var files = contents.Tree.Entries.Where(static entry => entry.Kind == EntryKind.File).ToList();
        var byOwner = files.ToLookup(file => contents.OwnerOf(file.Path));
        var hidden = contents.Image is { } image ? HiddenIn(image) : [];
        return new SizeReport
        {
            Compressed = contents.Image is { } stored ? Blobs(stored).Sum() : null,
            Unpacked = BytesOf(files),
            Files = files.Count,
            Directories = contents.Tree.Entries.Count(static entry => entry.Kind == EntryKind.Directory),
            Links = contents.Tree.Entries.Count(static entry => entry.Kind == EntryKind.SymbolicLink),
            Packages = [.. contents.Packages.Select(package => SizeOf(package, byOwner[package]))],
            Unowned = SizeOf(null, byOwner[null]),
            Top = [.. files.GroupBy(static file => TopOf(file.Path)).Select(static top => new DirectorySize(top.Key, top.Count(), BytesOf(top))).OrderBy(static top => top.Path)],
            Layers = contents.Image is { } layered ? LayersOf(layered, hidden) : [],
            Hidden = hidden,
        };
    }

    private static IEnumerable<long> Blobs(OpenedImage image) =>
        [image.ManifestDescriptor.Size, image.Manifest.Config.Size, .. image.Layers.DistinctBy(static layer => layer.Blob.Digest).Select(static layer => layer.Blob.Size)];

    private static ImmutableArray<HiddenFile> HiddenIn(OpenedImage image) =>
    [
        .. image.Layers
            .SelectMany(static (layer, i) => layer.Hides.Where(static hidden => hidden.Bytes > 0).Select(hidden => new HiddenFile(hidden.Entry.Path, hidden.Bytes, hidden.Layer, i, hidden.By)))
            .OrderByDescending(static file => file.Bytes)
            .ThenBy(static file => file.Path)
            .ThenBy(static file => file.Layer),
    ];

    private static PackageSize SizeOf(InstalledPackage? package, IEnumerable<TreeEntry> files) => new(package, files.Count(), BytesOf(files));

    private static long BytesOf(IEnumerable<TreeEntry> files) => files.Sum(static file => file.Content!.Length);

    private static TreePath TopOf(TreePath file)
    {
        int slash = file.Value.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? TreePath.Root : TreePath.Parse(file.Value.AsSpan(0, slash));
    }

    private static ImmutableArray<LayerSize> LayersOf(OpenedImage image, ImmutableArray<HiddenFile> hidden)
    {
        long[] wasted = new long[image.Layers.Length];
        foreach (var file in hidden)
        {
            wasted[file.Layer] += file.Bytes;
        }

        return
        [
            .. image.Layers.Select((layer, i) =>
            {
                var files = layer.Tree.Entries.Where(static entry => entry.Kind == EntryKind.File).ToList();
                return new LayerSize
                {
                    Index = i,
                    Blob = layer.Blob.Digest,
                    DiffId = layer.DiffId,
                    Compressed = layer.Blob.Size,
                    Archive = layer.UncompressedSize,
                    Files = files.Count,
                    Unpacked = BytesOf(files),
                    Hidden = wasted[i],
                    CreatedBy = layer.History?.CreatedBy,
                };
            }),
        ];
    }
}
