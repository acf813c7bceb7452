using Bothy.Engine.Assembly;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Engine.Building;

/// <summary>The debug variant of what is built.</summary>
public sealed partial class ImageBuilder
{
    // What the plain image was locked to has the package of the toolbox by digest from here on.
    private async Task<Built> WithDebugAsync(ImageSpec spec, string name, Built plain, CancellationToken cancellationToken)
    {
        var locked = plain.Locked!;
        using var supply = new PackageSupply(settings);
        var packages = await supply.OpenAsync($"toolbox {name}", locked.Debug, cancellationToken);
        var toolbox = packages is [var only] ? only : throw new BothyException($"cannot build a debug variant of {spec.FileName}: its lock names no {Toolbox.Package}")
        {
            Hint = $"Write it anew with 'bothy lock {spec.FileName} --debug'.",
        };
        var (image, facts, epoch, _) = plain.Build;
        var tree = DebugVariant.FilesOf(spec, plain.Tree!, toolbox.Contents);
        ImageComposer.Settle(tree, epoch);
        var above = LayerAbove.Between("toolbox", plain.Tree!, tree)!;
        var options = new LayerOptions { Epoch = epoch, Compression = spec.Compression, Parallelism = settings.Parallelism };
        var layer = await Task.Run(() => new LayerStore(settings.Store).Get(above.Tree, options, cancellationToken), cancellationToken);
        var variant = DebugVariant.Compose(image, layer, toolbox.Package.Id);
        settings.Progress.Report(new BuildEvent.Finished($"debug {name}", $"one more layer, {ByteSize.Text(layer.Layer.Blob.Size)} compressed"));
        var build = new EarlierBuild(
            variant,
            facts with
            {
                Digest = variant.Root.Descriptor.Digest,
                CompressedSize = variant.Manifest.Layers.Sum(one => one.Size),
                UnpackedSize = ImageLayers.SizeOf(tree),
                Packages = facts.Packages + 1,
                Files = tree.Entries.Count(entry => entry.Kind == EntryKind.File),
            },
            epoch,
            Warnings: [])
        {
            // What the check found in the image was said of the image; the toolbox needs nothing of it.
            Findings = settings.Check ? [] : null,
        };
        var key = DebugVariant.KeyOf(plain.Key, locked);
        new EarlierBuilds(settings.Store).Add(key, build);
        var complete = locked with { Debug = [toolbox.Package] };
        return plain with { Locked = complete, Debug = new Built(build, tree, DebugVariant.Of(complete), RecordedOrigins.Of(tree), key, IsFoundAgain: false) };
    }
}
