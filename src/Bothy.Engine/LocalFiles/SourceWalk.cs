using System.IO.Enumeration;

namespace Bothy.Engine.LocalFiles;

/// <summary>Finds what a source names: links as they are, never followed.</summary>
/// <param name="rules">What of it stays out.</param>
internal sealed class SourceWalk(ExcludeRules rules)
{
    /// <summary>The most files, links and directories of one source.</summary>
    public const int MaxEntries = 1_000_000;

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly Dictionary<string, FoundFile> _found = new(StringComparer.Ordinal);

    /// <summary>What is in the directory <paramref name="root"/>, all of it or what <paramref name="pattern"/> matches with all that is in that.</summary>
    /// <exception cref="BothyException">Something there cannot be in an image, or there is too much.</exception>
    /// <exception cref="IOException">Something cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something must not be read.</exception>
    public List<FoundFile> Walk(string root, SegmentPattern? pattern, CancellationToken cancellationToken)
    {
        // Of those on the stack each directory's own parents are known, so that they can be added once something in them is.
        var pending = new Stack<(FoundFile Directory, bool IsTaken)>();
        pending.Push((new FoundFile([], root, FileStatus.Of(root)), pattern is null));
        while (pending.TryPop(out var next))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string name in NamesIn(next.Directory.FullPath))
            {
                string[] parts = [.. next.Directory.Parts, name];
                bool isTaken = next.IsTaken || pattern!.Matches(parts);
                bool isExcluded = rules.Excludes(parts);
                string path = Path.Join(next.Directory.FullPath, name);
                var status = FileStatus.Of(path);
                var file = new FoundFile(parts, path, status);
                if (isTaken && !isExcluded)
                {
                    Add(file, root);
                }

                bool mayHoldMore = status.IsDirectory && (isTaken || pattern!.MayMatchIn(parts)) && (!isExcluded || rules.HasExceptions);
                if (mayHoldMore)
                {
                    pending.Push((file, isTaken));
                }
            }
        }

        return [.. _found.Values];
    }

    // Sorted, so that of several problems the same one is told each time.
    private static IEnumerable<string> NamesIn(string directory) =>
        new FileSystemEnumerable<string>(directory, static (ref FileSystemEntry entry) => entry.FileName.ToString(), Everything).OrderDescending(StringComparer.Ordinal);

    private void Add(FoundFile file, string root)
    {
        if (!(file.Status.IsFile || file.Status.IsDirectory || file.Status.IsLink))
        {
            throw new BothyException($"cannot take {file.FullPath}: it is {file.Status.Kind}") { Hint = "Leave it out with 'exclude'." };
        }

        // What the platform could not decode is gone from the name, so that the file could not be opened by it either.
        if (file.Parts[^1].Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw new BothyException($"cannot take a file in {Path.GetDirectoryName(file.FullPath)}: its name '{file.Parts[^1]}' is not UTF-8") { Hint = "Rename it, or leave its directory out with 'exclude'." };
        }

        _found[file.Relative] = file;
        for (int length = file.Parts.Length - 1; length > 0; length--)
        {
            string[] parts = file.Parts[..length];
            if (_found.ContainsKey(string.Join('/', parts)))
            {
                break;
            }

            string path = Path.Join(root, string.Join('/', parts));
            var parent = new FoundFile(parts, path, FileStatus.Of(path));
            _found[parent.Relative] = parent;
        }

        if (_found.Count > MaxEntries)
        {
            throw new BothyException(FormattableString.Invariant($"cannot take {root}: there are more than {MaxEntries} files in it")) { Hint = "Leave some out with 'exclude'." };
        }
    }
}
