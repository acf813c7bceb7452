using Bothy.Formats.Text;

namespace Bothy.Packages.Slices.Reading;

/// <summary>A file of a release.</summary>
/// <param name="Path">Its path within the release.</param>
/// <param name="Shown">Its path as people are told it.</param>
/// <param name="Bytes">What it holds.</param>
internal sealed record DefinitionFile(string Path, string Shown, byte[] Bytes);

/// <summary>Reads the files that a release is made of.</summary>
internal static class ReleaseDirectory
{
    private const string ReleaseFileName = "chisel.yaml";
    private const string DefinitionsName = "slices";
    private const int MaxFiles = 20_000;
    private const int MaxFileBytes = 1 << 20;
    private const long MaxBytes = 64 << 20;

    /// <summary><c>chisel.yaml</c> and then all files of slices, sorted by their paths.</summary>
    public static IReadOnlyList<DefinitionFile> Read(string directory, string name)
    {
        try
        {
            return ReadFiles(directory, name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read the slices of {name}: {failure.Message}", failure);
        }
    }

    /// <summary>The same files in that order.</summary>
    public static IReadOnlyList<DefinitionFile> Sort(string name, IEnumerable<KeyValuePair<string, byte[]>> files)
    {
        var sorted = new SortedDictionary<string, DefinitionFile>(StringComparer.Ordinal);
        foreach (var (path, bytes) in files)
        {
            bool isDefinition = path.StartsWith(DefinitionsName + "/", StringComparison.Ordinal) && path.EndsWith(".yaml", StringComparison.Ordinal);
            if ((path != ReleaseFileName && !isDefinition) || bytes.Length > MaxFileBytes || !sorted.TryAdd(path, new DefinitionFile(path, Path.Join(name, path), bytes)))
            {
                throw new BothyException($"cannot read the slices of {name}: '{VisibleText.Of(path)}' is not a file of a release");
            }
        }

        return sorted.Remove(ReleaseFileName, out var release)
            ? [release, .. sorted.Values]
            : throw new BothyException($"cannot read the slices of {name}: there is no {ReleaseFileName}");
    }

    private static DefinitionFile[] ReadFiles(string directory, string name)
    {
        var release = new FileInfo(Path.Combine(directory, ReleaseFileName));
        if (!release.Exists)
        {
            throw new BothyException($"cannot read the slices of {name}: there is no {ReleaseFileName}")
            {
                Hint = "A release of slices is a directory with chisel.yaml and slices/*.yaml, such as a branch of chisel-releases.",
            };
        }

        // Bounded as it is enumerated, so that no directory is gone through whose files would not be read anyway.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, MaxRecursionDepth = 8 };
        var slices = new DirectoryInfo(Path.Combine(directory, DefinitionsName));
        var found = slices.Exists ? slices.EnumerateFiles("*.yaml", options).Take(MaxFiles + 1).ToList() : [];
        if (found.Count > MaxFiles || found.Sum(static file => file.Length) > MaxBytes || found.Append(release).Any(static file => file.Length > MaxFileBytes))
        {
            throw new BothyException(FormattableString.Invariant(
                $"cannot read the slices of {name}: a release has at most {MaxFiles} files of at most {MaxFileBytes >> 20} MiB, {MaxBytes >> 20} MiB together"));
        }

        var paths = found
            .Select(file => (File: file, Path: Path.GetRelativePath(directory, file.FullName)))
            .OrderBy(static each => each.Path, StringComparer.Ordinal)
            .Prepend((File: release, Path: ReleaseFileName))
            .ToArray();
        var files = new DefinitionFile[paths.Length];
        Parallel.For(0, files.Length, at =>
        {
            var (file, path) = paths[at];
            byte[] bytes = File.ReadAllBytes(file.FullName);
            files[at] = new DefinitionFile(path, Path.Join(name, path), bytes.Length <= MaxFileBytes ? bytes : []);
        });
        return files;
    }
}
