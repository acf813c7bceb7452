using System.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;

namespace Bothy.Inspection.Graph;

/// <summary>
/// What the databases of an image tell of why its packages are there: their dependencies, and apk's world. Which of several packages that would
/// do was meant is guessed: the first alternative that is there, a package of the name before one that provides it. What nothing needs must
/// have been asked for.
/// </summary>
public static class InferredGraph
{
    private const int LargestWorld = 1 << 20;

    private static readonly TreePath World = TreePath.Parse("etc/apk/world");

    /// <summary>The graph of the packages of <paramref name="contents"/>.</summary>
    public static PackageGraph Of(ImageContents contents)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var packages = contents.Packages.DistinctBy(static package => package.Id).ToList();
        var edges = new List<PackageEdge>();
        var apk = new ApkPackagesInstalled(packages.Where(static package => package.Apk is not null));
        var dpkg = new DpkgPackagesInstalled(packages.Where(static package => package.Dpkg is not null));
        foreach (var package in packages)
        {
            edges.AddRange(package.Apk is not null ? apk.EdgesOf(package) : package.Dpkg is not null ? dpkg.EdgesOf(package) : []);
        }

        List<GraphRequest> requests = [.. WorldOf(contents, apk)];
        requests.AddRange(Unneeded(packages, edges, requests));
        return new PackageGraph(GraphSource.Inferred, requests, packages.Select(static package => new GraphPackage(package.Id) { Slices = package.Slices }), edges);
    }

    private static IEnumerable<GraphRequest> WorldOf(ImageContents contents, ApkPackagesInstalled apk)
    {
        if (contents.Tree.Find(World)?.Content is not { Length: <= LargestWorld } content)
        {
            yield break;
        }

        foreach (string word in Encoding.UTF8.GetString(content.ReadAll()).Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            if (ApkDependency.TryParse(word, null, out var dependency) && apk.Taker(dependency) is { } taker)
            {
                yield return new GraphRequest(RequestKind.World, word, [taker.Id]);
            }
        }
    }

    // Packages that hold each other in a cycle, and that nothing outside it needs, are one request.
    private static IEnumerable<GraphRequest> Unneeded(List<InstalledPackage> packages, List<PackageEdge> edges, List<GraphRequest> requests)
    {
        PackageId[] ids = [.. packages.Select(static package => package.Id).Order()];
        var place = ids.Select(static (id, at) => (id, at)).ToDictionary(static one => one.id, static one => one.at);
        var from = edges.ToLookup(edge => place[edge.From], edge => place[edge.To]);
        var to = edges.ToLookup(edge => place[edge.To], edge => place[edge.From]);
        bool[] reached = new bool[ids.Length];
        Reach(requests.SelectMany(static request => request.Packages).Select(id => place[id]), from, reached);

        // What a depth-first walk leaves last leads to what it left earlier, so that nothing that is left leads to it but its own cycle
        // (Kosaraju's order).
        var unneeded = new List<GraphRequest>();
        foreach (int last in Enumerable.Reverse(OrderOfLeaving(ids.Length, from, reached)))
        {
            if (!reached[last])
            {
                var cycle = Above(last, to, reached);
                unneeded.Add(new GraphRequest(RequestKind.Unneeded, string.Join(" and ", cycle.Select(member => ids[member].Name)), [.. cycle.Select(member => ids[member])]));
                Reach(cycle, from, reached);
            }
        }

        return unneeded.OrderBy(static request => request.Packages[0]);
    }

    private static List<int> OrderOfLeaving(int count, ILookup<int, int> from, bool[] reached)
    {
        var left = new List<int>();
        bool[] seen = [.. reached];
        var walk = new Stack<(int Package, IEnumerator<int> Next)>();
        for (int root = 0; root < count; root++)
        {
            Enter(root);
            while (walk.TryPeek(out var at))
            {
                if (at.Next.MoveNext())
                {
                    Enter(at.Next.Current);
                }
                else
                {
                    left.Add(walk.Pop().Package);
                }
            }
        }

        return left;

        void Enter(int package)
        {
            if (!seen[package])
            {
                seen[package] = true;
                walk.Push((package, from[package].GetEnumerator()));
            }
        }
    }

    // The packages that lead to one, itself among them, as far as nothing else does.
    private static SortedSet<int> Above(int package, ILookup<int, int> to, bool[] reached)
    {
        var above = new SortedSet<int>();
        var open = new Stack<int>([package]);
        while (open.TryPop(out int next))
        {
            if (!reached[next] && above.Add(next))
            {
                foreach (int other in to[next])
                {
                    open.Push(other);
                }
            }
        }

        return above;
    }

    private static void Reach(IEnumerable<int> roots, ILookup<int, int> from, bool[] reached)
    {
        var open = new Stack<int>(roots);
        while (open.TryPop(out int next))
        {
            if (!reached[next])
            {
                reached[next] = true;
                foreach (int other in from[next])
                {
                    open.Push(other);
                }
            }
        }
    }
}

/// <summary>The installed packages of apk, by the names they have and provide.</summary>
internal sealed class ApkPackagesInstalled
{
    private readonly ILookup<string, InstalledPackage> _named;
    private readonly ILookup<string, (InstalledPackage Package, ApkDependency Provided)> _providing;

    public ApkPackagesInstalled(IEnumerable<InstalledPackage> packages)
    {
        var all = packages.ToList();
        _named = all.ToLookup(static package => package.Name, StringComparer.Ordinal);
        _providing = all.SelectMany(static package => package.Apk!.Provides.Select(provided => (package, provided))).ToLookup(static one => one.provided.Name, StringComparer.Ordinal);
    }

    public IEnumerable<PackageEdge> EdgesOf(InstalledPackage package)
    {
        foreach (var dependency in package.Apk!.Depends)
        {
            if (Taker(dependency) is { } taker && taker != package)
            {
                string text = dependency.ToString();
                yield return new PackageEdge(package.Id, taker.Id, EdgeKind.Depends, text, text, dependency.Name == taker.Name ? null : dependency.Name);
            }
        }

        var conditions = package.Apk.InstallIf.Select(condition => (condition, Taker: Taker(condition))).ToList();
        if (conditions.TrueForAll(static one => one.Taker is not null))
        {
            string all = string.Join(' ', package.Apk.InstallIf);
            foreach (var (condition, taker) in conditions.Where(one => one.Taker != package))
            {
                yield return new PackageEdge(taker!.Id, package.Id, EdgeKind.InstallIf, all, condition.ToString(), null);
            }
        }
    }

    /// <summary>The package that satisfies <paramref name="dependency"/>; null where none does, or it is a conflict.</summary>
    public InstalledPackage? Taker(ApkDependency dependency) => dependency.Conflict
        ? null
        : _named[dependency.Name].FirstOrDefault(package => Admits(dependency, package))
            ?? _providing[dependency.Name].Where(one => dependency.AdmitsProvided(one.Provided)).Select(static one => one.Package).FirstOrDefault();

    private static bool Admits(ApkDependency dependency, InstalledPackage package) => dependency.Operator switch
    {
        ApkOperator.Any => true,
        ApkOperator.Checksum => dependency.Bound == package.Checksum,
        _ => dependency.AdmitsProvided(new ApkDependency(package.Name, ApkOperator.Equal, package.Version, Conflict: false, Tag: null)),
    };
}

/// <summary>The installed packages of dpkg, by the names they have and provide.</summary>
internal sealed class DpkgPackagesInstalled
{
    private readonly ILookup<string, InstalledPackage> _named;
    private readonly ILookup<string, (InstalledPackage Package, Relation Provided)> _providing;

    public DpkgPackagesInstalled(IEnumerable<InstalledPackage> packages)
    {
        var all = packages.ToList();
        _named = all.ToLookup(static package => package.Name, StringComparer.Ordinal);
        _providing = all.SelectMany(static package => package.Dpkg!.Provides.Select(provided => (package, provided))).ToLookup(static one => one.provided.Name, StringComparer.Ordinal);
    }

    public IEnumerable<PackageEdge> EdgesOf(InstalledPackage package)
    {
        var fields = new[] { (EdgeKind.PreDepends, package.Dpkg!.PreDepends), (EdgeKind.Depends, package.Dpkg.Depends) };
        foreach (var (kind, groups) in fields)
        {
            foreach (var group in groups)
            {
                if (group.Alternatives.Select(relation => (Relation: relation, Taker: Taker(relation))).FirstOrDefault(static one => one.Taker is not null) is var (relation, taker)
                    && taker is not null && taker != package)
                {
                    yield return new PackageEdge(package.Id, taker.Id, kind, group.ToString(), relation.ToString(), relation.Name == taker.Name ? null : relation.Name);
                }
            }
        }
    }

    private InstalledPackage? Taker(Relation relation) =>
        _named[relation.Name].FirstOrDefault(package => relation.Operator == RelationOperator.Any || (DebianVersion.TryParse(package.Version, null, out var version) && relation.Admits(version)))
            ?? _providing[relation.Name].Where(one => Provides(one.Provided, relation)).Select(static one => one.Package).FirstOrDefault();

    // An unversioned Provides satisfies no versioned relation (Debian policy 7.5).
    private static bool Provides(Relation provided, Relation wanted) =>
        wanted.Operator == RelationOperator.Any || (provided.Operator == RelationOperator.Equal && wanted.Admits(provided.Version));
}
