using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Scans;

namespace Bothy.Inspection.Comparison;

/// <summary>How an image differs from the first.</summary>
/// <param name="Packages">The packages that differ, by name.</param>
/// <param name="Files">The paths that differ, sorted.</param>
/// <param name="SharedLayers">How many layers it has on the first image's own chain: those that a host keeps once for both.</param>
/// <param name="SharedBlobs">How many of its layers' blobs the first image has too, wherever they are in it.</param>
public sealed record ImageDifference(ImmutableArray<PackageChange> Packages, ImmutableArray<FileChange> Files, int SharedLayers, int SharedBlobs)
{
    /// <summary>Whether there is none.</summary>
    public bool IsNone => Packages.IsEmpty && Files.IsEmpty;
}

/// <summary>Images side by side: what each is, how each differs from the first, and what they cost together.</summary>
public sealed record ComparisonReport
{
    /// <summary>What each is, in the order in which they were given.</summary>
    public required ImmutableArray<InspectReport> Images { get; init; }

    /// <summary>How each differs from the first; of the first itself, nothing does.</summary>
    public required ImmutableArray<ImageDifference> Differences { get; init; }

    /// <summary>The fields of the configuration that are not the same in all.</summary>
    public required ImmutableArray<ConfigChange> Config { get; init; }

    /// <summary>What a registry pays for all of them: compressed bytes, each blob once.</summary>
    public required Company Registry { get; init; }

    /// <summary>What a host pays for all of them: unpacked bytes, each chain of layers once.</summary>
    public required Company Host { get; init; }

    /// <summary>How many services are built on each image, where they are compared as bases.</summary>
    public int? Services { get; init; }

    /// <summary>The known vulnerabilities in which the image at <paramref name="index"/> differs from the first; null where there are no advisories to find them by.</summary>
    public FindingChange? FindingsOf(int index) =>
        Images[0].Scan is { } first && Images[index].Scan is { } other ? FindingChange.Between(first.Report, other.Report) : null;

    /// <summary>Whether the images are the same in everything that is compared: files, packages and configuration.</summary>
    public bool IsSame => Config.IsEmpty && Differences.All(static difference => difference.IsNone);

    /// <summary>Compares images that are open.</summary>
    /// <exception cref="BothyException">A file of one cannot be read.</exception>
    public static ComparisonReport Of(IReadOnlyList<(string Name, ImageContents Contents)> images, int? services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var costs = images.Select(static image => ImageCost.Of(image.Name, image.Contents.Image ?? throw new ArgumentException("a tree that is no image", nameof(images)))).ToList();
        var first = images[0].Contents;
        return new ComparisonReport
        {
            Images = [.. images.Select(image => InspectReport.Of(image.Name, image.Contents, [], cancellationToken))],
            Differences = [.. images.Select((image, i) => Difference(first, costs[0], image.Contents, costs[i]))],
            Config = ConfigChange.Between([.. images.Select(static image => (image.Contents.Platform, image.Contents.Container))]),
            Registry = ImageCost.InRegistry(costs),
            Host = ImageCost.OnHost(costs),
            Services = services,
        };
    }

    private static ImageDifference Difference(ImageContents first, ImageCost firstCost, ImageContents other, ImageCost otherCost) => new(
        PackageChange.Between(first.Packages, other.Packages),
        ReferenceEquals(first, other) ? [] : FileChange.Between(first.Tree, other.Tree),
        firstCost.Chain.Zip(otherCost.Chain).TakeWhile(static pair => pair.First.Id == pair.Second.Id).Count(),
        other.Image!.Layers.Count(layer => first.Image!.Layers.Any(own => own.Blob.Digest == layer.Blob.Digest)));
}
