using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Oci.Json;

namespace Bothy.Oci.Layers;

/// <summary>What eStargz adds to a gzipped archive (stargz-snapshotter, docs/estargz.md): landmark, table of contents and footer.</summary>
internal static class EStargz
{
    /// <summary>The annotation of a layer that holds the digest of its table of contents.</summary>
    public const string TocDigestAnnotation = "containerd.io/snapshot/stargz/toc.digest";

    /// <summary>The largest piece of a file that is compressed on its own.</summary>
    public const int ChunkSize = 4 << 20;

    /// <summary>The name of the table of contents.</summary>
    public const string TocName = "stargz.index.json";

    private const string Landmark = ".no.prefetch.landmark";

    /// <summary>What a layer has for itself, and not for its image.</summary>
    public static readonly ImmutableArray<TreePath> OwnFiles = [TreePath.Parse(TocName), TreePath.Parse(Landmark), TreePath.Parse(".prefetch.landmark")];

    private static readonly Origin Added = new Origin.Effect("estargz");

    /// <summary>How many chunks <paramref name="entry"/> has: none unless it is a file that is not empty.</summary>
    public static int ChunksOf(TreeEntry entry) => entry.Content is null ? 0 : checked((int)((entry.Content.Length + ChunkSize - 1) / ChunkSize));

    /// <summary>A copy of <paramref name="tree"/> with the file that says that nothing need be fetched ahead.</summary>
    /// <exception cref="BothyException">The tree has a file where eStargz puts its own.</exception>
    public static FileTree WithLandmark(FileTree tree)
    {
        if (tree.Contains(TreePath.Parse(TocName)))
        {
            throw new BothyException($"cannot put '/{TocName}' in a layer: in eStargz, this is the table of contents");
        }

        var copy = new FileTree();
        foreach (var entry in tree.Entries)
        {
            copy.Set(entry);
        }

        copy.Set(TreeEntry.File(TreePath.Parse(Landmark), FileContent.Of(new byte[] { 0xF }), Added));
        return copy;
    }

    /// <summary>The table of contents of <paramref name="parts"/>, whose chunks are in order where <paramref name="chunks"/> say.</summary>
    public static TreeEntry Toc(IEnumerable<LayerPart> parts, IEnumerable<EStargzChunk> chunks)
    {
        using var chunk = chunks.GetEnumerator();
        byte[] json = OciJson.Write(writer =>
        {
            writer.WriteNumber("version", 1);
            writer.WriteStartArray("entries");
            foreach (var entry in parts.SelectMany(part => part.Entries))
            {
                WriteEntry(writer, entry, chunk);
            }

            writer.WriteEndArray();
        });
        return TreeEntry.File(TreePath.Parse(TocName), FileContent.Of(json), Added);
    }

    /// <summary>The end of a blob: an empty gzip member with the place of the table's member in its extra field.</summary>
    public static byte[] Footer(long toc) =>
    [
        0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, // a gzip header with an extra field, without name, time or system
        26, 0, (byte)'S', (byte)'G', 22, 0,
        .. Encoding.ASCII.GetBytes(toc.ToString("x16", CultureInfo.InvariantCulture) + "STARGZ"),
        1, 0, 0, 0xFF, 0xFF, // the last block, stored, empty
        0, 0, 0, 0, 0, 0, 0, 0, // CRC and length of nothing
    ];

    private static void WriteEntry(Utf8JsonWriter writer, TreeEntry entry, IEnumerator<EStargzChunk> chunk)
    {
        long length = entry.Content?.Length ?? 0;
        long offset = 0;
        writer.WriteStartObject();
        WriteName(writer, entry);
        writer.WriteString("type", TypeOf(entry.Kind));
        WriteMetadata(writer, entry);
        if (length > 0)
        {
            writer.WriteNumber("size", length);
            writer.WriteString("digest", entry.Content!.Digest.ToString());
            offset = WriteChunk(writer, chunk, offset, length);
        }

        writer.WriteEndObject();
        while (offset < length)
        {
            writer.WriteStartObject();
            WriteName(writer, entry);
            writer.WriteString("type", "chunk");
            writer.WriteNumber("chunkOffset", offset);
            offset = WriteChunk(writer, chunk, offset, length);
            writer.WriteEndObject();
        }
    }

    // The last chunk of a file, which may be its only one, says 0 for its size.
    private static long WriteChunk(Utf8JsonWriter writer, IEnumerator<EStargzChunk> chunk, long offset, long length)
    {
        chunk.MoveNext();
        long end = Math.Min(offset + ChunkSize, length);
        writer.WriteNumber("offset", chunk.Current.Offset);
        if (end < length)
        {
            writer.WriteNumber("chunkSize", end - offset);
        }

        writer.WriteString("chunkDigest", chunk.Current.Digest.ToString());
        return end;
    }

    private static void WriteName(Utf8JsonWriter writer, TreeEntry entry) =>
        writer.WriteString("name", Text(entry, entry.Kind == EntryKind.Directory ? entry.Path.Value + "/" : entry.Path.Value));

    private static void WriteMetadata(Utf8JsonWriter writer, TreeEntry entry)
    {
        writer.WriteNumber("mode", entry.Mode);
        writer.WriteNumber("uid", entry.UserId);
        writer.WriteNumber("gid", entry.GroupId);
        writer.WriteOptional("userName", entry.UserName);
        writer.WriteOptional("groupName", entry.GroupName);
        if (entry.ModifiedTime != 0)
        {
            writer.WriteString("modtime", DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedTime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        if (entry.LinkTarget is { } target)
        {
            writer.WriteString("linkName", Text(entry, target));
        }

        if (entry.Kind is EntryKind.CharacterDevice or EntryKind.BlockDevice)
        {
            writer.WriteNumber("devMajor", entry.DeviceMajor);
            writer.WriteNumber("devMinor", entry.DeviceMinor);
        }

        if (!entry.ExtendedAttributes.IsEmpty)
        {
            writer.WriteStartObject("xattrs");
            foreach (var (name, value) in entry.ExtendedAttributes)
            {
                writer.WriteBase64String(Text(entry, name), value.Span);
            }

            writer.WriteEndObject();
        }
    }

    private static string TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => "reg",
        EntryKind.Directory => "dir",
        EntryKind.SymbolicLink => "symlink",
        EntryKind.HardLink => "hardlink",
        EntryKind.CharacterDevice => "char",
        EntryKind.BlockDevice => "block",
        EntryKind.Fifo => "fifo",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    // JSON is Unicode, names in archives are bytes: those that are no text would become another name.
    private static string Text(TreeEntry entry, string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar && !text.Contains('\uFFFD', StringComparison.Ordinal))
            {
                throw new BothyException($"cannot put '{entry.Path}' in an eStargz layer: its table of contents holds Unicode alone, and this name is not")
                {
                    Hint = "Write the image with another 'compression'.",
                };
            }
        }

        return text;
    }
}

/// <summary>A chunk of a file in an eStargz blob.</summary>
/// <param name="Offset">Where its gzip member begins.</param>
/// <param name="Digest">The digest of its content.</param>
internal readonly record struct EStargzChunk(long Offset, Digest Digest);
