using System.Collections.Frozen;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>
/// The merged <c>/usr</c> of Debian 12 and later: <c>/bin</c>, <c>/sbin</c> and <c>/lib*</c> are links into <c>/usr</c>, and
/// what packages ship below them has its place there.
/// </summary>
internal static class UsrMerge
{
    private static readonly FrozenSet<string> Aliases =
        FrozenSet.ToFrozenSet(["bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"], StringComparer.Ordinal);

    /// <summary>Whether <paramref name="path"/> is one of the aliased directories themselves.</summary>
    public static bool IsAlias(TreePath path) => Aliases.Contains(path.Value);

    /// <summary>Where <paramref name="path"/> is in a merged tree.</summary>
    public static TreePath Rehome(TreePath path)
    {
        string value = path.Value;
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        bool aliased = Aliases.GetAlternateLookup<ReadOnlySpan<char>>().Contains(slash < 0 ? value : value.AsSpan(0, slash));
        return aliased ? TreePath.Parse("usr/" + value) : path;
    }

    /// <summary>The entry as it is in a merged tree: moved, and a hard link with its first name moved.</summary>
    public static TreeEntry Rehome(TreeEntry entry)
    {
        if (entry.Kind == EntryKind.SymbolicLink && IsAlias(entry.Path))
        {
            // Since Debian 13 base-files ships the links themselves.
            return entry;
        }

        var path = Rehome(entry.Path);
        if (entry.Kind == EntryKind.HardLink && TreePath.TryParse(entry.LinkTarget, null, out var first))
        {
            return entry with { Path = path, LinkTarget = Rehome(first).Value };
        }

        return path == entry.Path ? entry : entry with { Path = path };
    }
}
