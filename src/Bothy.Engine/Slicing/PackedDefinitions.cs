using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Slicing;

/// <summary>A release of slices as it travels with an image: a compressed tar archive of its files.</summary>
internal static class PackedDefinitions
{
    /// <summary>The largest archive that is read, compressed or not: that of a release of thousands of files.</summary>
    public const int MaxBytes = 64 << 20;

    private static readonly TarLimits Limits = new() { Entries = 20_000, TotalSize = MaxBytes, TotalExtensionBytes = 1 << 20 };

    private static readonly Origin Nobody = new Origin.Effect("slices");

    /// <summary>The archive; the same bytes for the same files.</summary>
    public static byte[] Pack(SliceRelease release)
    {
        ArgumentNullException.ThrowIfNull(release);
        using var packed = new MemoryStream();
        using (var gzip = new GzipEncodingStream(packed, parallelism: 1, leaveOpen: true))
        {
            var tar = new TarWriter(gzip);
            foreach (var (path, bytes) in release.Files)
            {
                tar.Write(TreeEntry.File(TreePath.Parse(path), FileContent.Of(bytes), Nobody));
            }

            tar.Finish();
        }

        return packed.ToArray();
    }

    /// <summary>The release of an archive, which is called <paramref name="name"/> in messages.</summary>
    /// <exception cref="BothyException">It is not the archive of a release.</exception>
    public static SliceRelease Unpack(string name, ReadOnlyMemory<byte> packed)
    {
        using var stream = Decompression.OpenRead(new MemoryStream(packed.ToArray()), name, MaxBytes);
        var tar = new TarReader(stream, name, Limits);
        var files = new List<KeyValuePair<string, byte[]>>();
        while (tar.TryReadNext(out var entry))
        {
            if (entry.Kind != EntryKind.File)
            {
                throw new MalformedDataException(name, 0, $"'{VisibleText.Of(entry.Name)}' is not a file");
            }

            using var bytes = new MemoryStream();
            tar.OpenContent().CopyTo(bytes);
            files.Add(KeyValuePair.Create(entry.Name, bytes.ToArray()));
        }

        return SliceRelease.Of(name, files);
    }
}
