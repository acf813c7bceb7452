namespace Bothy.Engine.LocalFiles;

/// <summary>Where a path of this machine really is.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The full path without links on its way, as realpath(3) says it.</summary>
    /// <exception cref="IOException">There is nothing, its links form a loop, or it cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">A directory on its way cannot be searched.</exception>
    public static string Of(string fullPath)
    {
        var pending = new Stack<string>();
        Push(pending, fullPath);
        string at = "/";
        int links = 0;
        while (pending.TryPop(out string? part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                at = Path.GetDirectoryName(at) ?? "/";
                continue;
            }

            string here = Path.Combine(at, part);
            if (!FileStatus.Of(here).IsLink)
            {
                at = here;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException("its links form a loop");
            }

            string target = new FileInfo(here).LinkTarget ?? throw new FileNotFoundException(here);
            at = target.StartsWith('/') ? "/" : at;
            Push(pending, target);
        }

        return at;
    }

    /// <summary>Whether the full path <paramref name="path"/> is <paramref name="directory"/> or something in it.</summary>
    public static bool IsIn(string path, string directory) =>
        path == directory || path.StartsWith(directory.EndsWith('/') ? directory : directory + "/", StringComparison.Ordinal);

    private static void Push(Stack<string> pending, string path)
    {
        foreach (string part in path.Split('/').Reverse())
        {
            pending.Push(part);
        }
    }
}
