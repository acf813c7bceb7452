using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary>Finds why the packages of an image are there, from the source that knows most: what the store keeps of the build, the lock attached to the image, the package database.</summary>
internal static class ImageGraphs
{
    /// <summary>The graph of <paramref name="image"/>; null where it has no packages at all.</summary>
    /// <exception cref="BothyException">What is attached to the image cannot be read.</exception>
    public static async Task<PackageGraph?> FindAsync(
        ContentStore store, ImageSource source, OpenedImage image, ImageContents contents, CancellationToken cancellationToken)
    {
        var platform = image.Config.Platform;
        string architecture = platform.Variant is null ? platform.Architecture : $"{platform.Architecture}/{platform.Variant}";
        if (new BuildRecords(store).TryFind(image.ManifestDescriptor.Digest) is { } record && record.Lock.Architectures.TryGetValue(architecture, out var recorded))
        {
            return LockGraph.Of(recorded, record.Lock.Inputs, GraphSource.BuildRecord);
        }

        foreach (var descriptor in new[] { image.Root, image.ManifestDescriptor }.DistinctBy(static descriptor => descriptor.Digest))
        {
            if (await AttachedLock.FindAsync(source, descriptor, cancellationToken) is { } attached && attached.Lock.Architectures.TryGetValue(architecture, out var locked))
            {
                return LockGraph.Of(locked, attached.Lock.Inputs, GraphSource.AttachedLock);
            }
        }

        return contents.Packages.IsEmpty ? null : InferredGraph.Of(contents);
    }
}
