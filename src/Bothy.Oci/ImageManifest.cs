using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>The manifest of one image: its configuration and its layers, lowest first (image-spec, manifest.md).</summary>
public sealed record ImageManifest
{
    /// <summary>OCI's media type, or Docker's where the manifest was read as such.</summary>
    public string MediaType { get; init; } = MediaTypes.Manifest;

    /// <summary>The type of the artifact; null for images.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The configuration.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>The layers, lowest first.</summary>
    public required ImmutableArray<Descriptor> Layers { get; init; }

    /// <summary>The manifest this one says something about; null for images.</summary>
    public Descriptor? Subject { get; init; }

    /// <summary>Free text by key.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = OciJson.EmptyMap;

    /// <summary>Reads a manifest; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not a manifest.</exception>
    public static ImageManifest Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read);

    /// <summary>The one way this manifest is written; its digest is the image's.</summary>
    public byte[] ToJson() => OciJson.Write(writer =>
    {
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaType);
        writer.WriteOptional("artifactType", ArtifactType);
        writer.WritePropertyName("config");
        Config.Write(writer);
        writer.WriteStartArray("layers");
        foreach (var layer in Layers)
        {
            layer.Write(writer);
        }

        writer.WriteEndArray();
        if (Subject is not null)
        {
            writer.WritePropertyName("subject");
            Subject.Write(writer);
        }

        writer.WriteOptional("annotations", Annotations);
    });

    private static ImageManifest Read(JsonFields fields)
    {
        // A document that is both a manifest and an index is two images to two readers (CVE-2021-41190).
        string mediaType = fields.OptionalString("mediaType") ?? MediaTypes.Manifest;
        if (fields.Size("schemaVersion") != 2 || !MediaTypes.IsManifest(mediaType) || fields.Has("manifests"))
        {
            throw fields.Malformed("not an image manifest of schema version 2");
        }

        return new ImageManifest
        {
            MediaType = mediaType,
            ArtifactType = fields.OptionalString("artifactType"),
            Config = fields.Object("config") is { } config ? Descriptor.Read(config) : throw fields.Malformed("'config' is missing"),
            Layers = fields.Objects("layers", Descriptor.Read),
            Subject = fields.Object("subject") is { } subject ? Descriptor.Read(subject) : null,
            Annotations = fields.Map("annotations"),
        };
    }
}
