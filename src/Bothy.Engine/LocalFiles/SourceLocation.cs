using Bothy.Formats.Text;

namespace Bothy.Engine.LocalFiles;

/// <summary>Where on this machine a source of <c>contents.files</c> is.</summary>
/// <param name="Text">The source as it was written.</param>
/// <param name="FullPath">The file or directory, without links on the way to it; of a pattern, the directory that it looks in.</param>
/// <param name="Name">The last part of its name as it was written.</param>
/// <param name="Status">What is there.</param>
/// <param name="Pattern">What to look for in it; null for all of it.</param>
internal sealed record SourceLocation(string Text, string FullPath, string Name, FileStatus Status, SegmentPattern? Pattern)
{
    /// <summary>Finds <paramref name="source"/>, which starts at the directory <paramref name="project"/>.</summary>
    /// <exception cref="BothyException">There is nothing, or it lies outside that directory and <paramref name="allowOutside"/> does not say that it may.</exception>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">A directory on its way cannot be searched.</exception>
    public static SourceLocation Of(string source, string project, bool allowOutside)
    {
        string[] parts = source.Split('/');
        int names = Array.FindIndex(parts, SegmentPattern.IsPattern) is var first and >= 0 ? first : parts.Length;
        string beginning = string.Join('/', parts[..names]);
        string lexical = Path.TrimEndingDirectorySeparator(Path.GetFullPath(beginning.Length == 0 && source.StartsWith('/') ? "/" : beginning, project));
        if (!allowOutside && !RealPath.IsIn(lexical, project))
        {
            throw Outside(source, lexical);
        }

        string real = Resolve(source, lexical);
        if (!allowOutside && !RealPath.IsIn(real, RealPath.Of(project)))
        {
            throw Outside(source, real);
        }

        var status = FileStatus.Of(real);
        bool wantsDirectory = names < parts.Length || source.EndsWith('/');
        if (wantsDirectory && !status.IsDirectory)
        {
            throw new BothyException($"cannot take '{source}': {lexical} is {status.Kind}, not a directory");
        }

        return status.IsFile || status.IsDirectory
            ? new SourceLocation(source, real, Path.GetFileName(lexical), status, names < parts.Length ? SegmentPattern.Plain(string.Join('/', parts[names..])) : null)
            : throw new BothyException($"cannot take '{source}': it is {status.Kind}");
    }

    private static BothyException Outside(string source, string path) => new($"cannot take '{source}': {path} is outside the directory of the image file")
    {
        Hint = "Move it there, or allow it with --allow-outside.",
    };

    private static string Resolve(string source, string path)
    {
        try
        {
            return RealPath.Of(path);
        }
        catch (FileNotFoundException)
        {
            string near = Near(path) is { } name ? $" (did you mean '{name}'?)" : "";
            throw new BothyException($"cannot take '{source}': there is no {path}{near}");
        }
    }

    // What the first part that is not there may have been meant to be.
    private static string? Near(string path)
    {
        string directory = path;
        string missing;
        do
        {
            missing = Path.GetFileName(directory);
            directory = Path.GetDirectoryName(directory) ?? "/";
        }
        while (!Directory.Exists(directory) && directory != "/");

        try
        {
            return NearName.Find(missing, Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry)!).Where(name => name != missing));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
