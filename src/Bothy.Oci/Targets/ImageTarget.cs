using Bothy.Oci.Registry;
using Bothy.Oci.Sources;

namespace Bothy.Oci.Targets;

/// <summary>
/// A place that an image or index is being written to: a layout, an archive, podman's storage or a registry's repository. Blobs go before the
/// manifests that name them, and <see cref="FinishAsync"/> comes last: without it a layout or an archive is as it was before. Blobs
/// may be put from several threads at once.
/// </summary>
public abstract class ImageTarget : IAsyncDisposable
{
    /// <summary>Where it is, for messages; without credentials.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can hold an index, and what refers to images; otherwise one image and nothing else.</summary>
    public virtual bool HoldsIndexes => true;

    /// <summary>Opens the place that <paramref name="location"/> names, to write an image or index there. It is the caller's.</summary>
    /// <param name="location">Where to.</param>
    /// <param name="registries">The way to registries; it stays the caller's.</param>
    /// <param name="temporaryDirectory">Where a copy may lie on its way to podman's storage.</param>
    /// <param name="cancellationToken">Ends waiting for others who write there.</param>
    /// <exception cref="BothyException">The place cannot be written.</exception>
    public static ImageTarget Open(ImageLocation location, RegistryClient registries, string temporaryDirectory, CancellationToken cancellationToken) => location switch
    {
        ImageLocation.Layout layout => LayoutTarget.Open(layout.Directory, layout.Name, cancellationToken),
        ImageLocation.OciArchive archive => StagedTarget.OciArchive(archive.ToString(), archive.File, archive.Name, cancellationToken),
        ImageLocation.DockerArchive archive => StagedTarget.DockerArchive(archive.ToString(), archive.File, archive.Name, cancellationToken),
        ImageLocation.Podman podman => StagedTarget.Podman(podman.ToString(), podman.Image, temporaryDirectory, cancellationToken),
        ImageLocation.Registry registry => new RegistryTarget(registries, registry.Reference),
        _ => throw new BothyException($"cannot write {location}: it does not say what to write") { Hint = $"Say which kind: oci-archive:{location} or docker-archive:{location}." },
    };

    /// <summary>Whether the blob is there already, so that nobody need fetch it.</summary>
    /// <exception cref="BothyException">The place cannot be asked.</exception>
    public abstract Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken);

    /// <summary>Puts a blob where it is not there yet. What <paramref name="open"/> gives is verified on the way, and disposed.</summary>
    /// <param name="blob">What it is.</param>
    /// <param name="open">Opens its bytes from the first on; called again where an attempt failed in the middle.</param>
    /// <param name="progress">Told how many bytes of it are there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">The bytes are others than promised, or cannot be written.</exception>
    public abstract Task PutBlobAsync(Descriptor blob, Func<CancellationToken, Task<Stream>> open, IProgress<long>? progress, CancellationToken cancellationToken);

    /// <summary>Puts a manifest or an index under its digest, and under <paramref name="tag"/> as well where there is one.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public abstract Task PutManifestAsync(Descriptor manifest, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken);

    /// <summary>Puts the image or index that the place was opened for, under the name it was opened with.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public abstract Task PutRootAsync(Descriptor root, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Puts a manifest that says something about <paramref name="subject"/>, so that who asks for the subject's referrers finds it.</summary>
    /// <exception cref="BothyException">It cannot be written, or the place keeps no referrers.</exception>
    public abstract Task PutReferrerAsync(Descriptor referrer, ReadOnlyMemory<byte> bytes, Descriptor subject, CancellationToken cancellationToken);

    /// <summary>Everything is there: it appears.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public abstract Task FinishAsync(CancellationToken cancellationToken);

    /// <summary>Lets go of the place; what was not finished is taken away again, as far as the place can.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
    /// <summary>A referrer's descriptor as lists of referrers have it: with the type and the annotations of the manifest itself (distribution-spec, "Listing Referrers").</summary>
    /// <exception cref="MalformedDataException">It is not a manifest.</exception>
    internal static Descriptor Described(Descriptor referrer, ReadOnlyMemory<byte> bytes)
    {
        var plain = new Descriptor(referrer.MediaType, referrer.Digest, referrer.Size);
        if (!MediaTypes.IsManifest(referrer.MediaType))
        {
            return plain with { ArtifactType = referrer.ArtifactType, Annotations = referrer.Annotations };
        }

        var manifest = ImageManifest.Parse(bytes, referrer.Digest.ToString());
        return plain with { ArtifactType = manifest.ArtifactType ?? manifest.Config.MediaType, Annotations = manifest.Annotations };
    }
}
