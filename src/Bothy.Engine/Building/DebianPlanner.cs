using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;
using Bothy.Transfer;

namespace Bothy.Engine.Building;

/// <summary>Decides which Debian packages an image holds: indexes, candidates, solution. Fetches indexes and nothing else.</summary>
internal sealed class DebianPlanner(BuildSettings settings)
{
    private const int MaxKeyBytes = 4 << 20;

    /// <summary>Solves <paramref name="spec"/> for each of <paramref name="architectures"/>.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="architectures">What for.</param>
    /// <param name="previous">The lock whose releases are the oldest to be accepted; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A repository cannot be had or trusted, or there is no solution.</exception>
    public async Task<ImmutableSortedDictionary<string, LockedArchitecture>> PlanAsync(
        ImageSpec spec, ImmutableArray<ImageArchitecture> architectures, LockFile? previous, CancellationToken cancellationToken)
    {
        var repositories = await RepositoriesAsync(spec, cancellationToken);
        var plans = ImmutableSortedDictionary.CreateBuilder<string, LockedArchitecture>(StringComparer.Ordinal);
        foreach (var architecture in architectures)
        {
            string debian = architecture.Debian ?? throw new BothyException($"cannot build {spec.FileName} for {architecture}: Debian has no such architecture");
            plans[architecture.Name] = await PlanAsync(spec, debian, repositories, Floors(previous, architecture), cancellationToken);
        }

        return plans.ToImmutable();
    }

    private static ImmutableArray<ReleaseFloor> Floors(LockFile? previous, ImageArchitecture architecture) =>
        previous is not null && previous.Architectures.TryGetValue(architecture.Name, out var locked)
            ? [.. locked.Repositories.OfType<LockedRepository.Debian>().Select(locked => new ReleaseFloor(locked.Release.Suite, locked.Release.Origin, locked.Release.Date))]
            : [];

    private async Task<LockedArchitecture> PlanAsync(
        ImageSpec spec,
        string debian,
        ImmutableArray<DebianRepository> repositories,
        ImmutableArray<ReleaseFloor> floors,
        CancellationToken cancellationToken)
    {
        string phase = $"indexes {debian}";
        settings.Progress.Report(new BuildEvent.Started(phase));
        var options = new DebianFetchOptions
        {
            Offline = settings.Offline,
            AllowOlder = settings.AllowRollback,
            Floors = floors,
        };
        var fetched = await new DebianRepositories(settings.Transfer, settings.Store, settings.Time)
            .FetchIndexesAsync(repositories, debian, options, new TotalProgress(phase, 0, settings.Progress), cancellationToken);
        foreach (string warning in fetched.Warnings)
        {
            settings.Progress.Report(new BuildEvent.Warning(warning));
        }

        CheckOneRelease(spec, fetched);
        var solved = Solve(spec, debian, fetched, cancellationToken);
        settings.Progress.Report(new BuildEvent.Finished(
            phase,
            FormattableString.Invariant($"{fetched.Indexes.Sum(index => index.Count)} packages in {fetched.Releases.Length} suites, {solved.Packages.Length} chosen")));
        return Locked(fetched, solved);
    }

    private Resolution<DebianPackage>.Solved Solve(ImageSpec spec, string debian, DebianIndexes fetched, CancellationToken cancellationToken)
    {
        var request = new DebianSolverRequest
        {
            Architecture = debian,
            Packages = [.. spec.Contents.Packages.Select(package => DebianRequest.Parse(package.Value))],
            Omit = [.. spec.Contents.Omit.Select(package => package.Value)],
        };
        switch (DebianSolver.Solve(new DebianPool(fetched.Indexes), request, cancellationToken))
        {
            case Resolution<DebianPackage>.Solved solved:
                foreach (string warning in solved.Warnings)
                {
                    settings.Progress.Report(new BuildEvent.Warning($"{spec.FileName}: {warning}"));
                }

                return solved;
            case Resolution<DebianPackage>.Unsolvable unsolvable:
                throw new BothyException($"cannot solve {spec.FileName} for {debian}: {string.Join("\n  ", unsolvable.Chain)}") { Hint = unsolvable.Suggestion };
            case var other:
                throw new InvalidOperationException($"no such resolution: {other}");
        }
    }

    private static LockedArchitecture Locked(DebianIndexes fetched, Resolution<DebianPackage>.Solved solved) => new()
    {
        Repositories = [.. fetched.Releases.Select(release => new LockedRepository.Debian(release))],
        Warnings = [.. fetched.Warnings, .. solved.Warnings],
        Packages =
        [
            .. solved.Packages.Select(chosen => new LockedPackage
            {
                Id = chosen.Package.Id,
                Source = chosen.Package.Source,
                SourceVersion = chosen.Package.SourceVersion.Text,
                Url = chosen.Package.Uri,
                Size = chosen.Package.Size,
                Digest = chosen.Package.Digest,
                Reasons = chosen.Reasons,
            }),
        ],
        Omitted = [.. solved.Omitted.Select(omitted => new LockedOmission(omitted.Package.Id, omitted.Reasons))],
    };

    // Libraries of two releases beside each other are what breaks programs in ways that nobody tested.
    private static void CheckOneRelease(ImageSpec spec, DebianIndexes fetched)
    {
        string[] releases = [.. fetched.Releases.Select(release => SuiteName.Of(release.Codename ?? release.Suite).Release).Distinct(StringComparer.Ordinal)];
        if (releases.Length > 1 && fetched.Releases.All(release => SuiteName.Of(release.Codename ?? release.Suite).Vendor != SuiteVendor.Unknown))
        {
            throw new BothyException($"cannot build {spec.FileName}: it mixes the releases {string.Join(" and ", releases)}")
            {
                Hint = "An image draws its packages from one release; backports (RELEASE-backports) are part of it.",
            };
        }
    }

    private async Task<ImmutableArray<DebianRepository>> RepositoriesAsync(ImageSpec spec, CancellationToken cancellationToken)
    {
        var sources = spec.Contents.Repositories.Concat(spec.Contents.BuildRepositories)
            .OfType<RepositorySpec.Debian>()
            .Select(repository => repository.Source)
            .ToList();
        if (sources.Count == 0)
        {
            throw new BothyException($"cannot build {spec.FileName}: it names no repository")
            {
                Hint = "Add one under 'contents.repositories', such as 'deb bookworm main'.",
            };
        }

        var machine = MachineApt.Read(settings.MachineRoot);
        foreach (string note in machine.Notes)
        {
            settings.Progress.Report(new BuildEvent.Note(note));
        }

        string directory = Path.GetDirectoryName(Path.GetFullPath(spec.FileName, settings.WorkingDirectory))!;
        var keys = new DebianKeys(machine, directory, await KeyringAsync(spec, directory, cancellationToken));
        return DebianRepository.ResolveAll(sources, new DebianMirrors(machine, settings.DebianMirror), keys);
    }

    private async Task<ImmutableArray<KeyFile>> KeyringAsync(ImageSpec spec, string directory, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<KeyFile>();
        foreach (var key in spec.Contents.Keyring)
        {
            files.Add(await KeyAsync(key, directory, cancellationToken));
        }

        return files.ToImmutable();
    }

    private async Task<KeyFile> KeyAsync(Marked<string> key, string directory, CancellationToken cancellationToken)
    {
        if (key.Value.Contains("-----BEGIN", StringComparison.Ordinal))
        {
            return new KeyFile(key.Mark.ToString(), Encoding.ASCII.GetBytes(key.Value));
        }

        if (Uri.TryCreate(key.Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        {
            return await settings.Transfer.FetchAsync(uri, FetchOptions.Default with { MaxBytes = MaxKeyBytes }, cancellationToken) switch
            {
                FetchResult.Found found => new KeyFile(key.Value, found.Bytes),
                FetchResult.NotFound missing => throw missing.Failure,
                var other => throw new InvalidOperationException($"no such answer: {other}"),
            };
        }

        string path = Path.Combine(directory, key.Value);
        return !File.Exists(path) ? throw new BothyException($"cannot read the key {key.Value} of {key.Mark}: there is no such file")
            : new FileInfo(path).Length > MaxKeyBytes ? throw new BothyException($"cannot read the key {key.Value} of {key.Mark}: it is larger than {ByteSize.Text(MaxKeyBytes)}")
            : new KeyFile(key.Value, await File.ReadAllBytesAsync(path, cancellationToken));
    }
}
