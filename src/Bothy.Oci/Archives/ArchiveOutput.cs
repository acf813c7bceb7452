namespace Bothy.Oci.Archives;

/// <summary>Writes the one file that an archive is.</summary>
internal static class ArchiveOutput
{
    /// <summary>Writes <paramref name="path"/>, or what it links to, whole or not at all; missing directories above it are made.</summary>
    /// <exception cref="BothyException">It cannot be written. Nothing is left behind.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        path = Path.GetFullPath(path);
        OutputFailure.Explain(path, () =>
        {
            var file = new FileInfo(path);
            string target = file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
            if (Directory.Exists(target))
            {
                throw new BothyException($"cannot write {path}: it is a directory");
            }

            // Renaming over a device would take it away from everybody.
            if (target.StartsWith("/dev/", StringComparison.Ordinal) || target.StartsWith("/proc/", StringComparison.Ordinal))
            {
                throw new BothyException($"cannot write {path}: it is not a regular file") { Hint = "Name a file; it is written whole or not at all." };
            }

            using var created = new CreatedPaths();
            created.MakeDirectory(Path.GetDirectoryName(target)!);
            AtomicFile.Write(target, write);
            created.Keep();
        });
    }
}
