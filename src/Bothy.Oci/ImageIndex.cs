using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>A list of manifests: the platforms of one image, or the images of a layout (image-spec, image-index.md).</summary>
public sealed record ImageIndex
{
    /// <summary>OCI's media type, or Docker's where the index was read as such.</summary>
    public string MediaType { get; init; } = MediaTypes.Index;

    /// <summary>The manifests and nested indexes, in order.</summary>
    public required ImmutableArray<Descriptor> Manifests { get; init; }

    /// <summary>Free text by key.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = OciJson.EmptyMap;

    /// <summary>Reads an index; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not an index.</exception>
    public static ImageIndex Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read);

    /// <summary>The one way this index is written.</summary>
    public byte[] ToJson() => OciJson.Write(writer =>
    {
        writer.WriteNumber("schemaVersion", 2);
        writer.WriteString("mediaType", MediaType);
        writer.WriteStartArray("manifests");
        foreach (var manifest in Manifests)
        {
            manifest.Write(writer);
        }

        writer.WriteEndArray();
        writer.WriteOptional("annotations", Annotations);
    });

    private static ImageIndex Read(JsonFields fields)
    {
        string mediaType = fields.OptionalString("mediaType") ?? MediaTypes.Index;
        if (fields.Size("schemaVersion") != 2 || !MediaTypes.IsIndex(mediaType) || fields.Has("layers") || fields.Has("config"))
        {
            throw fields.Malformed("not an image index of schema version 2");
        }

        return new ImageIndex
        {
            MediaType = mediaType,
            Manifests = fields.Objects("manifests", Descriptor.Read),
            Annotations = fields.Map("annotations"),
        };
    }
}
