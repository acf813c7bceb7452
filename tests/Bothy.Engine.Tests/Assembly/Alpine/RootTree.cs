using System.Globalization;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>A root directory as a file tree with everything that tar can say of it, and back; both through the machine's own tar.</summary>
internal static class RootTree
{
    private static readonly Origin FromDisk = new Origin.ImageFile("test");

    public static FileTree Read(string root)
    {
        byte[] archive = Judge.Run("tar", "--numeric-owner", "--format=posix", "--xattrs", "--xattrs-include=*", "--sort=name", "-C", root, "-cf", "-", ".").Succeeded().OutputBytes;
        var tree = new FileTree();
        var reader = new TarReader(new MemoryStream(archive), root, TarLimits.Default);
        while (reader.TryReadNext(out var entry))
        {
            using var bytes = new MemoryStream();
            if (entry.Kind == EntryKind.File)
            {
                reader.OpenContent().CopyTo(bytes);
            }

            var path = TreePath.Parse(entry.Name);
            if (!path.IsRoot)
            {
                tree.Set(entry.ToTreeEntry(path, FromDisk, entry.Kind == EntryKind.File ? FileContent.Of(bytes.ToArray()) : null));
            }
        }

        return tree;
    }

    public static void Write(FileTree tree, string root)
    {
        using var archive = new MemoryStream();
        var writer = new TarWriter(archive);
        foreach (var entry in tree.Entries.OrderBy(static entry => entry.Kind == EntryKind.HardLink))
        {
            writer.Write(entry with { UserName = null, GroupName = null });
        }

        writer.Finish();
        Directory.CreateDirectory(root);
        Judge.Run("tar", ["--numeric-owner", "--same-owner", "--xattrs", "--xattrs-include=*", "-xpf", "-", "-C", root], archive.ToArray()).Succeeded();
    }

    /// <summary>A line for each path: what it is, mode, owner, size and digest, target, device, attributes; all names of a file say the same.</summary>
    public static SortedDictionary<string, string> Lines(FileTree tree)
    {
        var groups = tree.Entries
            .Where(static entry => entry.Kind == EntryKind.HardLink)
            .GroupBy(static entry => entry.LinkTarget!, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Select(static link => link.Path.Value).Append(group.Key).Order(StringComparer.Ordinal).First(), StringComparer.Ordinal);
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in tree.Entries)
        {
            string first = entry.Kind == EntryKind.HardLink ? entry.LinkTarget! : entry.Path.Value;
            var file = entry.Kind == EntryKind.HardLink ? tree.Find(entry.Path)! : entry;
            string attributes = string.Concat(entry.ExtendedAttributes.Select(static one => $" {one.Key}={Convert.ToHexString(one.Value.Span)}"));
            string detail = file.Kind switch
            {
                EntryKind.File => $"{file.Content!.Length} {file.Content.Digest.Hex}{(groups.TryGetValue(first, out string? name) ? " is " + name : "")}",
                EntryKind.SymbolicLink => "-> " + entry.LinkTarget,
                EntryKind.CharacterDevice or EntryKind.BlockDevice => string.Create(CultureInfo.InvariantCulture, $"{entry.DeviceMajor},{entry.DeviceMinor}"),
                _ => "",
            };
            lines[entry.Path.Value] = string.Create(CultureInfo.InvariantCulture, $"{file.Kind} {Convert.ToString(entry.Mode, 8)} {entry.UserId}:{entry.GroupId} {detail}{attributes}");
        }

        return lines;
    }
}
