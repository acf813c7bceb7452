using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci.Signing;

/// <summary>A payload of a named type with signatures over both (DSSE, protocol v1.0.2).</summary>
/// <param name="PayloadType">What the payload is.</param>
/// <param name="Payload">Its bytes, exactly as they are signed.</param>
/// <param name="Signatures">The signatures, each in DER.</param>
public sealed record DsseEnvelope(string PayloadType, byte[] Payload, ImmutableArray<byte[]> Signatures)
{
    /// <summary>The media type of an envelope, and of the layers that cosign keeps attestations in.</summary>
    public const string MediaType = "application/vnd.dsse.envelope.v1+json";

    /// <summary>The payload type of in-toto statements.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>The largest envelope read, in bytes: a list of packages may be long.</summary>
    public const int MaxLength = 64 << 20;

    private const int MaxSignatures = 64;

    /// <summary>Signs <paramref name="payload"/>.</summary>
    public static DsseEnvelope Sign(string payloadType, byte[] payload, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new DsseEnvelope(payloadType, payload, [key.Sign(SignedBytes(payloadType, payload))]);
    }

    /// <summary>Reads an envelope; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not an envelope.</exception>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read, MaxLength);

    /// <summary>The one way this envelope is written.</summary>
    public byte[] ToJson() => OciJson.Write(WriteFields);

    /// <summary>What is signed: the pre-authentication encoding of type and payload.</summary>
    public byte[] SignedBytes() => SignedBytes(PayloadType, Payload);

    /// <summary>Whether one of the signatures is <paramref name="key"/>'s.</summary>
    public bool IsSignedBy(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] signed = SignedBytes();
        return Signatures.Any(signature => key.Verifies(signed, signature));
    }

    internal static DsseEnvelope Read(JsonFields fields)
    {
        var signatures = fields.Objects("signatures", signature => signature.Base64("sig"));
        return signatures.Length is > 0 and <= MaxSignatures
            ? new DsseEnvelope(fields.String("payloadType"), fields.Base64("payload"), signatures)
            : throw fields.Malformed(FormattableString.Invariant($"{signatures.Length} signatures, want 1 to {MaxSignatures}"));
    }

    internal void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteBase64String("payload", Payload);
        writer.WriteString("payloadType", PayloadType);
        writer.WriteStartArray("signatures");
        foreach (byte[] signature in Signatures)
        {
            writer.WriteStartObject();
            writer.WriteBase64String("sig", signature);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static byte[] SignedBytes(string payloadType, byte[] payload)
    {
        string head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} ");
        return [.. Encoding.UTF8.GetBytes(head), .. payload];
    }
}
