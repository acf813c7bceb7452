using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci.Signing.Attestations;

/// <summary>Says something of a known type about images (in-toto attestation framework, statement v1).</summary>
public sealed record InTotoStatement
{
    /// <summary>The type of version 1, which is written.</summary>
    public const string TypeV1 = "https://in-toto.io/Statement/v1";

    private const string TypeV01 = "https://in-toto.io/Statement/v0.1";

    /// <summary>What it is about.</summary>
    public required ImmutableArray<StatementSubject> Subjects { get; init; }

    /// <summary>What kind of thing it says: a URI.</summary>
    public required string PredicateType { get; init; }

    /// <summary>What it says, in JSON.</summary>
    public required ReadOnlyMemory<byte> Predicate { get; init; }

    /// <summary>Reads a statement, of version 1 or of 0.1, which cosign still writes; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not a statement.</exception>
    public static InTotoStatement Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read, DsseEnvelope.MaxLength);

    /// <summary>The one way this statement is written.</summary>
    /// <exception cref="MalformedDataException">The predicate is not JSON.</exception>
    public byte[] ToJson()
    {
        try
        {
            return OciJson.Write(Write);
        }
        catch (JsonException failure)
        {
            throw new MalformedDataException("the predicate", failure.BytePositionInLine ?? 0, "it is not JSON");
        }
    }

    /// <summary>The subject that is <paramref name="digest"/>; null where the statement is about other things.</summary>
    public StatementSubject? SubjectOf(Digest digest) => Subjects.FirstOrDefault(subject => subject.Sha256 == digest.Hex);

    private static InTotoStatement Read(JsonFields fields)
    {
        string type = fields.String("_type");
        return type is TypeV1 or TypeV01
            ? new InTotoStatement
            {
                Subjects = fields.Objects("subject", StatementSubject.Read),
                PredicateType = fields.String("predicateType"),
                Predicate = fields.Has("predicate") ? fields.Raw("predicate") : "{}"u8.ToArray(),
            }
            : throw fields.Malformed($"'{type}' is not a statement that is known");
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("_type", TypeV1);
        writer.WriteStartArray("subject");
        foreach (var subject in Subjects)
        {
            subject.Write(writer);
        }

        writer.WriteEndArray();
        writer.WriteString("predicateType", PredicateType);
        writer.WritePropertyName("predicate");
        writer.WriteRawValue(Predicate.Span);
    }
}

/// <summary>One thing that a statement is about.</summary>
/// <param name="Name">Its name; null where it has none.</param>
/// <param name="Sha256">The hex digits of its digest; null where it is named by another hash.</param>
public sealed record StatementSubject(string? Name, string? Sha256)
{
    /// <summary>What the signer adds.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = OciJson.EmptyMap;

    internal static StatementSubject Read(JsonFields fields) =>
        new(fields.OptionalString("name"), fields.Object("digest")?.OptionalString("sha256")) { Annotations = fields.LooseMap("annotations") };

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteOptional("name", Name);
        writer.WriteStartObject("digest");
        writer.WriteOptional("sha256", Sha256);
        writer.WriteEndObject();
        writer.WriteOptional("annotations", Annotations);
        writer.WriteEndObject();
    }
}
