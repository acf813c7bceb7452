using System.Text.Json;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>How one layer came to be (image-spec, config.md).</summary>
public sealed record HistoryEntry
{
    /// <summary>When, to the second.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>By which command.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>By whom.</summary>
    public string? Author { get; init; }

    /// <summary>Anything else.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether there is no layer for this entry.</summary>
    public bool EmptyLayer { get; init; }

    internal static HistoryEntry Read(JsonFields fields) => new()
    {
        Created = fields.Time("created"),
        CreatedBy = fields.OptionalString("created_by"),
        Author = fields.OptionalString("author"),
        Comment = fields.OptionalString("comment"),
        EmptyLayer = fields.Flag("empty_layer"),
    };

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteOptional("created", Created);
        writer.WriteOptional("created_by", CreatedBy);
        writer.WriteOptional("author", Author);
        writer.WriteOptional("comment", Comment);
        if (EmptyLayer)
        {
            writer.WriteBoolean("empty_layer", true);
        }

        writer.WriteEndObject();
    }
}
