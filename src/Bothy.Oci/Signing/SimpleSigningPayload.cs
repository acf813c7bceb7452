using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci.Signing;

/// <summary>What cosign signs in its older shape: which image, by which name, and what the signer adds ("simple signing" of containers/image).</summary>
/// <param name="DockerReference">The repository that the image was in.</param>
/// <param name="ManifestDigest">The image.</param>
/// <param name="Optional">What the signer adds.</param>
public sealed record SimpleSigningPayload(string DockerReference, Digest ManifestDigest, ImmutableSortedDictionary<string, string> Optional)
{
    /// <summary>The media type of the layer with the payload.</summary>
    public const string MediaType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The annotation of that layer with the signature over the payload, in base64.</summary>
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    /// <summary>The annotation of that layer with the proof of a public log.</summary>
    public const string LogAnnotation = "dev.sigstore.cosign/bundle";

    /// <summary>The annotation of that layer with a certificate, which stands for a key.</summary>
    public const string CertificateAnnotation = "dev.sigstore.cosign/certificate";

    /// <summary>
    /// The annotation of that layer that says which key signed: see <see cref="VerificationKey.Hint"/>. It is Bothy's own; with it another key's
    /// signature can be told from a changed payload, and nothing is trusted because of it.
    /// </summary>
    public const string KeyAnnotation = "vnd.bothy.signature.key";

    private const string Claim = "cosign container image signature";

    /// <summary>Reads a payload; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such a payload.</exception>
    public static SimpleSigningPayload Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, fields =>
    {
        var critical = fields.Object("critical") ?? throw fields.Malformed("'critical' is missing");
        string claim = critical.String("type");
        if (claim != Claim)
        {
            throw fields.Malformed($"it claims to be '{claim}', want '{Claim}'");
        }

        var image = critical.Object("image") ?? throw fields.Malformed("'critical.image' is missing");
        return new SimpleSigningPayload(
            critical.Object("identity")?.OptionalString("docker-reference") ?? "", image.Digest("docker-manifest-digest"), fields.LooseMap("optional"));
    });

    /// <summary>The one way this payload is written.</summary>
    public byte[] ToJson() => OciJson.Write(writer =>
    {
        writer.WriteStartObject("critical");
        writer.WriteStartObject("identity");
        writer.WriteString("docker-reference", DockerReference);
        writer.WriteEndObject();
        writer.WriteStartObject("image");
        writer.WriteString("docker-manifest-digest", ManifestDigest.ToString());
        writer.WriteEndObject();
        writer.WriteString("type", Claim);
        writer.WriteEndObject();
        if (Optional.IsEmpty)
        {
            writer.WriteNull("optional");
        }
        else
        {
            writer.WriteOptional("optional", Optional);
        }
    });
}
