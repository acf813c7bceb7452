using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>Names a blob by what it holds (image-spec, descriptor.md).</summary>
/// <param name="MediaType">What kind of bytes it holds.</param>
/// <param name="Digest">The digest of the bytes.</param>
/// <param name="Size">Their number.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>The annotation of a layout's index that gives an image its name there.</summary>
    public const string RefNameAnnotation = "org.opencontainers.image.ref.name";

    /// <summary>What the image runs on; only in an index.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The type of the artifact a manifest describes; null for images.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Free text by key.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = OciJson.EmptyMap;

    /// <summary>The name in a layout's index; null where there is none.</summary>
    public string? RefName => Annotations.GetValueOrDefault(RefNameAnnotation);

    /// <summary>The descriptor of <paramref name="bytes"/>.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> bytes) => new(mediaType, Digest.Of(bytes), bytes.Length);

    internal static Descriptor Read(JsonFields fields) => new(fields.String("mediaType"), fields.Digest("digest"), fields.Size("size"))
    {
        Platform = fields.Object("platform") is { } platform
            ? new Platform(platform.String("os"), platform.String("architecture"), platform.OptionalString("variant"))
            : null,
        ArtifactType = fields.OptionalString("artifactType"),
        Annotations = fields.Map("annotations"),
    };

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("mediaType", MediaType);
        writer.WriteOptional("artifactType", ArtifactType);
        writer.WriteString("digest", Digest.ToString());
        writer.WriteNumber("size", Size);
        writer.WriteOptional("annotations", Annotations);
        if (Platform is not null)
        {
            writer.WriteStartObject("platform");
            writer.WriteString("architecture", Platform.Architecture);
            writer.WriteString("os", Platform.Os);
            writer.WriteOptional("variant", Platform.Variant);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
