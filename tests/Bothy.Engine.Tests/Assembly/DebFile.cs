using System.Collections.Immutable;
using Bothy.Formats.Ar;
using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Tests.Assembly;

/// <summary>A real <c>.deb</c>, read into memory.</summary>
internal static class DebFile
{
    public static PackageContents Read(string path)
    {
        string[] name = Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(path)).Split('_');
        var id = new PackageId(name[0], name[1], name[2]);
        var control = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var tree = new FileTree();
        using var file = File.OpenRead(path);
        var archive = new ArReader(file, path);
        while (archive.TryReadNext(out var member))
        {
            if (member.Name.StartsWith("control.tar", StringComparison.Ordinal))
            {
                ReadTar(archive.Content, entry => entry.Content is { } content ? control[entry.Path.Value] = content.ReadAll() : default, id);
            }
            else if (member.Name.StartsWith("data.tar", StringComparison.Ordinal))
            {
                ReadTar(archive.Content, tree.Set, id);
            }
        }

        return new PackageContents(id, tree, control.ToImmutable());
    }

    private static void ReadTar(Stream compressed, Action<TreeEntry> take, PackageId id)
    {
        using var stream = Decompression.OpenRead(compressed, id.Name, 1L << 30);
        var reader = new TarReader(stream, id.Name, TarLimits.Default);
        var origin = new Origin.Package(id.Name, id.Version, id.Architecture);
        while (reader.TryReadNext(out var entry))
        {
            using var bytes = new MemoryStream();
            if (entry.Kind == EntryKind.File)
            {
                reader.OpenContent().CopyTo(bytes);
            }

            take(entry.ToTreeEntry(TreePath.Parse(entry.Name), origin, entry.Kind == EntryKind.File ? FileContent.Of(bytes.ToArray()) : null));
        }
    }

    private static void ReadTar(Stream compressed, Func<TreeEntry, ReadOnlyMemory<byte>> take, PackageId id) =>
        ReadTar(compressed, entry => { _ = take(entry); }, id);
}
