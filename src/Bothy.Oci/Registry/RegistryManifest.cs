namespace Bothy.Oci.Registry;

/// <summary>A manifest or an index as a registry holds it.</summary>
/// <param name="Descriptor">What it is; the digest is that of the bytes.</param>
/// <param name="Bytes">All of it.</param>
public sealed record RegistryManifest(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes);
