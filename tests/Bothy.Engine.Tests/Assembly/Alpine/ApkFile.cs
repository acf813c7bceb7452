using System.Collections.Immutable;
using System.IO.Compression;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>An <c>.apk</c> read into memory, without any check: its three members are one archive when they are decompressed one after the other.</summary>
internal static class ApkFile
{
    public static PackageContents Read(byte[] apk, PackageId id)
    {
        var control = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var tree = new FileTree();
        var origin = new Origin.Package(id.Name, id.Version, id.Architecture);
        using var stream = new GZipStream(new MemoryStream(apk), CompressionMode.Decompress);
        var reader = new TarReader(stream, id.Name, TarLimits.Default);
        while (reader.TryReadNext(out var entry))
        {
            using var bytes = new MemoryStream();
            if (entry.Kind == EntryKind.File)
            {
                reader.OpenContent().CopyTo(bytes);
            }

            if (entry.Name.StartsWith('.') && !entry.Name.Contains('/', StringComparison.Ordinal))
            {
                control[entry.Name] = bytes.ToArray();
            }
            else
            {
                tree.Set(entry.ToTreeEntry(TreePath.Parse(entry.Name), origin, entry.Kind == EntryKind.File ? FileContent.Of(bytes.ToArray()) : null));
            }
        }

        return new PackageContents(id, tree, control.ToImmutable());
    }

    /// <summary>A package that was made in the test, with what an index would say of it.</summary>
    public static (PackageContents Contents, ApkPackageFacts Facts) Read(ApkBuilder builder, string? tag = null)
    {
        byte[] apk = builder.Write(out var written);
        var id = new PackageId(builder.Name, builder.Version, builder.Architecture == "noarch" ? "x86_64" : builder.Architecture);
        return (Read(apk, id), new ApkPackageFacts(written.Checksum.ToString(), written.Size, tag));
    }
}
