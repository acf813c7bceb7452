using Bothy.Formats.Trees;

namespace Bothy.Testing;

/// <summary>A directory of the machine as a file tree, and a file tree as a directory: to compare with programs that work on disk.</summary>
public static class DiskTree
{
    private static readonly Origin FromDisk = new Origin.ImageFile("test");

    /// <summary>Reads all files, directories and symbolic links below <paramref name="root"/>, with their modes; the content stays where it is.</summary>
    public static FileTree Read(string root)
    {
        var tree = new FileTree();
        Add(tree, root, root);
        return tree;
    }

    /// <summary>Writes the files with their modes, the directories and symbolic links of <paramref name="tree"/> below <paramref name="root"/>.</summary>
    public static void Write(FileTree tree, string root)
    {
        foreach (var entry in tree.Entries.Where(entry => !entry.Path.IsRoot))
        {
            string path = Path.Combine(root, entry.Path.Value);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            switch (entry.Kind)
            {
                case EntryKind.Directory:
                    Directory.CreateDirectory(path);
                    break;
                case EntryKind.SymbolicLink:
                    File.CreateSymbolicLink(path, entry.LinkTarget!);
                    break;
                default:
                    File.WriteAllBytes(path, entry.Content!.ReadAll());
                    if (!OperatingSystem.IsWindows())
                    {
                        File.SetUnixFileMode(path, (UnixFileMode)entry.Mode);
                    }

                    break;
            }
        }
    }

    private static void Add(FileTree tree, string root, string directory)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(directory))
        {
            var at = TreePath.Parse(Path.GetRelativePath(root, path));
            if (new FileInfo(path).LinkTarget is { } target)
            {
                tree.Set(TreeEntry.SymbolicLink(at, target, FromDisk));
            }
            else if (Directory.Exists(path))
            {
                tree.Set(TreeEntry.Directory(at, FromDisk, ModeOf(path)));
                Add(tree, root, path);
            }
            else
            {
                tree.Set(TreeEntry.File(at, new DiskContent(path), FromDisk, ModeOf(path)));
            }
        }
    }

    private static int ModeOf(string path) => OperatingSystem.IsWindows() ? TreeEntry.DefaultFileMode : (int)File.GetUnixFileMode(path);

    private sealed class DiskContent(string path) : FileContent
    {
        private Digest? _digest;

        public override long Length { get; } = new FileInfo(path).Length;

        public override Digest Digest => _digest ??= Digest.Of(File.ReadAllBytes(path));

        public override Stream OpenRead() => File.OpenRead(path);
    }
}
