namespace Bothy.Oci.Signing;

/// <summary>A signature or attestation as it was found beside an image. Nothing of it has been verified.</summary>
/// <param name="Place">Where it is: a tag and the number of the layer, or the digest of a referrer.</param>
public abstract record FoundSignature(string Place)
{
    /// <summary>A payload and a signature over it, in a layer under the tag <c>sha256-….sig</c>.</summary>
    /// <param name="Place">Where it is.</param>
    /// <param name="Payload">The payload's bytes.</param>
    /// <param name="Signature">The signature in DER.</param>
    public sealed record Simple(string Place, byte[] Payload, byte[] Signature) : FoundSignature(Place)
    {
        /// <summary>Whose signature it says it is: see <see cref="VerificationKey.Hint"/>; null where it does not say.</summary>
        public string? KeyHint { get; init; }

        /// <summary>Whether a certificate is beside it.</summary>
        public bool HasCertificate { get; init; }

        /// <summary>Whether the proof of a public log is beside it.</summary>
        public bool HasLogEntry { get; init; }
    }

    /// <summary>An envelope in a layer under the tag <c>sha256-….att</c>.</summary>
    public sealed record Attestation(string Place, DsseEnvelope Envelope) : FoundSignature(Place)
    {
        /// <summary>Whether a certificate is beside it.</summary>
        public bool HasCertificate { get; init; }

        /// <summary>Whether the proof of a public log is beside it.</summary>
        public bool HasLogEntry { get; init; }
    }

    /// <summary>A bundle, in a manifest that refers to the image.</summary>
    public sealed record Bundled(string Place, SigstoreBundle Bundle) : FoundSignature(Place);

    /// <summary>Something that should be a signature and cannot be read.</summary>
    /// <param name="Place">Where it is.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Damaged(string Place, string Reason) : FoundSignature(Place);
}
