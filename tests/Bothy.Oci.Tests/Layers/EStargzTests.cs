using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Tests.Layers;

/// <summary>What the specification of eStargz says (stargz-snapshotter, docs/estargz.md), read from the bytes.</summary>
public sealed class EStargzTests
{
    private const int FooterSize = 51;
    private const string TocName = "stargz.index.json";

    private static readonly (Layer Layer, byte[] Blob) Written = Samples.WriteLayer(Everything(), parallelism: 2, LayerCompression.EStargz);

    [Fact]
    public void The_footer_is_an_empty_member_that_says_where_the_table_is()
    {
        var footer = Written.Blob.AsSpan(^FooterSize..);

        Assert.Equal([0x1F, 0x8B, 8, 4], footer[..4].ToArray());
        Assert.Equal([26, 0, (byte)'S', (byte)'G', 22, 0], footer[10..16].ToArray());
        Assert.Equal("STARGZ", Encoding.ASCII.GetString(footer[32..38]));
        Assert.Equal([1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0, 0], footer[38..].ToArray());
        Assert.Empty(Inflate(Written.Blob.Length - FooterSize, int.MaxValue));
    }

    [Fact]
    public void The_table_is_the_last_entry_in_a_member_of_its_own_and_the_annotation_is_its_digest()
    {
        byte[] archive = Inflate(TocOffset(), int.MaxValue);
        var reader = new TarReader(new MemoryStream(archive), "toc", TarLimits.Default);
        Assert.True(reader.TryReadNext(out var entry));
        Assert.Equal(TocName, entry.Name);
        byte[] json = archive[512..(int)(512 + entry.Size)];

        Assert.Equal(Digest.Of(json).ToString(), Written.Layer.Blob.Annotations["containerd.io/snapshot/stargz/toc.digest"]);
        Assert.Equal(1, Toc().GetProperty("version").GetInt32());
        Assert.Equal(TocName, Archive()[^1].Entry.Name);
    }

    [Fact]
    public void The_table_says_of_every_entry_what_the_archive_says()
    {
        var entries = Archive()[..^1];
        var rows = Toc().GetProperty("entries").EnumerateArray().Where(row => row.GetProperty("type").GetString() != "chunk").ToList();

        Assert.Equal(entries.Select(entry => Line(entry.Entry)), rows.Select(Line));
    }

    [Fact]
    public void Every_chunk_is_where_the_table_says_and_has_its_digest()
    {
        var contents = Archive().ToDictionary(entry => entry.Entry.Name, entry => entry.Content, StringComparer.Ordinal);
        var chunks = Toc().GetProperty("entries").EnumerateArray().Where(row => row.TryGetProperty("offset", out _)).ToList();
        var covered = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var chunk in chunks)
        {
            string name = Text(chunk, "name");
            byte[] content = contents[name];
            long offset = Number(chunk, "chunkOffset");
            Assert.Equal(covered.GetValueOrDefault(name), offset);
            Assert.Equal(offset == 0 ? "reg" : "chunk", Text(chunk, "type"));

            // A size of 0, or none, means that it is the last.
            long size = Number(chunk, "chunkSize") is > 0 and var given ? given : content.Length - offset;
            byte[] member = Inflate(Number(chunk, "offset"), (int)size);

            Assert.Equal(content[(int)offset..(int)(offset + size)], member);
            Assert.Equal(Digest.Of(member).ToString(), Text(chunk, "chunkDigest"));
            covered[name] = offset + size;
        }

        foreach (var (name, content) in contents.Where(entry => entry.Value.Length > 0 && entry.Key != TocName))
        {
            Assert.Equal(content.Length, covered[name]);
        }

        Assert.Contains(chunks, chunk => Text(chunk, "type") == "chunk");
    }

    [Fact]
    public void The_landmark_says_that_nothing_need_be_fetched_ahead() =>
        Assert.Equal([0xF], Archive().Single(entry => entry.Entry.Name == ".no.prefetch.landmark").Content);

    [Fact]
    public void The_digest_of_the_archive_is_that_of_everything_in_the_blob()
    {
        byte[] archive = Inflate(0, int.MaxValue);

        Assert.Equal(Digest.Of(archive), Written.Layer.DiffId);
        Assert.Equal(archive.Length, Written.Layer.UncompressedSize);
        Assert.Equal(Digest.Of(Written.Blob), Written.Layer.Blob.Digest);
        Assert.Equal(MediaTypes.LayerTarGzip, Written.Layer.Blob.MediaType);
    }

    [Fact]
    public void Refuses_a_file_where_the_table_goes_and_a_name_that_JSON_cannot_hold()
    {
        Assert.Equal("cannot put '/stargz.index.json' in a layer: in eStargz, this is the table of contents", Refusal(Samples.File(TocName, "")));
        Assert.StartsWith("cannot put '/\uDC80' in an eStargz layer:", Refusal(Samples.File("\uDC80", "")), StringComparison.Ordinal);
    }

    private static string Refusal(TreeEntry entry) =>
        Assert.Throws<BothyException>(() => Samples.WriteLayer(Samples.Tree(entry), compression: LayerCompression.EStargz)).Message;

    private static FileTree Everything()
    {
        var tree = Samples.Packages();
        foreach (var entry in Samples.Rich().Entries)
        {
            tree.Set(entry);
        }

        tree.Set(Samples.File("etc/empty", ""));
        tree.Set(Samples.File("exact", new string('x', EStargz.ChunkSize)));
        tree.Set(Samples.File("caps", "c") with { ExtendedAttributes = TreeEntry.NoAttributes.Add("security.capability", new byte[] { 1, 0, 255 }) });
        tree.Set(new TreeEntry { Path = TreePath.Parse("dev/null"), Kind = EntryKind.CharacterDevice, Mode = 438, Origin = Samples.Origin, DeviceMajor = 1, DeviceMinor = 3 });
        tree.Set(new TreeEntry { Path = TreePath.Parse("dev/pipe"), Kind = EntryKind.Fifo, Mode = 384, Origin = Samples.Origin });
        return tree;
    }

    private static List<(TarEntry Entry, byte[] Content)> Archive()
    {
        var reader = new TarReader(new MemoryStream(Inflate(0, int.MaxValue)), "layer", TarLimits.Default);
        var entries = new List<(TarEntry Entry, byte[] Content)>();
        while (reader.TryReadNext(out var entry))
        {
            using var content = new MemoryStream();
            reader.OpenContent().CopyTo(content);
            entries.Add((entry, content.ToArray()));
        }

        return entries;
    }

    private static JsonElement Toc() => JsonDocument.Parse(Archive()[^1].Content).RootElement;

    private static long TocOffset() => long.Parse(Encoding.ASCII.GetString(Written.Blob.AsSpan(^FooterSize..)[16..32]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // As a runtime reads: the gzip data from an offset on, as far as is needed.
    private static byte[] Inflate(long offset, int length)
    {
        using var gzip = new GZipStream(new MemoryStream(Written.Blob, (int)offset, Written.Blob.Length - (int)offset), CompressionMode.Decompress);
        if (length == int.MaxValue)
        {
            using var all = new MemoryStream();
            gzip.CopyTo(all);
            return all.ToArray();
        }

        byte[] bytes = new byte[length];
        gzip.ReadExactly(bytes);
        return bytes;
    }

    private static string Line(TarEntry entry)
    {
        string attributes = string.Join(',', entry.ExtendedAttributes.Select(one => $"{one.Key}={Convert.ToBase64String(one.Value.Span)}"));
        string type = entry.Kind switch
        {
            EntryKind.File => "reg",
            EntryKind.Directory => "dir",
            EntryKind.SymbolicLink => "symlink",
            EntryKind.HardLink => "hardlink",
            EntryKind.CharacterDevice => "char",
            _ => "fifo",
        };
        return FormattableString.Invariant(
            $"{type} {entry.Name} {entry.Mode} {entry.UserId}:{entry.GroupId} {entry.UserName}:{entry.GroupName} {entry.Size} {entry.ModifiedTime} -> {entry.LinkName} [{attributes}] {entry.DeviceMajor},{entry.DeviceMinor}");
    }

    private static string Line(JsonElement row)
    {
        string attributes = row.TryGetProperty("xattrs", out var all) ? string.Join(',', all.EnumerateObject().Select(one => $"{one.Name}={one.Value.GetString()}")) : "";
        long time = row.TryGetProperty("modtime", out var modified) ? modified.GetDateTimeOffset().ToUnixTimeSeconds() : 0;
        return FormattableString.Invariant(
            $"{Text(row, "type")} {Text(row, "name")} {Number(row, "mode")} {Number(row, "uid")}:{Number(row, "gid")} {Text(row, "userName")}:{Text(row, "groupName")} {Number(row, "size")} {time} -> {Text(row, "linkName")} [{attributes}] {Number(row, "devMajor")},{Number(row, "devMinor")}");
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static long Number(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
