namespace Bothy.Oci.Layers;

/// <summary>A layer that was written.</summary>
/// <param name="Blob">The descriptor of the compressed bytes.</param>
/// <param name="DiffId">The digest of the tar archive in them.</param>
/// <param name="UncompressedSize">The size of that archive in bytes.</param>
public sealed record Layer(Descriptor Blob, Digest DiffId, long UncompressedSize);
