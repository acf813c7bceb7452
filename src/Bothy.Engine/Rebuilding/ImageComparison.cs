using Bothy.Formats.Compression;
using Bothy.Oci;
using Bothy.Oci.Sources;

namespace Bothy.Engine.Rebuilding;

/// <summary>
/// Finds where an image and its rebuild part: the platforms of an index, then for each the layers from the lowest on, the configuration and the
/// manifest. What is equal by digest is not read; of layers that differ the archives are read side by side.
/// </summary>
/// <param name="original">The image as it was.</param>
/// <param name="rebuilt">The image as it is now.</param>
public sealed class ImageComparison(ImageSource original, ImageSource rebuilt)
{
    // What images unpack to is limited elsewhere by what they say; here both say the same or it is a difference.
    private const long MaxArchive = 64L << 30;

    private const string None = "none";

    /// <summary>The first difference of two roots; null where they are the same.</summary>
    /// <exception cref="BothyException">One of the images cannot be read.</exception>
    public async Task<ImageDifference?> FindFirstAsync(Descriptor originalRoot, Descriptor rebuiltRoot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(originalRoot);
        ArgumentNullException.ThrowIfNull(rebuiltRoot);
        if (originalRoot.Digest == rebuiltRoot.Digest)
        {
            return null;
        }

        bool wasIndex = MediaTypes.IsIndex(originalRoot.MediaType);
        bool isIndex = MediaTypes.IsIndex(rebuiltRoot.MediaType);
        return (wasIndex, isIndex) switch
        {
            (true, true) => await CompareIndexesAsync(originalRoot, rebuiltRoot, cancellationToken),
            (false, false) => await CompareManifestsAsync("", originalRoot, rebuiltRoot, cancellationToken),
            _ => new ImageDifference("the root", wasIndex ? "an index of several images" : "one image", isIndex ? "an index of several images" : "one image"),
        };
    }

    private async Task<ImageDifference?> CompareIndexesAsync(Descriptor first, Descriptor second, CancellationToken cancellationToken)
    {
        var firstBytes = await original.ReadDocumentAsync(first, cancellationToken);
        var secondBytes = await rebuilt.ReadDocumentAsync(second, cancellationToken);
        var were = ImageIndex.Parse(firstBytes, original.Name).Manifests;
        var are = ImageIndex.Parse(secondBytes, rebuilt.Name).Manifests;
        for (int i = 0; i < Math.Max(were.Length, are.Length); i++)
        {
            string was = i < were.Length ? PlatformOf(were[i]) : None;
            string @is = i < are.Length ? PlatformOf(are[i]) : None;
            if (was != @is)
            {
                return new ImageDifference(FormattableString.Invariant($"platform {i + 1} of the index"), was, @is);
            }

            if (were[i].Digest != are[i].Digest && await CompareManifestsAsync($"{was}, ", were[i], are[i], cancellationToken) is { } difference)
            {
                return difference;
            }
        }

        return JsonDifference.FindFirst(firstBytes, secondBytes, "the index");
    }

    private async Task<ImageDifference?> CompareManifestsAsync(string prefix, Descriptor first, Descriptor second, CancellationToken cancellationToken)
    {
        var firstBytes = await original.ReadDocumentAsync(first, cancellationToken);
        var secondBytes = await rebuilt.ReadDocumentAsync(second, cancellationToken);
        var was = ImageManifest.Parse(firstBytes, original.Name);
        var @is = ImageManifest.Parse(secondBytes, rebuilt.Name);
        var wasConfig = await original.ReadDocumentAsync(was.Config, cancellationToken);
        var isConfig = await rebuilt.ReadDocumentAsync(@is.Config, cancellationToken);
        var wereIds = ImageConfig.Parse(wasConfig, original.Name).DiffIds;
        var areIds = ImageConfig.Parse(isConfig, rebuilt.Name).DiffIds;
        for (int i = 0; i < Math.Min(was.Layers.Length, @is.Layers.Length); i++)
        {
            if (was.Layers[i].Digest != @is.Layers[i].Digest)
            {
                string place = FormattableString.Invariant($"{prefix}layer {i + 1}");
                bool sameArchive = i < wereIds.Length && i < areIds.Length && wereIds[i] == areIds[i];
                return sameArchive ? Compressed(place, was.Layers[i], @is.Layers[i]) : await CompareLayersAsync(place, was.Layers[i], @is.Layers[i], cancellationToken);
            }
        }

        if (was.Layers.Length != @is.Layers.Length)
        {
            return new ImageDifference(
                $"{prefix}the number of layers", FormattableString.Invariant($"{was.Layers.Length}"), FormattableString.Invariant($"{@is.Layers.Length}"));
        }

        // The configuration's digest stands in the manifest, so it comes first.
        return JsonDifference.FindFirst(wasConfig, isConfig, $"{prefix}the configuration")
            ?? JsonDifference.FindFirst(firstBytes, secondBytes, $"{prefix}the manifest");
    }

    private static ImageDifference Compressed(string place, Descriptor was, Descriptor @is) => new(
        $"{place}: the compressed bytes",
        FormattableString.Invariant($"{was.Size} bytes of {was.MediaType}, {was.Digest}"),
        FormattableString.Invariant($"{@is.Size} bytes of {@is.MediaType}, {@is.Digest}"))
    {
        Reason = "the archive in it is the same, and compressed differently",
    };

    private async Task<ImageDifference?> CompareLayersAsync(string place, Descriptor was, Descriptor @is, CancellationToken cancellationToken)
    {
        var first = await original.OpenBlobAsync(was, cancellationToken);
        await using (first)
        {
            var second = await rebuilt.OpenBlobAsync(@is, cancellationToken);
            await using (second)
            {
                using var firstArchive = Decompression.OpenRead(first, $"{place} of {original.Name}", MaxArchive);
                using var secondArchive = Decompression.OpenRead(second, $"{place} of {rebuilt.Name}", MaxArchive);
                return await Task.Run(() => new ArchiveComparison(place, original.Name, rebuilt.Name).FindFirst(firstArchive, secondArchive, cancellationToken), cancellationToken);
            }
        }
    }

    private static string PlatformOf(Descriptor descriptor) => descriptor.Platform?.ToString() ?? "one without a platform";
}
