using Bothy.Packages.Slices.Reading;

namespace Bothy.Packages.Slices.Checking;

/// <summary>
/// Which package a path is taken from where several have it: <c>prefer</c> leads from a package to the next in the chain, and the last of those that
/// are there wins.
/// </summary>
internal static class Preferences
{
    private const int MaxChain = 1000;

    /// <summary>
    /// Which of two packages wins, or null where no chain leads from one to the other. <paramref name="next"/> gives the package that a package
    /// prefers for the path; null where it prefers none.
    /// </summary>
    public static string? Winner(string a, string b, Func<string, string?> next) => Leads(a, b, next) ? b : Leads(b, a, next) ? a : null;

    /// <summary>What is wrong with the preferences of all that is said about one path.</summary>
    public static IEnumerable<SliceFinding> Mistakes(IReadOnlyList<PathClaim> claims, Func<string, bool> isPackage)
    {
        var byPackage = claims.GroupBy(static claim => claim.Package, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.ToList(), StringComparer.Ordinal);
        foreach (var (package, own) in byPackage.OrderBy(static each => each.Key, StringComparer.Ordinal))
        {
            foreach (var claim in own.Where(claim => claim.Rule.Prefer != own[0].Rule.Prefer))
            {
                yield return At(claim, $"{claim.Slice} and {own[0].Slice} prefer different packages for {claim.Rule.Path}");
            }

            var first = own[0];
            if (first.Rule.Prefer is { } prefer && (prefer == package || !byPackage.ContainsKey(prefer)))
            {
                yield return At(first, prefer == package
                    ? $"{first.Slice} prefers its own package for {first.Rule.Path}"
                    : isPackage(prefer)
                        ? $"{first.Slice} prefers {prefer} for {first.Rule.Path}, which no slice of that package has"
                        : $"{first.Slice} prefers {prefer} for {first.Rule.Path}, and there is no such package{FindingList.DidYouMean(prefer, byPackage.Keys)}");
            }
        }

        foreach (var circle in Circles(byPackage))
        {
            yield return circle;
        }
    }

    private static IEnumerable<SliceFinding> Circles(Dictionary<string, List<PathClaim>> byPackage)
    {
        foreach (var (package, own) in byPackage)
        {
            var way = new List<string> { package };
            string? at = own[0].Rule.Prefer;
            while (at is not null && at != package && byPackage.TryGetValue(at, out var claims) && way.Count <= byPackage.Count)
            {
                way.Add(at);
                at = claims[0].Rule.Prefer;
            }

            if (at == package && way.Count > 1 && way.All(other => string.CompareOrdinal(other, package) >= 0))
            {
                yield return At(own[0], $"packages prefer each other in a circle for {own[0].Rule.Path}: {string.Join(" → ", way.Append(package))}");
            }
        }
    }

    private static bool Leads(string from, string to, Func<string, string?> next)
    {
        string? at = next(from);
        for (int i = 0; at is not null && at != to && i < MaxChain; i++)
        {
            at = next(at);
        }

        return at == to;
    }

    private static SliceFinding At(PathClaim claim, string text) => new(claim.Rule.Place, SliceMistake.Prefer, text);
}
