using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Tar;

/// <summary>Images that others made, and the layers in them, read as GNU tar reads them.</summary>
public sealed class RealArchivesTests
{
    [RequiresFact(Needs.Data, Needs.Judges + ":tar")]
    public void Names_are_those_GNU_tar_lists()
    {
        string[] archives =
        [
            .. Directory.GetFiles(Path.Combine(RealData.Directory, "images")),
            .. Directory.GetFiles(Path.Combine(RealData.Directory, "alpine", "minirootfs"), "*.tar.gz"),
        ];
        var entries = archives.SelectMany(archive => Compare(archive, File.ReadAllBytes(archive))).ToList();

        // Were a layer no longer recognised as an archive, the test would compare nothing.
        Assert.True(entries.Count > 1000, $"{entries.Count} entries");
    }

    private static List<string> Compare(string name, byte[] archive)
    {
        using var opened = Decompression.OpenRead(new MemoryStream(archive), name, 1 << 30);
        var reader = new TarReader(opened, name, TarLimits.Default) { AllowTrailingData = true };
        var names = new List<string>();
        var inner = new List<string>();
        while (reader.TryReadNext(out var entry))
        {
            names.Add(entry.Name);
            if (entry.Kind != EntryKind.File || entry.Size < 512)
            {
                continue;
            }

            using var content = new MemoryStream();
            reader.OpenContent().CopyTo(content);
            if (IsArchive(content.ToArray()))
            {
                inner.AddRange(Compare($"{name}/{entry.Name}", content.ToArray()));
            }
        }

        string compression = archive is [0x1F, 0x8B, ..] ? "z" : "";
        string listing = Judge.Run("tar", ["t" + compression + "f", "-", "--quoting-style=literal"], archive).Succeeded().Output;
        Assert.Equal(listing.Split('\n', StringSplitOptions.RemoveEmptyEntries), names);
        return [.. names, .. inner];
    }

    private static bool IsArchive(byte[] bytes) =>
        bytes is [0x1F, 0x8B, ..] || bytes.AsSpan(257, 5).SequenceEqual("ustar"u8);
}
