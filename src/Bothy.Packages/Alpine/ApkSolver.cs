using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Alpine;

/// <summary>Chooses apk packages, and their order of installation, as apk would in an empty root.</summary>
/// <remarks>
/// apk decides forward and never goes back, so it refuses worlds that have a solution, and of several solutions its preferences
/// decide which it takes. Both belong to what a world means, so they are followed here rather than searching every combination; see
/// docs/adr/0005.
/// </remarks>
public static class ApkSolver
{
    /// <summary>Chooses packages from <paramref name="pool"/> for <paramref name="request"/>.</summary>
    /// <remarks>
    /// A package that others bring along by <c>install_if</c> has the reason <see cref="Reason.Needed"/> with the field
    /// <c>install_if</c>: each condition's package needs it.
    /// </remarks>
    /// <exception cref="BothyException">The world contradicts itself in its words: a tag that no repository has, a name both wanted and omitted.</exception>
    /// <exception cref="MalformedDataException">The stanza of a package that was looked at is wrong.</exception>
    public static Resolution<ApkPackage> Solve(ApkPool pool, ApkSolverRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(request);
        Check(pool, request);
        var attempt = new ApkAttempt(pool, request, cancellationToken);
        return attempt.Problems.IsEmpty
            ? new ApkSolution(attempt, request).ToResolution()
            : new Resolution<ApkPackage>.Unsolvable(attempt.Problems, new ApkSuggestion(pool, request, attempt, cancellationToken).Find());
    }

    private static void Check(ApkPool pool, ApkSolverRequest request)
    {
        if (pool.Indexes.FirstOrDefault(index => index.Origin.Architecture != request.Architecture) is { } foreign)
        {
            throw new ArgumentException($"the index of {foreign.Origin} is for {foreign.Origin.Architecture}, not for {request.Architecture}", nameof(pool));
        }

        string[] tags = [.. pool.Indexes.Select(index => index.Origin.Tag).OfType<string>().Distinct(StringComparer.Ordinal)];
        foreach (var dependency in request.World)
        {
            if (dependency.Tag is { } tag && !tags.Contains(tag, StringComparer.Ordinal))
            {
                throw new BothyException($"cannot take '{dependency}': no repository has the tag '{tag}'")
                {
                    Hint = tags.Length > 0 ? $"There are {string.Join(", ", tags.Select(known => "@" + known))}." : "Write the tag before a repository: '@tag https://…'.",
                };
            }

            if (!dependency.Conflict && request.Omit.Contains(dependency.Name, StringComparer.Ordinal))
            {
                throw new BothyException($"cannot omit package '{dependency.Name}': it is asked for as well")
                {
                    Hint = $"Remove '{dependency.Name}' from omit or from packages.",
                };
            }
        }

        foreach (string name in request.Omit)
        {
            if (pool.Named(name).IsEmpty)
            {
                throw new BothyException($"cannot omit package '{name}': no repository has such a package")
                {
                    Hint = pool.NearNames(name, 1) is [var near] ? $"Did you mean '{near}'?" : null,
                };
            }
        }
    }
}
