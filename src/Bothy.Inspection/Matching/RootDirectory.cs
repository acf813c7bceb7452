using System.Globalization;
using System.Security.Cryptography;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Reads a directory that holds a root file system as a tree. Links are read, never followed, so nothing outside of the directory is looked at; of a running system what the kernel
/// makes up (<c>/proc</c>, <c>/sys</c>, <c>/dev</c>) is left out. Content stays where it is until somebody asks for it.
/// </summary>
internal static class RootDirectory
{
    /// <summary>The most entries; large servers have a tenth of it.</summary>
    public const int MaxEntries = 10_000_000;

    private const int MaxDepth = 200;

    private static readonly string[] KernelDirectories = ["proc", "sys", "dev"];
    private static readonly Origin FromDirectory = new Origin.ImageFile("directory");

    /// <summary>Reads what is below <paramref name="root"/>.</summary>
    /// <exception cref="BothyException">It is no directory, cannot be read, or holds more than <see cref="MaxEntries"/>.</exception>
    public static FileTree Read(string root, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(root))
        {
            throw new BothyException($"cannot scan {root}: it is not a directory");
        }

        var tree = new FileTree();
        try
        {
            Add(tree, root, TreePath.Root, 0, cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot scan {root}: {FileFailure.Reason(failure)}", failure);
        }

        return tree;
    }

    private static void Add(FileTree tree, string directory, TreePath at, int depth, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var found in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (!TreePath.TryParse(at.IsRoot ? found.Name : $"{at.Value}/{found.Name}", null, out var path) || (at.IsRoot && KernelDirectories.Contains(found.Name, StringComparer.Ordinal)))
            {
                continue;
            }

            if (tree.Count >= MaxEntries || depth > MaxDepth)
            {
                throw new BothyException(string.Create(CultureInfo.InvariantCulture, $"cannot scan a directory of more than {MaxEntries} entries, or {MaxDepth} directories deep"));
            }

            if (found.LinkTarget is { } target)
            {
                tree.Set(TreeEntry.SymbolicLink(path, target, FromDirectory));
            }
            else if (found is DirectoryInfo)
            {
                tree.Set(TreeEntry.Directory(path, FromDirectory, Mode(found)));
                Add(tree, found.FullName, path, depth + 1, cancellationToken);
            }
            else if (found is FileInfo file)
            {
                // Sockets, pipes and devices have no length and are never opened, which might wait for ever.
                var content = file.Length == 0 ? FileContent.Empty : new FileOnDisk(file.FullName, file.Length);
                tree.Set(TreeEntry.File(path, content, FromDirectory, Mode(found)));
            }
        }
    }

    private static int Mode(FileSystemInfo found) => OperatingSystem.IsWindows() ? TreeEntry.DefaultFileMode : (int)found.UnixFileMode;

    private sealed class FileOnDisk(string path, long length) : FileContent
    {
        private Digest? _digest;

        public override long Length => length;

        public override Digest Digest => _digest ??= Hash();

        // What grew or shrank since it was listed must not be read past what was promised.
        public override Stream OpenRead()
        {
            try
            {
                var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                return stream.Length == length ? stream : throw Changed(stream);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new BothyException($"cannot read {path}: {FileFailure.Reason(failure)}", failure);
            }
        }

        private Digest Hash()
        {
            using var stream = OpenRead();
            return Digest.FromHash(SHA256.HashData(stream));
        }

        private BothyException Changed(FileStream stream)
        {
            stream.Dispose();
            return new BothyException($"cannot read {path}: it has changed while it was looked at");
        }
    }
}
