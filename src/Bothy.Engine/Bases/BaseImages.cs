using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Oci;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;

namespace Bothy.Engine.Bases;

/// <summary>Finds the image that an image file builds on: where the file says, or by the digest of a lock.</summary>
internal sealed class BaseImages(BuildSettings settings, ImageSpec spec)
{
    private string Name => spec.Contents.Base?.Value ?? throw new InvalidOperationException("the image file names no base");

    /// <summary>Opens what the image file's name stands for now.</summary>
    /// <param name="architecture">What for.</param>
    /// <param name="previous">What it stood for when the lock was written; null for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">There is no such image, or it cannot be built upon.</exception>
    public async Task<BaseImage> ResolveAsync(ImageArchitecture architecture, LockedBase? previous, CancellationToken cancellationToken)
    {
        string phase = $"base {architecture.Name}";
        settings.Progress.Report(new BuildEvent.Started(phase));
        var platform = ImageComposer.PlatformOf(architecture);
        var location = Location();
        var kept = settings.Offline && location is ImageLocation.Registry && previous is not null ? KeptImage.TryOpen(settings.Store, Name, previous.Manifest) : null;
        if (kept is null)
        {
            await using var source = await OpenAsync(location, cancellationToken);
            var digest = await KeptImage.ResolveAsync(source, platform, cancellationToken);
            kept = KeptImage.TryOpen(settings.Store, Name, digest) ?? await KeptImage.KeepAsync(settings.Store, source, platform, cancellationToken);
        }

        var image = await ReadAsync(kept, platform, cancellationToken);
        settings.Progress.Report(new BuildEvent.Finished(phase, FormattableString.Invariant($"{Name}, {image.Layers.Length} layers, {image.Contents.Packages.Length} packages")));
        foreach (string warning in image.Contents.Warnings)
        {
            settings.Progress.Report(new BuildEvent.Warning($"the base {Name}: {warning}"));
        }

        if (image.System is null)
        {
            settings.Progress.Report(new BuildEvent.Warning($"the base {Name} has no record of packages: what is in it counts as nobody's, and packages may bring it once more"));
        }

        return image;
    }

    /// <summary>Opens what the lock says.</summary>
    /// <exception cref="BothyException">It is not in the store, and not where the image file says any more.</exception>
    public async Task<BaseImage> OpenAsync(ImageArchitecture architecture, LockedBase locked, CancellationToken cancellationToken)
    {
        var kept = KeptImage.TryOpen(settings.Store, Name, locked.Manifest) ?? await FetchAsync(architecture, locked, cancellationToken);
        return await ReadAsync(kept, ImageComposer.PlatformOf(architecture), cancellationToken);
    }

    private async Task<KeptImage> FetchAsync(ImageArchitecture architecture, LockedBase locked, CancellationToken cancellationToken)
    {
        // A registry gives what a tag does not mean any more by its digest; other places have what they have.
        var location = Location();
        var exact = location is ImageLocation.Registry registry ? registry with { Reference = registry.Reference.WithDigest(locked.Manifest) } : location;
        await using var source = await OpenAsync(exact, cancellationToken);
        var kept = await KeptImage.KeepAsync(settings.Store, source, ImageComposer.PlatformOf(architecture), cancellationToken);
        return kept.Digest == locked.Manifest
            ? kept
            : throw new BothyException($"cannot build on {Name}: it is {kept.Digest} now, and the lock says {locked.Manifest}")
            {
                Hint = $"Put that image there again, or write the lock anew with 'bothy lock {spec.FileName}'.",
            };
    }

    private async Task<BaseImage> ReadAsync(KeptImage kept, Platform platform, CancellationToken cancellationToken) =>
        new(Name, (Location() as ImageLocation.Registry)?.Reference.ToString(), kept, await new ImageReader(settings.Store, settings.Parallelism).OpenAsync(kept, platform, cancellationToken));

    private ImageLocation Location() => ImageLocation.TryParse(Name, settings.DirectoryOf(spec), out var location, out string? reason)
        ? location
        : throw new BothyException($"cannot find the base of {spec.FileName} ({spec.MarkOf("contents.base") ?? spec.MarkOf("contents.baseimage")}): {reason}");

    private Task<ImageSource> OpenAsync(ImageLocation location, CancellationToken cancellationToken) => settings.Images is { } access
        ? location.OpenAsync(access, cancellationToken)
        : throw new InvalidOperationException("nothing says how images are opened");
}
