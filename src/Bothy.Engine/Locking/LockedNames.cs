using System.Collections.Frozen;
using Bothy.Packages;

namespace Bothy.Engine.Locking;

/// <summary>
/// How reasons name packages of their own lock: <c>curl</c>, and <c>curl:amd64</c> where there are two of the name. Without
/// the version, a new version of a package changes its own lines and not those of all it needs.
/// </summary>
internal sealed class LockedNames
{
    private readonly FrozenDictionary<string, PackageId> _ids;
    private readonly FrozenDictionary<PackageId, string> _names;

    public LockedNames(IEnumerable<PackageId> packages)
    {
        var ids = new Dictionary<string, PackageId>(StringComparer.Ordinal);
        foreach (var named in packages.Distinct().GroupBy(static id => id.Name, StringComparer.Ordinal))
        {
            PackageId[] same = [.. named];
            foreach (var id in same)
            {
                bool sharesArchitecture = same.Count(other => other.Architecture == id.Architecture) > 1;
                ids[same.Length == 1 ? id.Name : sharesArchitecture ? id.ToString() : $"{id.Name}:{id.Architecture}"] = id;
            }
        }

        _ids = ids.ToFrozenDictionary(StringComparer.Ordinal);
        _names = ids.ToFrozenDictionary(static entry => entry.Value, static entry => entry.Key);
    }

    /// <summary>The shortest name of a package; the whole of it where it is not in the lock.</summary>
    public string NameOf(PackageId id) => _names.GetValueOrDefault(id) ?? id.ToString();

    /// <summary>The package of a name, or null.</summary>
    public PackageId? Find(string name)
    {
        if (_ids.TryGetValue(name, out var id))
        {
            return id;
        }

        return name.Split(' ') is [var package, var version, ['(', .. var architecture, ')']] && package.Length > 0 && version.Length > 0 && architecture.Length > 0
            ? new PackageId(package, version, architecture)
            : null;
    }
}
