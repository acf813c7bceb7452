namespace Bothy.Packages.Debian;

/// <summary>Finds the packages that a request names, or says what was probably meant.</summary>
internal sealed class DebianRequestedNames(DebianPool pool, DebianSolverRequest request)
{
    private const int MostNearNames = 5;

    /// <summary>Refuses to omit what is unknown.</summary>
    /// <exception cref="BothyException">An omitted name is unknown.</exception>
    public void CheckOmitted()
    {
        foreach (string name in request.Omit)
        {
            if (pool.Candidate(name) is null)
            {
                throw Unknown($"cannot omit package '{name}'", name);
            }
        }
    }

    /// <summary>The package that <paramref name="asked"/> means.</summary>
    /// <exception cref="BothyException">There is none, or there are several.</exception>
    public DebianPackage Find(DebianRequest asked)
    {
        string problem = $"cannot find package '{asked}'";
        if (asked.Architecture is { } architecture && architecture != request.Architecture && architecture != "all")
        {
            throw new BothyException($"{problem}: the packages are for {request.Architecture}");
        }

        if (request.Omit.Contains(asked.Name, StringComparer.Ordinal))
        {
            throw new BothyException($"cannot omit package '{asked.Name}': it is asked for as well")
            {
                Hint = $"Remove '{asked.Name}' from omit or from packages.",
            };
        }

        bool exact = asked.Version is not null || asked.Suite is not null;
        var found = exact
            ? pool.Listings(asked.Name).Where(asked.Admits).OrderByDescending(package => package.Version).FirstOrDefault()
            : pool.Candidate(asked.Name);
        return found
            ?? (exact && !pool.Versions(asked.Name).IsEmpty ? throw Elsewhere(problem, asked.Name) : Provider(problem, asked.Name));
    }

    private static string Versions(IEnumerable<DebianPackage> packages) =>
        string.Join(", ", packages.Select(package => $"{package.Version} in {package.Origin.Codename}"));

    private BothyException Elsewhere(string problem, string name) =>
        new($"{problem}: there is only {Versions(pool.Listings(name))}");

    private DebianPackage Provider(string problem, string name)
    {
        string[] providers = [.. pool.Providers(name).Select(package => package.Name).Distinct(StringComparer.Ordinal)];
        return providers switch
        {
            [] => throw Unknown(problem, name),
            [var only] when pool.Candidate(only) is { } candidate => candidate,
            _ => throw new BothyException($"{problem}: several packages provide it")
            {
                Hint = $"Name one of {string.Join(", ", providers.Order(StringComparer.Ordinal).Take(2 * MostNearNames))}.",
            },
        };
    }

    private BothyException Unknown(string problem, string name)
    {
        string[] suites = [.. pool.Indexes.Select(index => index.Origin.Codename).Distinct(StringComparer.Ordinal)];
        string reason = suites is [var suite] ? $"{suite} has no such package" : $"none of {string.Join(", ", suites)} has such a package";
        return new BothyException($"{problem}: {reason}")
        {
            Hint = pool.NearNames(name, MostNearNames) switch
            {
                [] => null,
                [var only] => $"Did you mean '{only}'?",
                var several => $"Did you mean {string.Join(", ", several.Take(several.Count - 1).Select(near => $"'{near}'"))} or '{several[^1]}'?",
            },
        };
    }
}
