using System.Collections.Immutable;
using Bothy.Engine.Assembly;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Bases;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Layers;

namespace Bothy.Engine.Building;

/// <summary>Makes the layers of an image, or finds them in the store, and the image of them.</summary>
internal sealed class ImageLayers(BuildSettings settings)
{
    /// <summary>Makes the image of <paramref name="assembly"/>; the blobs of its layers are in the store.</summary>
    /// <exception cref="BothyException">A layer cannot be made, or the store cannot be written.</exception>
    public OciImage Compose(
        ImageSpec spec, ImageArchitecture architecture, ImmutableArray<LockedPackage> packages, AssemblyResult assembly, long epoch, BaseImage? below, CancellationToken cancellationToken)
    {
        string phase = $"layer {architecture}";
        long unpacked = SizeOf(assembly.Tree);
        settings.Progress.Report(new BuildEvent.Started(phase));
        var store = new LayerStore(settings.Store);
        var divided = Divide(spec, packages, assembly, epoch, below);
        var layers = ImmutableArray.CreateBuilder<(Layer Layer, FileContent Content)>(divided.Length);
        layers.AddRange(below?.Layers ?? []);
        long before = 0;
        foreach (var one in divided)
        {
            var options = new LayerOptions
            {
                Epoch = epoch,
                Compression = spec.Compression,
                Whiteouts = one.Whiteouts,
                Parallelism = settings.Parallelism,
                Progress = new PhaseProgress(phase, before, unpacked, settings.Progress),
            };
            layers.Add(store.Get(one.Tree, options, cancellationToken));
            before += SizeOf(one.Tree);
        }

        string count = layers.Count > 1 ? $"{layers.Count} layers, " : "";
        settings.Progress.Report(new BuildEvent.Finished(
            phase, $"{count}{ByteSize.Text(layers.Sum(layer => layer.Layer.Blob.Size))} compressed, {ByteSize.Text(unpacked)} unpacked"));
        return OciImage.Create(ImageComposer.Config(spec, architecture, assembly, epoch, divided, below), layers, ImageComposer.Annotations(spec, epoch, below));
    }

    /// <summary>The content of all files, in bytes.</summary>
    public static long SizeOf(FileTree tree) => tree.Entries.Sum(entry => entry.Content?.Length ?? 0);

    // Lowest first: those of packages, then those above them. Of an image that packages bring nothing to, only the latter.
    private static ImmutableArray<DividedLayer> Divide(ImageSpec spec, ImmutableArray<LockedPackage> packages, AssemblyResult assembly, long epoch, BaseImage? below)
    {
        var above = assembly.Above.Select(layer => new DividedLayer(layer.Tree, []) { What = layer.What });
        if (below is not null)
        {
            var upper = UpperLayer.Between(below.Contents.Tree, assembly.Below);
            ImmutableArray<DividedLayer> own = upper.IsEmpty ? [] : DividePackages(spec, packages, upper.Tree, epoch);
            return [.. own.Take(own.Length - 1), .. own.TakeLast(1).Select(top => top with { Whiteouts = upper.Whiteouts }), .. above];
        }

        return assembly.Below.Count == 0 && !assembly.Above.IsEmpty ? [.. above] : [.. DividePackages(spec, packages, assembly.Below, epoch), .. above];
    }

    private static ImmutableArray<DividedLayer> DividePackages(ImageSpec spec, ImmutableArray<LockedPackage> packages, FileTree tree, long epoch) =>
        spec.Layering is { Strategy: "origin" } layering
            ? LayerDivision.ByOrigin(tree, packages, layering.Budget ?? LayerDivision.DefaultBudget, epoch)
            : LayerDivision.Single(tree);
}
