using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Oci.Reading;

namespace Bothy.Cli.Rendering;

/// <summary>Prints what each layer of an image adds, changes and hides.</summary>
internal static class LayersReport
{
    private const int LongestOrigin = 100;

    /// <summary>The heading of a layer: its number, the beginning of its diff ID, and where it came from.</summary>
    public static string NameOf(OpenedLayer layer, int number)
    {
        string origin = VisibleText.Of(layer.History?.CreatedBy ?? layer.History?.Comment ?? "");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"layer {number} {layer.DiffId.Hex[..12]}{(origin.Length == 0 ? "" : $" ({(origin.Length > LongestOrigin ? origin[..LongestOrigin] + "..." : origin)})")}");
    }

    public static string Text(OpenedImage image, TreeSelection selection)
    {
        var text = new StringBuilder();
        foreach (var layer in LayerDifference.Of(image))
        {
            text.Append(CultureInfo.InvariantCulture, $"{NameOf(layer.Layer, layer.Number)}: adds {ByteSize.Text(layer.AddedBytes)}, changes {ByteSize.Text(layer.ChangedBytes)}, hides {ByteSize.Text(layer.Layer.HiddenBytes)}\n");
            var lines = layer.Added.Select(entry => (entry.Path, Line: Line('+', entry, entry.Content?.Length, "")))
                .Concat(layer.Changed.Select(change => (change.After.Path, Line: Line('~', change.After, change.After.Content?.Length, Was(change)))))
                .Concat(layer.Hidden.Select(hidden => (hidden.Entry.Path, Line: Line('-', hidden.Entry, hidden.Bytes, $"  (layer {hidden.Layer})"))))
                .Where(line => selection.Matches(line.Path) && selection.Shows(line.Path))
                .OrderBy(line => line.Path);
            foreach (var (_, line) in lines)
            {
                text.Append(line).Append('\n');
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    public static string Json(OpenedImage image, TreeSelection selection) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("image", image.ManifestDescriptor.Digest.ToString());
        writer.WriteStartArray("layers");
        foreach (var layer in LayerDifference.Of(image))
        {
            WriteLayer(writer, layer, selection);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteLayer(Utf8JsonWriter writer, LayerDifference layer, TreeSelection selection)
    {
        writer.WriteStartObject();
        writer.WriteNumber("layer", layer.Number);
        writer.WriteString("digest", layer.Layer.Blob.Digest.ToString());
        writer.WriteString("diffId", layer.Layer.DiffId.ToString());
        writer.WriteNumber("compressed", layer.Layer.Blob.Size);
        writer.WriteNumber("uncompressed", layer.Layer.UncompressedSize);
        writer.WriteString("createdBy", layer.Layer.History?.CreatedBy);
        writer.WriteNumber("addedBytes", layer.AddedBytes);
        writer.WriteNumber("changedBytes", layer.ChangedBytes);
        writer.WriteNumber("hiddenBytes", layer.Layer.HiddenBytes);
        WriteList(writer, "added", layer.Added, entry => entry.Path, selection, entry => TreeReport.WriteEntry(writer, entry));
        WriteList(writer, "changed", layer.Changed, change => change.After.Path, selection, change =>
        {
            TreeReport.WriteEntry(writer, change.After);
            writer.WriteStartObject("before");
            TreeReport.WriteEntry(writer, change.Before);
            writer.WriteEndObject();
        });
        WriteList(writer, "hidden", layer.Hidden, hidden => hidden.Entry.Path, selection, hidden =>
        {
            TreeReport.WriteEntry(writer, hidden.Entry);
            writer.WriteNumber("layer", hidden.Layer);
            writer.WriteNumber("bytes", hidden.Bytes);
            writer.WriteString("by", hidden.By switch
            {
                HiddenBy.Whiteout => "whiteout",
                HiddenBy.OpaqueDirectory => "opaque",
                _ => "replacement",
            });
        });
        writer.WriteEndObject();
    }

    private static void WriteList<T>(
        Utf8JsonWriter writer, string name, IEnumerable<T> items, Func<T, TreePath> pathOf, TreeSelection selection, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items.Where(item => selection.Matches(pathOf(item)) && selection.Shows(pathOf(item))))
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string Line(char sign, TreeEntry entry, long? size, string rest) =>
        $"{sign} {EntryText.Mode(entry)}  {(size is { } bytes ? ByteSize.Text(bytes) : "-"),10}  {VisibleText.Of(entry.Path.ToString())}{EntryText.Target(entry)}{rest}";

    // Says what differs, as far as a line can.
    private static string Was(ChangedEntry change)
    {
        var (before, after) = change;
        return before.Kind != after.Kind ? $"  (was a {EntryText.Kind(before.Kind)})"
            : before.Content is { } content && content.Digest == after.Content!.Digest ? "  (the same bytes)"
            : before.Content is { } other ? $"  (was {ByteSize.Text(other.Length)})"
            : "";
    }
}
