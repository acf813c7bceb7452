using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Oci.Reading;

/// <summary>How far reading the layers of an image has come.</summary>
/// <param name="Done">How many bytes of their blobs were read.</param>
/// <param name="Total">How many have to be, as far as is known: those of layers that are in the store are not among them.</param>
public readonly record struct ReadingProgress(long Done, long Total);

/// <summary>
/// Reads images into file trees, whoever built them. Layers are decoded once, several at a time, and kept in the store; nothing is unpacked to disk, and no layer is
/// held in memory.
/// </summary>
/// <param name="store">Where layers are kept. Hold a lease for as long as the image is open.</param>
/// <param name="parallelism">How many layers may be decoded at once.</param>
public sealed class ImageReader(ContentStore store, int parallelism)
{
    private const int MostNestedIndexes = 4;

    /// <summary>Told how many of the bytes of layers that have to be decoded were read; null for nobody. Called from several threads.</summary>
    public IProgress<ReadingProgress>? Progress { get; init; }

    /// <summary>The size in bytes that every layer may unpack to, however small it is; beyond it the ratio is limited.</summary>
    internal long FreeLayerSize { get; init; } = UnpackedLimit.FreeLayerSize;

    /// <summary>The most paths that an image may have; three times what the largest known to us have.</summary>
    internal int MostPaths { get; init; } = 1_000_000;

    /// <summary>Reads the image of <paramref name="source"/> for <paramref name="platform"/>, or for this machine's where it is null.</summary>
    /// <exception cref="BothyException">There is no such image, it is damaged, or must not be unpacked.</exception>
    public async Task<OpenedImage> OpenAsync(ImageSource source, Platform? platform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var root = await source.ResolveAsync(cancellationToken);
        var (descriptor, manifest) = await ReadManifestAsync(source, root, platform, cancellationToken);
        var config = await ReadConfigAsync(source, manifest, cancellationToken);
        if (platform is not null && !PlatformChoice.Fits(config.Platform, platform))
        {
            throw new BothyException($"cannot find {platform} in {source.Name}: the image is for {config.Platform}");
        }

        var catalogues = await OpenLayersAsync(source, manifest, config, cancellationToken);
        try
        {
            var stack = new LayerStack(source.Name, MostPaths);
            var histories = HistoriesOf(config);
            for (int i = 0; i < catalogues.Length; i++)
            {
                stack.Add(LayerOf(catalogues[i], manifest.Layers[i], config.DiffIds[i], histories[i]), cancellationToken);
            }

            return new OpenedImage(stack.Finish(), catalogues)
            {
                Name = source.Name,
                Root = root,
                ManifestDescriptor = descriptor,
                Manifest = manifest,
                Config = config,
            };
        }
        catch
        {
            DisposeAll(catalogues);
            throw;
        }
    }

    /// <summary>The platforms that <paramref name="source"/> has images for, each once, in the order of its index; of a single image its own.</summary>
    /// <exception cref="BothyException">There is no such image, or its index has one that does not say what it is for.</exception>
    public static async Task<ImmutableArray<Platform>> PlatformsAsync(ImageSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var root = await source.ResolveAsync(cancellationToken);
        if (!MediaTypes.IsIndex(root.MediaType))
        {
            var (_, manifest) = await ReadManifestAsync(source, root, platform: null, cancellationToken);
            return [(await ReadConfigAsync(source, manifest, cancellationToken)).Platform];
        }

        var index = ImageIndex.Parse(await source.ReadDocumentAsync(root, cancellationToken), NameOf(source, root));
        CheckMediaType(source, root, index.MediaType);
        return [.. PlatformChoice.ImagesOf(index.Manifests).Select(image => image.Platform ?? throw new BothyException($"cannot tell the platforms of {source.Name}: its image {image.Digest} does not say what it is for")).Distinct()];
    }

    internal static async Task<(Descriptor Descriptor, ImageManifest Manifest)> ReadManifestAsync(
        ImageSource source, Descriptor root, Platform? platform, CancellationToken cancellationToken)
    {
        var descriptor = root;
        for (int depth = 0; MediaTypes.IsIndex(descriptor.MediaType); depth++)
        {
            if (depth == MostNestedIndexes)
            {
                throw new BothyException($"cannot read {source.Name}: its indexes are nested too deeply");
            }

            var index = ImageIndex.Parse(await source.ReadDocumentAsync(descriptor, cancellationToken), NameOf(source, descriptor));
            CheckMediaType(source, descriptor, index.MediaType);
            descriptor = PlatformChoice.Choose(source.Name, index.Manifests, platform);
        }

        if (!MediaTypes.IsManifest(descriptor.MediaType))
        {
            throw descriptor.MediaType.StartsWith("application/vnd.docker.distribution.manifest.v1+", StringComparison.Ordinal)
                ? new BothyException($"cannot read {source.Name}: its manifest is of Docker's schema 1, which names no configuration and is read by nobody any more")
                {
                    Hint = "Pull it with a client of its time, and push it again.",
                }
                : new BothyException($"cannot read {source.Name}: '{descriptor.MediaType}' is not the media type of an image");
        }

        var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(descriptor, cancellationToken), NameOf(source, descriptor));
        CheckMediaType(source, descriptor, manifest.MediaType);
        return (descriptor, manifest);
    }

    internal static async Task<ImageConfig> ReadConfigAsync(ImageSource source, ImageManifest manifest, CancellationToken cancellationToken)
    {
        if (manifest.Config.MediaType is not (MediaTypes.Config or MediaTypes.DockerConfig))
        {
            throw new BothyException($"cannot read {source.Name}: it is an artifact of type '{manifest.ArtifactType ?? manifest.Config.MediaType}', not an image");
        }

        var config = ImageConfig.Parse(await source.ReadDocumentAsync(manifest.Config, cancellationToken), NameOf(source, manifest.Config));
        return config.DiffIds.Length == manifest.Layers.Length
            ? config
            : throw new BothyException(FormattableString.Invariant(
                $"cannot read {source.Name}: its manifest has {manifest.Layers.Length} layers, its configuration {config.DiffIds.Length}"));
    }

    private async Task<ImmutableArray<Catalogue>> OpenLayersAsync(
        ImageSource source, ImageManifest manifest, ImageConfig config, CancellationToken cancellationToken)
    {
        var unreadable = manifest.Layers.FirstOrDefault(layer => !MediaTypes.IsLayer(layer.MediaType));
        if (unreadable is not null)
        {
            throw new BothyException($"cannot read {source.Name}: its layer {unreadable.Digest} is of the unknown type '{unreadable.MediaType}'");
        }

        var reader = new LayerReader(store, source, FreeLayerSize, Progress);
        var catalogues = new Catalogue?[manifest.Layers.Length];
        try
        {
            await Parallel.ForAsync(
                0,
                catalogues.Length,
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                async (i, stop) => catalogues[i] = await reader.OpenAsync(manifest.Layers[i], config.DiffIds[i], stop));
            return [.. catalogues.OfType<Catalogue>()];
        }
        catch
        {
            DisposeAll(catalogues.OfType<Catalogue>());
            throw;
        }
    }

    private static OpenedLayer LayerOf(Catalogue catalogue, Descriptor blob, Digest diffId, HistoryEntry? history)
    {
        var notes = LayerNotes.Of(catalogue, $"layer {diffId}");
        var tree = catalogue.ReadTree(new Origin.Layer(diffId));
        bool isEStargz = notes.IsEStargz || blob.Annotations.ContainsKey(EStargz.TocDigestAnnotation);
        foreach (var path in isEStargz ? notes.Dropped.AddRange(EStargz.OwnFiles) : notes.Dropped)
        {
            tree.Remove(path);
        }

        return new OpenedLayer
        {
            Blob = blob,
            DiffId = diffId,
            UncompressedSize = notes.UncompressedSize,
            Tree = tree,
            Whiteouts = notes.Whiteouts,
            OpaqueDirectories = notes.OpaqueDirectories,
            Duplicates = notes.Duplicates,
            IsEStargz = isEStargz,
            History = history,
        };
    }

    // Where the two do not agree nobody knows which entry is whose.
    private static ImmutableArray<HistoryEntry?> HistoriesOf(ImageConfig config)
    {
        ImmutableArray<HistoryEntry?> histories = [.. config.History.Where(entry => !entry.EmptyLayer)];
        return histories.Length == config.DiffIds.Length ? histories : [.. Enumerable.Repeat<HistoryEntry?>(null, config.DiffIds.Length)];
    }

    private static void CheckMediaType(ImageSource source, Descriptor descriptor, string mediaType)
    {
        if (mediaType != descriptor.MediaType)
        {
            throw new BothyException($"cannot read {NameOf(source, descriptor)}: it says it is '{mediaType}' where '{descriptor.MediaType}' was promised");
        }
    }

    private static string NameOf(ImageSource source, Descriptor descriptor) => $"{descriptor.Digest} of {source.Name}";

    private static void DisposeAll(IEnumerable<Catalogue> catalogues)
    {
        foreach (var catalogue in catalogues)
        {
            catalogue.Dispose();
        }
    }
}
