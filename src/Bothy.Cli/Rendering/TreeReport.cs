using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Cli.Rendering;

/// <summary>Prints the files of an image.</summary>
internal static class TreeReport
{
    public static string Text(TreeListing listing)
    {
        var all = listing.Groups.SelectMany(group => group.Entries);
        int owner = all.Select(entry => EntryText.Owner(entry).Length).DefaultIfEmpty().Max();
        int size = all.Select(entry => SizeText(listing, entry).Length).DefaultIfEmpty().Max();
        var text = new StringBuilder();
        foreach (var group in listing.Groups)
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Name}: {Count(group.Files)}, {ByteSize.Text(group.Bytes)}\n");
            foreach (var entry in group.Entries)
            {
                string name = group.Directory is null ? entry.Path.ToString() : entry.Path.Name;
                text.Append(EntryText.Mode(entry)).Append("  ")
                    .Append(EntryText.Owner(entry).PadRight(owner)).Append("  ")
                    .Append(SizeText(listing, entry).PadLeft(size)).Append("  ")
                    .Append(VisibleText.Of(name)).Append(EntryText.Target(entry)).Append('\n');
            }

            text.Append(group.Entries.IsEmpty ? "" : "\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"total: {Count(listing.Files)}, {ByteSize.Text(listing.Bytes)}").ToString();
    }

    public static string Json(TreeListing listing) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("image", listing.Contents.Image!.ManifestDescriptor.Digest.ToString());
        writer.WriteString("platform", listing.Contents.Platform.ToString());
        writer.WriteNumber("files", listing.Files);
        writer.WriteNumber("bytes", listing.Bytes);
        writer.WriteStartArray("groups");
        foreach (var group in listing.Groups)
        {
            WriteGroup(writer, listing, group);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>Writes what a layer says of an entry, within an object that is open.</summary>
    public static void WriteEntry(Utf8JsonWriter writer, TreeEntry entry)
    {
        writer.WriteString("path", VisibleText.Of(entry.Path.ToString()));
        writer.WriteString("kind", EntryText.Kind(entry.Kind));
        writer.WriteString("mode", Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
        writer.WriteNumber("uid", entry.UserId);
        writer.WriteNumber("gid", entry.GroupId);
        if (entry.Content is { } content)
        {
            writer.WriteNumber("size", content.Length);
            writer.WriteString("digest", content.Digest.ToString());
        }

        if (entry.LinkTarget is { } target)
        {
            writer.WriteString("target", VisibleText.Of(entry.Kind == EntryKind.HardLink ? "/" + target : target));
        }

        if (entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
        {
            writer.WriteNumber("major", entry.DeviceMajor);
            writer.WriteNumber("minor", entry.DeviceMinor);
        }

        if (!entry.ExtendedAttributes.IsEmpty)
        {
            writer.WriteStartObject("xattrs");
            foreach (var (name, value) in entry.ExtendedAttributes)
            {
                writer.WriteString(VisibleText.Of(name), Convert.ToHexStringLower(value.Span));
            }

            writer.WriteEndObject();
        }
    }

    private static void WriteGroup(Utf8JsonWriter writer, TreeListing listing, TreeGroup group)
    {
        writer.WriteStartObject();
        if (group.Directory is { } directory)
        {
            writer.WriteString("directory", VisibleText.Of(directory.ToString()));
        }
        else if (group.Layer is { } layer)
        {
            writer.WriteNumber("layer", layer);
            writer.WriteString("diffId", listing.Contents.Image!.Layers[layer].DiffId.ToString());
        }
        else
        {
            writer.WriteString("package", group.Package?.Name);
            writer.WriteString("version", group.Package?.Version);
            writer.WriteString("architecture", group.Package?.Architecture);
        }

        writer.WriteNumber("files", group.Files);
        writer.WriteNumber("bytes", group.Bytes);
        writer.WriteStartArray("entries");
        foreach (var entry in group.Entries)
        {
            writer.WriteStartObject();
            WriteEntry(writer, entry);
            writer.WriteNumber("layer", listing.Contents.LayerOf(entry.Path) ?? 0);
            if (listing.Contents.OwnerOf(entry.Path) is { } package)
            {
                writer.WriteString("package", package.Name);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string SizeText(TreeListing listing, TreeEntry entry) => entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice
        ? string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor}, {entry.DeviceMinor}")
        : listing.SizeOf(entry) is { } size ? ByteSize.Text(size)
        : "-";

    private static string Count(int files) => files == 1 ? "1 file" : string.Create(CultureInfo.InvariantCulture, $"{files} files");
}
