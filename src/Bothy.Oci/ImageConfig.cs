using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>The configuration of an image (image-spec, config.md). Its digest is what runtimes call the image's id.</summary>
public sealed record ImageConfig
{
    /// <summary>When the image was made, to the second.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Who made it.</summary>
    public string? Author { get; init; }

    /// <summary>What it runs on.</summary>
    public required Platform Platform { get; init; }

    /// <summary>How its containers start.</summary>
    public ContainerConfig Container { get; init; } = new();

    /// <summary>The digests of the layers as plain tar archives, lowest first.</summary>
    public ImmutableArray<Digest> DiffIds { get; init; } = [];

    /// <summary>How the layers came to be, lowest first.</summary>
    public ImmutableArray<HistoryEntry> History { get; init; } = [];

    /// <summary>Reads a configuration; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="MalformedDataException">The bytes are not an image's configuration.</exception>
    public static ImageConfig Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, Read);

    /// <summary>The one way this configuration is written.</summary>
    public byte[] ToJson() => OciJson.Write(writer =>
    {
        writer.WriteOptional("created", Created);
        writer.WriteOptional("author", Author);
        writer.WriteString("architecture", Platform.Architecture);
        writer.WriteString("os", Platform.Os);
        writer.WriteOptional("variant", Platform.Variant);
        writer.WritePropertyName("config");
        Container.Write(writer);
        writer.WriteStartObject("rootfs");
        writer.WriteString("type", "layers");
        writer.WriteStartArray("diff_ids");
        foreach (var diffId in DiffIds)
        {
            writer.WriteStringValue(diffId.ToString());
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        if (!History.IsEmpty)
        {
            writer.WriteStartArray("history");
            foreach (var entry in History)
            {
                entry.Write(writer);
            }

            writer.WriteEndArray();
        }
    });

    private static ImageConfig Read(JsonFields fields)
    {
        var rootfs = fields.Object("rootfs") ?? throw fields.Malformed("'rootfs' is missing");
        if (rootfs.String("type") != "layers")
        {
            throw fields.Malformed("'rootfs.type' is not 'layers'");
        }

        return new ImageConfig
        {
            Created = fields.Time("created"),
            Author = fields.OptionalString("author"),
            Platform = new Platform(fields.String("os"), fields.String("architecture"), fields.OptionalString("variant") is { Length: > 0 } variant ? variant : null),
            Container = fields.Object("config") is { } container ? ContainerConfig.Read(container) : new(),
            DiffIds = rootfs.Digests("diff_ids"),
            History = fields.Objects("history", HistoryEntry.Read),
        };
    }
}
