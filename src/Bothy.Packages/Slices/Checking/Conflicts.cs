namespace Bothy.Packages.Slices.Checking;

/// <summary>
/// Finds slices that cannot lie in one tree. Slices of one package may share what is in the package, and any slices what is made in the same way;
/// what comes from two packages is a conflict whatever the packages hold, since nobody has looked into them, unless one is preferred.
/// A pattern that overlaps another package's paths, or paths that are made, is a conflict too.
/// </summary>
internal sealed class Conflicts
{
    // Of so many that say different things about one path it does not matter who else does.
    private const int MostDifferent = 100;

    private readonly Dictionary<string, List<PathClaim>> _byPath = new(StringComparer.Ordinal);

    /// <summary>What is said about each path and pattern that was added.</summary>
    public IReadOnlyDictionary<string, List<PathClaim>> ByPath => _byPath;

    public void Add(SliceName slice, ContentRule rule)
    {
        if (!_byPath.TryGetValue(rule.Path, out var claims))
        {
            _byPath.Add(rule.Path, claims = []);
        }

        claims.Add(new PathClaim(slice, rule));
    }

    /// <summary>All conflicts.</summary>
    /// <param name="preferred">For a path and a package, the package that it prefers.</param>
    public IEnumerable<SliceFinding> Find(Func<string, string, string?> preferred)
    {
        foreach (var (path, claims) in _byPath)
        {
            foreach (var finding in OnOnePath(claims, package => preferred(path, package)))
            {
                yield return finding;
            }
        }

        foreach (var finding in OfPatterns())
        {
            yield return finding;
        }
    }

    // Of those that agree one speaks for all: of n claims there are as few to compare as there are different ones.
    private static IEnumerable<SliceFinding> OnOnePath(List<PathClaim> claims, Func<string, string?> next)
    {
        var different = new List<PathClaim>();
        foreach (var claim in claims)
        {
            if (different.Count == MostDifferent || different.Any(claim.AgreesWith))
            {
                continue;
            }

            foreach (var other in different)
            {
                if (claim.Package == other.Package || Preferences.Winner(claim.Package, other.Package, next) is null)
                {
                    yield return Conflict(claim, other);
                    break;
                }
            }

            different.Add(claim);
        }
    }

    private IEnumerable<SliceFinding> OfPatterns()
    {
        var index = new PatternIndex();
        var claims = new List<List<PathClaim>>();
        foreach (var (path, group) in _byPath)
        {
            index.Add(path);
            claims.Add(group);
        }

        foreach (var (a, b) in index.Overlaps())
        {
            foreach (var claim in claims[a])
            {
                var others = claims[b].Where(other => !(claim.Package == other.Package && claim.Rule.IsFromPackage && other.Rule.IsFromPackage)).Take(1);
                foreach (var other in others)
                {
                    yield return Conflict(claim, other);
                }
            }
        }
    }

    private static SliceFinding Conflict(PathClaim a, PathClaim b)
    {
        var (first, second) = a.Slice.CompareTo(b.Slice) <= 0 ? (a, b) : (b, a);
        string paths = first.Rule.Path == second.Rule.Path ? first.Rule.Path : $"{first.Rule.Path} and {second.Rule.Path}";
        return new SliceFinding(first.Rule.Place, SliceMistake.Conflict, $"slices {first.Slice} and {second.Slice} conflict on {paths} ({second.Rule.Place})");
    }
}
