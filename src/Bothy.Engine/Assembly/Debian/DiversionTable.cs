using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>One diversion of dpkg: files at <paramref name="From"/> go to <paramref name="To"/> unless <paramref name="Package"/> ships them.</summary>
internal sealed record Diversion(TreePath From, TreePath To, string Package);

/// <summary>The diversions that packages ask for (dpkg-divert(1)).</summary>
internal sealed class DiversionTable(bool mergedUsr)
{
    private readonly Dictionary<TreePath, Diversion> _byPath = [];

    /// <summary>All of them, in the order of the diverted paths.</summary>
    public IEnumerable<Diversion> All => _byPath.Values.OrderBy(static diversion => diversion.From);

    public void Add(TreePath from, TreePath to, string package)
    {
        var (source, target) = mergedUsr ? (UsrMerge.Rehome(from), UsrMerge.Rehome(to)) : (from, to);
        _byPath[source] = new Diversion(source, target, package);
    }

    public void Remove(TreePath from) => _byPath.Remove(mergedUsr ? UsrMerge.Rehome(from) : from);

    /// <summary>Which diversion there is for <paramref name="path"/>, or null.</summary>
    public Diversion? Find(TreePath path) => _byPath.GetValueOrDefault(mergedUsr ? UsrMerge.Rehome(path) : path);

    /// <summary>The entry where <paramref name="package"/>'s file goes.</summary>
    public TreeEntry Divert(TreeEntry entry, string package) =>
        _byPath.Count > 0
        && entry.Kind != EntryKind.Directory
        && _byPath.TryGetValue(entry.Path, out var diversion)
        && diversion.Package != package
            ? entry with { Path = diversion.To }
            : entry;
}
