using Bothy.Oci.Json;

namespace Bothy.Oci.Signing;

/// <summary>A Sigstore bundle: what was signed, the signature, and what says whose it is (sigstore/protobuf-specs, sigstore_bundle.proto).</summary>
public sealed record SigstoreBundle
{
    /// <summary>The media type of version 0.3, in which bundles are written.</summary>
    public const string MediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>The annotation of a manifest that says which of the two contents its bundle has.</summary>
    public const string ContentAnnotation = "dev.sigstore.bundle.content";

    /// <summary>The annotation of a manifest with the predicate type of its bundle's statement.</summary>
    public const string PredicateTypeAnnotation = "dev.sigstore.bundle.predicateType";

    /// <summary>The value of <see cref="ContentAnnotation"/> for envelopes.</summary>
    public const string EnvelopeContent = "dsse-envelope";

    // An envelope in base64, and what is around it.
    private const int MaxLength = (DsseEnvelope.MaxLength / 3 * 4) + (1 << 20);

    /// <summary>The hint at the key: see <see cref="VerificationKey.Hint"/>; null where the bundle names no key.</summary>
    public string? KeyHint { get; init; }

    /// <summary>Whether a certificate stands where a key could.</summary>
    public bool HasCertificate { get; init; }

    /// <summary>How many entries of public logs it has.</summary>
    public int LogEntries { get; init; }

    /// <summary>The envelope; null where <see cref="MessageSignature"/> is there.</summary>
    public DsseEnvelope? Envelope { get; init; }

    /// <summary>The signature over the manifest itself, in DER; null where <see cref="Envelope"/> is there.</summary>
    public byte[]? MessageSignature { get; init; }

    /// <summary>Whether <paramref name="mediaType"/> is a bundle's, of this version or an earlier one.</summary>
    public static bool IsBundle(string? mediaType) =>
        mediaType is MediaType or "application/vnd.dev.sigstore.bundle+json;version=0.1" or "application/vnd.dev.sigstore.bundle+json;version=0.2" or "application/vnd.dev.sigstore.bundle+json;version=0.3";

    /// <summary>A bundle of <paramref name="envelope"/> with nothing but a hint at its key: no log has seen it.</summary>
    public static SigstoreBundle Of(DsseEnvelope envelope, VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new SigstoreBundle { Envelope = envelope, KeyHint = key.Hint };
    }

    /// <summary>Reads a bundle; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not a bundle.</exception>
    public static SigstoreBundle Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read, MaxLength);

    /// <summary>The one way this bundle is written.</summary>
    public byte[] ToJson() => OciJson.Write(writer =>
    {
        writer.WriteString("mediaType", MediaType);
        writer.WriteStartObject("verificationMaterial");
        writer.WriteStartObject("publicKey");
        writer.WriteOptional("hint", KeyHint);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("dsseEnvelope");
        (Envelope ?? throw new InvalidOperationException("only bundles of envelopes are written")).WriteFields(writer);
        writer.WriteEndObject();
    });

    private static SigstoreBundle Read(JsonFields fields)
    {
        string mediaType = fields.String("mediaType");
        if (!IsBundle(mediaType))
        {
            throw fields.Malformed($"'{mediaType}' is not a bundle that is known");
        }

        var material = fields.Object("verificationMaterial") ?? throw fields.Malformed("'verificationMaterial' is missing");
        var envelope = fields.Object("dsseEnvelope");
        var message = fields.Object("messageSignature");
        if (envelope is null == message is null)
        {
            throw fields.Malformed("want one of 'dsseEnvelope' and 'messageSignature'");
        }

        return new SigstoreBundle
        {
            KeyHint = material.Object("publicKey")?.OptionalString("hint"),
            HasCertificate = material.Has("certificate") || material.Has("x509CertificateChain"),
            LogEntries = material.Objects("tlogEntries", entry => entry).Length,
            Envelope = envelope is null ? null : DsseEnvelope.Read(envelope),
            MessageSignature = message?.Base64("signature"),
        };
    }
}
