namespace Bothy.Packages.Alpine.Adb;

/// <summary>A signature block of version 0 with SHA-512, the only ones there are.</summary>
/// <param name="KeyId">The first 16 bytes of the SHA-512 of the public key.</param>
/// <param name="Value">The signature: PKCS #1 v1.5 for RSA, DER for ECDSA.</param>
internal sealed record AdbSignature(ReadOnlyMemory<byte> KeyId, ReadOnlyMemory<byte> Value);
