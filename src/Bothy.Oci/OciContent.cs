using System.Collections.Immutable;

namespace Bothy.Oci;

/// <summary>What a destination receives: an image, or an index of images for several platforms.</summary>
public abstract record OciContent
{
    private protected OciContent(Blob root) => Root = root;

    /// <summary>The manifest or the index. Its digest is the image's.</summary>
    public Blob Root { get; }

    /// <summary>All blobs, each once: layers and configurations before the manifests that name them, and <see cref="Root"/> last.</summary>
    public abstract ImmutableArray<Blob> Blobs { get; }
}
