using System.Collections.Immutable;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Slicing;
using Bothy.Formats.Deb822;
using Bothy.Inspection.Parts;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Packages.Slices;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Building;

/// <summary>Plans an image of Debian packages.</summary>
internal sealed class DebianPlanner(BuildSettings settings, ImageSpec spec, IReadOnlyDictionary<string, BaseImage> bases, SliceRelease? slices)
    : Planner<ImmutableArray<DebianRepository>>(settings, spec, bases)
{
    protected override string Distribution => "Debian";

    protected override ImmutableArray<string> Supervisor => ["s6", "execline"];

    protected override string? NameOf(ImageArchitecture architecture) => architecture.Debian;

    protected override async Task<ImmutableArray<DebianRepository>> SourcesAsync(CancellationToken cancellationToken)
    {
        var machine = MachineApt.Read(Settings.MachineRoot);
        foreach (string note in machine.Notes)
        {
            Settings.Progress.Report(new BuildEvent.Note(note));
        }

        var keyring = await new ImageKeyring(Settings, Spec).ReadAsync(cancellationToken);
        var keys = new DebianKeys(machine, Settings.DirectoryOf(Spec), keyring);
        var sources = Spec.Contents.PackageRepositories.OfType<RepositorySpec.Debian>().Select(repository => repository.Source);
        var repositories = DebianRepository.ResolveAll(sources, new DebianMirrors(machine, Settings.DebianMirror), keys);
        Settings.Trace?.Add(machine.LookedAt.Concat(keys.LookedAt));
        return repositories;
    }

    protected override async Task<(LockedArchitecture Plan, string Indexed)> PlanAsync(
        ImmutableArray<DebianRepository> sources,
        string architecture,
        BaseImage? below,
        LockedArchitecture? previous,
        IProgress<FetchProgress> progress,
        CancellationToken cancellationToken)
    {
        var options = new DebianFetchOptions
        {
            Offline = Settings.Offline,
            AllowOlder = Settings.AllowRollback,
            Floors = [.. (previous?.Repositories ?? []).OfType<LockedRepository.Debian>().Select(static locked => locked.Release).Select(static release => new ReleaseFloor(release.Suite, release.Origin, release.Date))],
        };
        var fetched = await new DebianRepositories(Settings.Transfer, Settings.Store, Settings.Time)
            .FetchIndexesAsync(sources, architecture, options, progress, cancellationToken);
        Settings.Trace?.Add(fetched.Seen);
        Settings.Trace?.EndsAt(fetched.Until);
        Warn(fetched.Warnings);
        var suites = fetched.Releases.Select(release => SuiteName.Of(release.Codename ?? release.Suite)).ToList();
        if (suites.All(suite => suite.Vendor != SuiteVendor.Unknown))
        {
            CheckOneRelease(suites.Select(suite => suite.Release), "backports (RELEASE-backports) are part of it");
        }

        DebianIndex? installed = null;
        if (below is not null)
        {
            var suite = suites.Find(static suite => suite.Vendor != SuiteVendor.Unknown);
            BaseFit.Check(Spec, below, suite?.Vendor.ToString().ToLowerInvariant(), CLibraryKind.Glibc, suite?.Release);

            // What is there in part is not what others depend on.
            installed = DebianInstalled.Index(below.Contents.Packages.Where(static package => package.Slices.IsEmpty).Select(static package => package.Stanza).OfType<Deb822Paragraph>(), architecture);
        }

        var requests = ContentRequests.Of(Spec, Requests);
        var selection = slices is null || requests.Slices.IsEmpty ? null : SliceSelection.Select(slices, requests.Slices, architecture);
        if (selection is not null)
        {
            SlicedPackages.Check(selection, Spec, below?.Contents);
        }

        var request = new DebianSolverRequest
        {
            Installed = installed,
            Architecture = architecture,
            Packages = [.. requests.Packages.Select(DebianRequest.Parse)],
            Omit = OmittedOver(below),
        };
        var solved = Solved(DebianSolver.Solve(new DebianPool(installed is null ? fetched.Indexes : [installed, .. fetched.Indexes]), request, cancellationToken), architecture);
        var locked = Locked(below, solved.Packages.Select(chosen => (chosen.Package.Id, chosen.Reasons, chosen.Package.Origin == installed?.Origin)));
        var debug = !Spec.Debug ? null : ToolboxOf(
            () => DebianSolver.Solve(
                new DebianPool(fetched.Indexes), new DebianSolverRequest { Architecture = architecture, Packages = [DebianRequest.Parse(Toolbox.Package)] }, cancellationToken),
            static package => package.Id.Name,
            architecture);
        var plan = Locked(fetched, solved, installed?.Origin) with { Base = locked, Debug = debug is null ? [] : [Locked(debug)] };
        return (
            selection is null ? plan : SlicedPackages.Add(selection, new DebianPool(fetched.Indexes), plan),
            FormattableString.Invariant($"{fetched.Indexes.Sum(index => index.Count)} packages in {fetched.Releases.Length} suites"));
    }

    private static LockedArchitecture Locked(DebianIndexes fetched, Resolution<DebianPackage>.Solved solved, DebianIndexOrigin? installed) => new()
    {
        Repositories = [.. fetched.Releases.Select(release => new LockedRepository.Debian(release))],
        Warnings = [.. fetched.Warnings, .. solved.Warnings],
        Packages = [.. solved.Packages.Where(chosen => chosen.Package.Origin != installed).Select(Locked)],
        Omitted = [.. solved.Omitted.Select(omitted => new LockedOmission(omitted.Package.Id, omitted.Reasons))],
    };

    private static LockedPackage Locked(SolvedPackage<DebianPackage> chosen) => new()
    {
        Id = chosen.Package.Id,
        Source = chosen.Package.Source,
        SourceVersion = chosen.Package.SourceVersion.Text,
        Url = chosen.Package.Uri,
        Size = chosen.Package.Size,
        Digest = chosen.Package.Digest,
        Reasons = chosen.Reasons,
    };
}
