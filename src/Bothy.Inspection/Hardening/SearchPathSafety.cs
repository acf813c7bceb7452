using System.Collections.Immutable;
using Bothy.Inspection.Linkage;

namespace Bothy.Inspection.Hardening;

/// <summary>Which directories of search paths somebody else may fill.</summary>
internal sealed class SearchPathSafety(ElfObjects objects)
{
    private const int WorldWrite = 0b000_000_010;

    /// <summary>
    /// The directories, as the file has them, that depend on the working directory, that everybody may write to, or that do not exist and may be
    /// made by everybody.
    /// </summary>
    public ImmutableArray<string> Writable(ElfObject file)
    {
        string? path = file.Facts.RunPath ?? file.Facts.RPath;
        return path is null ? [] : [.. path.Split(':').Where(part => IsWritable(part, file)).Select(static part => part.Length == 0 ? "the working directory" : part).Distinct(StringComparer.Ordinal)];
    }

    private bool IsWritable(string part, ElfObject file)
    {
        string text = part.Replace("${ORIGIN}", "$ORIGIN", StringComparison.Ordinal).Replace("$ORIGIN", file.Path.Parent.IsRoot ? "" : file.Path.Parent.ToString(), StringComparison.Ordinal);
        if (text.Length > 0 && !text.StartsWith('/') && !text.StartsWith('$'))
        {
            return true;
        }

        if (text.Length == 0 && part.Length == 0)
        {
            // The loader takes an empty part for the working directory.
            return true;
        }

        // Sticky bits keep what is there, and let everybody add.
        for (var at = objects.Resolve(text) is { } resolved ? objects.Tree.Follow(resolved) : null; at is { IsRoot: false } here; at = here.Parent)
        {
            if (objects.Tree.TryGet(here, out var entry))
            {
                return (entry.Mode & WorldWrite) != 0;
            }
        }

        return false;
    }
}
