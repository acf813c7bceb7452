using System.Collections.Immutable;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Packages;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>Decides which packages an image holds: indexes, candidates, solution. Fetches indexes and nothing else.</summary>
internal interface IPlanner
{
    /// <summary>Solves the image file for each of <paramref name="architectures"/>.</summary>
    /// <param name="architectures">What for.</param>
    /// <param name="previous">The lock whose indexes are the oldest to be accepted; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A repository cannot be had or trusted, or there is no solution.</exception>
    Task<ImmutableSortedDictionary<string, LockedArchitecture>> PlanAsync(
        ImmutableArray<ImageArchitecture> architectures, LockFile? previous, CancellationToken cancellationToken);
}

/// <summary>What planning has in common whatever the packages are: the sequence, what is told on the way, and the answer.</summary>
/// <typeparam name="TSources">The repositories with everything that is needed to fetch and to trust them.</typeparam>
internal abstract class Planner<TSources>(BuildSettings settings, ImageSpec spec, IReadOnlyDictionary<string, BaseImage> bases) : IPlanner
{
    protected BuildSettings Settings { get; } = settings;

    protected ImageSpec Spec { get; } = spec;

    /// <summary>Whose packages they are, for people.</summary>
    protected abstract string Distribution { get; }

    /// <summary>What the image file's services need beside the packages that it names.</summary>
    protected abstract ImmutableArray<string> Supervisor { get; }

    /// <summary>The requests of the image file, as they are written there.</summary>
    protected ImmutableArray<string> Requests =>
    [
        .. Spec.Contents.Packages.Select(static package => package.Value)
            .Concat(Spec.Entrypoint is { IsServiceBundle: true } ? Supervisor : [])
            .Concat(Spec.Init is { } init ? [init] : [])
            .Distinct(StringComparer.Ordinal),
    ];

    public async Task<ImmutableSortedDictionary<string, LockedArchitecture>> PlanAsync(
        ImmutableArray<ImageArchitecture> architectures, LockFile? previous, CancellationToken cancellationToken)
    {
        if (!Spec.Contents.PackageRepositories.Any())
        {
            if (Requests.IsEmpty)
            {
                // Local files alone, or nothing that is to be added to what the base has.
                return architectures.ToImmutableSortedDictionary(
                    static architecture => architecture.Name,
                    architecture => new LockedArchitecture { Base = bases.GetValueOrDefault(architecture.Name)?.Locked(NoReasons, []) },
                    StringComparer.Ordinal);
            }

            throw new BothyException($"cannot build {Spec.FileName}: it names no repository")
            {
                Hint = "Add one under 'contents.repositories', such as 'deb bookworm main' or the address of an apk repository.",
            };
        }

        var sources = await SourcesAsync(cancellationToken);
        var plans = ImmutableSortedDictionary.CreateBuilder<string, LockedArchitecture>(StringComparer.Ordinal);
        foreach (var architecture in architectures)
        {
            string name = NameOf(architecture) ?? throw new BothyException($"cannot build {Spec.FileName} for {architecture}: {Distribution} has no such architecture");
            string phase = $"indexes {name}";
            Settings.Progress.Report(new BuildEvent.Started(phase));
            var floor = previous?.Architectures.GetValueOrDefault(architecture.Name);
            var below = bases.GetValueOrDefault(architecture.Name);
            var (plan, indexed) = await Repair.MakingAnewAsync(
                () => PlanAsync(sources, name, below, floor, new TotalProgress(phase, 0, Settings.Progress), cancellationToken));
            Settings.Progress.Report(new BuildEvent.Finished(phase, FormattableString.Invariant($"{indexed}, {plan.Packages.Length} chosen")));
            plans[architecture.Name] = plan;
        }

        return plans.ToImmutable();
    }

    /// <summary>The distribution's name of <paramref name="architecture"/>; null where it has none.</summary>
    protected abstract string? NameOf(ImageArchitecture architecture);

    /// <summary>Finds the repositories and their keys.</summary>
    protected abstract Task<TSources> SourcesAsync(CancellationToken cancellationToken);

    /// <summary>Plans one architecture, by the distribution's name of it, over <paramref name="below"/> where the image is built on another. Answers with what the indexes held, in words, as well.</summary>
    protected abstract Task<(LockedArchitecture Plan, string Indexed)> PlanAsync(
        TSources sources, string architecture, BaseImage? below, LockedArchitecture? previous, IProgress<FetchProgress> progress, CancellationToken cancellationToken);

    private static ILookup<PackageId, Reason> NoReasons { get; } = Array.Empty<(PackageId Id, Reason Reason)>().ToLookup(static one => one.Id, static one => one.Reason);

    /// <summary>What the lock says of the image to build on.</summary>
    /// <param name="below">The image.</param>
    /// <param name="chosen">Each package that was chosen, with its reasons and whether it is the image's own.</param>
    protected LockedBase? Locked(BaseImage? below, IEnumerable<(PackageId Id, ImmutableArray<Reason> Reasons, bool IsThere)> chosen)
    {
        if (below is null)
        {
            return null;
        }

        // That it is there is no reason that anybody gave.
        var all = chosen.ToList();
        var reasons = all.Where(static one => one.IsThere)
            .SelectMany(one => one.Reasons.Where(reason => reason is not Reason.Requested requested || Requests.Contains(requested.Request, StringComparer.Ordinal)).Select(reason => (one.Id, Reason: reason)))
            .ToLookup(static one => one.Id, static one => one.Reason);
        return below.Locked(reasons, all.Where(static one => !one.IsThere).Select(static one => one.Id.Name));
    }

    /// <summary>The packages to omit, without those that are there anyway.</summary>
    protected ImmutableArray<string> OmittedOver(BaseImage? below)
    {
        var there = below?.Contents.Packages.Select(static package => package.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var omitted in Spec.Contents.Omit.Where(package => there.Contains(package.Value)))
        {
            Settings.Progress.Report(new BuildEvent.Warning($"{omitted.Mark}: '{omitted.Value}' cannot be omitted: the base has it"));
        }

        return [.. Spec.Contents.Omit.Select(static package => package.Value).Where(name => !there.Contains(name))];
    }

    /// <summary>The package of the debug variant's toolbox: what solving for it alone comes to.</summary>
    /// <exception cref="BothyException">The repositories have none.</exception>
    protected SolvedPackage<TPackage> ToolboxOf<TPackage>(Func<Resolution<TPackage>> solve, Func<TPackage, string> nameOf, string architecture)
    {
        BothyException? unknown = null;
        try
        {
            if (solve() is Resolution<TPackage>.Solved solved)
            {
                return solved.Packages.First(chosen => nameOf(chosen.Package) == Toolbox.Package);
            }
        }
        catch (BothyException failure) when (failure is not DamagedItemException)
        {
            unknown = failure;
        }

        throw new BothyException($"cannot plan a debug variant of {Spec.FileName} for {architecture}: its repositories have no {Toolbox.Package}", unknown)
        {
            Hint = "Debian's and Ubuntu's main and Alpine's main have it.",
        };
    }

    protected void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            Settings.Progress.Report(new BuildEvent.Warning(warning));
        }
    }

    /// <summary>The solution, its warnings told.</summary>
    /// <exception cref="BothyException">There is none; the message is the chain of reasons.</exception>
    protected Resolution<TPackage>.Solved Solved<TPackage>(Resolution<TPackage> resolution, string architecture)
    {
        switch (resolution)
        {
            case Resolution<TPackage>.Solved solved:
                Warn(solved.Warnings.Select(warning => $"{Spec.FileName}: {warning}"));
                return solved;
            case Resolution<TPackage>.Unsolvable unsolvable:
                // apk's chains are indented, as apk prints them; Debian's begin with a sentence.
                string chain = unsolvable.Chain is [[' ', ..], ..] ? "\n" + string.Join('\n', unsolvable.Chain) : " " + string.Join("\n  ", unsolvable.Chain);
                throw new BothyException($"cannot solve {Spec.FileName} for {architecture}:{chain}") { Hint = unsolvable.Suggestion };
            case var other:
                throw new InvalidOperationException($"no such resolution: {other}");
        }
    }

    /// <summary>Refuses packages of several releases beside each other: that is what breaks programs in ways that nobody tested.</summary>
    protected void CheckOneRelease(IEnumerable<string> releases, string hint)
    {
        string[] distinct = [.. releases.Distinct(StringComparer.Ordinal)];
        if (distinct.Length > 1)
        {
            throw new BothyException($"cannot build {Spec.FileName}: it mixes the releases {string.Join(" and ", distinct)}")
            {
                Hint = $"An image draws its packages from one release; {hint}.",
            };
        }
    }
}
