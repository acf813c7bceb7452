using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Parts;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Building;

/// <summary>Plans an image of apk packages, Alpine's or Wolfi's.</summary>
internal sealed class AlpinePlanner(BuildSettings settings, ImageSpec spec, IReadOnlyDictionary<string, BaseImage> bases)
    : Planner<ImmutableArray<KeyFile>>(settings, spec, bases)
{
    protected override string Distribution => "apk";

    protected override ImmutableArray<string> Supervisor => ApkWorld.Supervisor;

    protected override string? NameOf(ImageArchitecture architecture) => architecture.Apk;

    // The keys alone: which of the machine's count beside them depends on the architecture.
    protected override Task<ImmutableArray<KeyFile>> SourcesAsync(CancellationToken cancellationToken)
    {
        if (Spec.Contents.Keyring.FirstOrDefault(key => key.Value.TrimStart().StartsWith(ImageKeyring.Begin, StringComparison.Ordinal)) is { Value: not null } nameless)
        {
            throw new BothyException($"cannot use the key of {nameless.Mark}: it has no name")
            {
                Hint = "A signature of apk names its key by the key's file name: write that in a line of its own before the key.",
            };
        }

        return new ImageKeyring(Settings, Spec).ReadAsync(cancellationToken);
    }

    protected override async Task<(LockedArchitecture Plan, string Indexed)> PlanAsync(
        ImmutableArray<KeyFile> sources,
        string architecture,
        BaseImage? below,
        LockedArchitecture? previous,
        IProgress<FetchProgress> progress,
        CancellationToken cancellationToken)
    {
        var options = new AlpineFetchOptions
        {
            Offline = Settings.Offline,
            AllowOlder = Settings.AllowRollback,
            AllowUntrusted = Settings.AllowUntrusted,
            Floors = [.. (previous?.Repositories ?? []).OfType<LockedRepository.Alpine>().Select(locked => new IndexFloor(locked.Uri, architecture, locked.Date))],
        };
        var world = ApkWorld.Of(Spec);
        var fetched = await new AlpineRepositories(Settings.Transfer, Settings.Store)
            .FetchIndexesAsync(Repositories(sources, architecture), architecture, options, progress, cancellationToken);
        Settings.Trace?.Add(fetched.Seen);
        Warn(fetched.Warnings);
        CheckOneRelease(
            fetched.Indexes.Where(index => index.Repository.Tag is null).Select(index => AlpineRelease.Of(index.Description, index.Uri)).OfType<string>(),
            "tag the other's repository (@edge URL) to take single packages from it, each as name@edge");

        var opened = await Task.WhenAll(fetched.Indexes.Select(index => OpenAsync(index, cancellationToken)));
        var indexes = fetched.Indexes.Zip(opened, static (index, packages) => (Index: index, Packages: (IApkIndex)packages)).ToList();
        CheckOneDistribution(indexes.Select(index => index.Packages));
        var installed = below is null ? null : InstalledIn(below, architecture);
        if (below is not null)
        {
            string? release = fetched.Indexes.Where(index => index.Repository.Tag is null).Select(index => AlpineRelease.Of(index.Description, index.Uri)).OfType<string>().FirstOrDefault();
            CheckBase(below, indexes.Select(index => index.Packages), release);
            world = Over(below, world);
        }

        var request = new ApkSolverRequest
        {
            Architecture = architecture,
            World = world,
            Installed = installed,
            Omit = OmittedOver(below),
        };
        IEnumerable<IApkIndex> pool = [.. indexes.Select(index => index.Packages), .. installed is null ? [] : (IEnumerable<IApkIndex>)[installed]];
        var solved = Solved(ApkSolver.Solve(new ApkPool(pool), request, cancellationToken), architecture);
        var there = below?.Contents.Packages.ToLookup(static package => package.Name, static package => package.Checksum, StringComparer.Ordinal);
        bool IsThere(ApkPackage package) => there is not null && there[package.Name].Contains(package.Checksum.ToString(), StringComparer.Ordinal);
        var locked = Locked(below, solved.Packages.Select(chosen => (chosen.Package.Id, chosen.Reasons, IsThere(chosen.Package))));
        solved = solved with { Packages = [.. solved.Packages.Where(chosen => !IsThere(chosen.Package))] };
        AlpineIndex IndexOf(ApkIndexOrigin origin) => indexes.First(index => ReferenceEquals(index.Packages.Origin, origin)).Index;
        var debug = !Spec.Debug ? null : ToolboxOf(
            () => ApkSolver.Solve(
                new ApkPool(indexes.Select(index => index.Packages)), new ApkSolverRequest { Architecture = architecture, World = [ApkDependency.Parse(Toolbox.Package)] }, cancellationToken),
            static package => package.Name,
            architecture);
        var plan = Locked(fetched, solved, IndexOf) with { Base = locked, Debug = debug is null ? [] : [Locked(debug, IndexOf)] };
        return (
            plan with { Keys = [.. sources.Select(key => new LockedKey(NameOf(key), Encoding.Latin1.GetString(key.Bytes.Span)))] },
            FormattableString.Invariant($"{indexes.Sum(index => index.Packages.Count)} packages in {indexes.Count} {(indexes.Count == 1 ? "repository" : "repositories")}"));
    }

    private IEnumerable<AlpineRepository> Repositories(ImmutableArray<KeyFile> keyring, string architecture)
    {
        var keys = keyring.IsEmpty ? MachineKeys(architecture) : ApkKeyring.Of(keyring);
        return
        [
            .. Spec.Contents.PackageRepositories
                .OfType<RepositorySpec.Alpine>()
                .Select(repository => AlpineRepository.Create(
                    repository.IsPath ? Settings.PathBeside(Spec, repository.Location) : repository.Location, repository.Tag, Settings.DirectoryOf(Spec), keys)),
        ];
    }

    // /etc/apk/keys is what apk of an Alpine machine trusts; alpine-keys has those of other architectures beside it.
    private ApkKeyring MachineKeys(string architecture)
    {
        string[] directories = [.. new[] { "etc/apk/keys", $"usr/share/apk/keys/{architecture}" }.Select(directory => Path.Combine(Settings.MachineRoot, directory))];
        Settings.Trace?.AddDirectories(directories);
        var keys = directories
            .Where(Directory.Exists)
            .Aggregate(ApkKeyring.Empty, static (all, directory) => all.With(ApkKeyring.ReadDirectory(directory)));
        return keys.Names.Any() || Settings.AllowUntrusted
            ? keys
            : throw new BothyException($"cannot trust the repositories of {Spec.FileName}: there is no key to verify them with")
            {
                Hint = "Name the keys under 'contents.keyring', as paths or addresses; Alpine's are at https://alpinelinux.org/keys/.",
            };
    }

    private Task<ApkIndex> OpenAsync(AlpineIndex index, CancellationToken cancellationToken) => ApkIndex.OpenAsync(
        Settings.Store, index.Digest, () => index.ReadText(), new ApkIndexOrigin(index.Uri, index.Architecture, index.Repository.Tag), cancellationToken);

    private static ApkIndex? InstalledIn(BaseImage below, string architecture) =>
        below.System == PackageSystem.Apk && below.Contents.Tree.Find(below.Contents.Packages[0].Database)?.Content is { } content
            ? ApkIndex.ReadInstalled(content.ReadAll(), architecture)
            : null;

    // All that the base has stays, whether or not its world still asks for it.
    private static ImmutableArray<ApkDependency> Over(BaseImage below, ImmutableArray<ApkDependency> asked)
    {
        var world = new Dictionary<string, ApkDependency>(StringComparer.Ordinal);
        var there = below.Contents.Packages.Where(static package => package.System == PackageSystem.Apk).Select(static package => ApkDependency.Parse(package.Name));
        foreach (var dependency in there.Concat(ApkRecord.WorldOf(below.Contents.Tree)).Concat(asked))
        {
            world[dependency.Name] = dependency;
        }

        return [.. world.Values];
    }

    private void CheckBase(BaseImage below, IEnumerable<IApkIndex> indexes, string? release)
    {
        var all = indexes.ToList();
        bool Has(string name) => all.Exists(index => !index.Named(name).IsEmpty);
        BaseFit.Check(
            Spec,
            below,
            Has("alpine-baselayout") ? "alpine" : Has("wolfi-baselayout") ? "wolfi" : null,
            (Has("musl"), Has("glibc")) switch
            {
                (true, false) => CLibraryKind.Musl,
                (false, true) => CLibraryKind.Glibc,
                _ => null,
            },
            release);
    }

    // They are told apart by what each of them is built upon.
    private void CheckOneDistribution(IEnumerable<IApkIndex> indexes)
    {
        var all = indexes.ToList();
        if (all.Exists(index => !index.Named("alpine-baselayout").IsEmpty) && all.Exists(index => !index.Named("wolfi-baselayout").IsEmpty))
        {
            throw new BothyException($"cannot build {Spec.FileName}: it mixes packages of Alpine, made for musl, and of Wolfi, made for glibc")
            {
                Hint = "An image draws its packages from one distribution.",
            };
        }
    }

    private static string NameOf(KeyFile key) => key.Name[(key.Name.LastIndexOf('/') + 1)..];

    private static LockedArchitecture Locked(
        AlpineIndexes fetched, Resolution<ApkPackage>.Solved solved, Func<ApkIndexOrigin, AlpineIndex> indexOf) => new()
    {
        Repositories =
        [
            .. fetched.Indexes.Select(index => new LockedRepository.Alpine
            {
                Uri = index.Uri,
                Tag = index.Repository.Tag,
                Description = index.Description.Length > 0 ? index.Description : null,
                Date = index.Time,
                Index = index.Digest,
                Size = index.Size,
                Key = index.KeyName,
            }),
        ],
        Warnings = [.. fetched.Warnings, .. solved.Warnings],
        Packages = [.. solved.Packages.Select(chosen => Locked(chosen, indexOf))],
        Omitted = [.. solved.Omitted.Select(omitted => new LockedOmission(omitted.Package.Id, omitted.Reasons))],
    };

    private static LockedPackage Locked(SolvedPackage<ApkPackage> chosen, Func<ApkIndexOrigin, AlpineIndex> indexOf) => new()
    {
        Id = chosen.Package.Id,
        Source = chosen.Package.Origin.Length > 0 ? chosen.Package.Origin : chosen.Package.Name,
        SourceVersion = chosen.Package.Version.Text,
        Url = indexOf(chosen.Package.Index).PackageUri(chosen.Package.Name, chosen.Package.Version.Text),
        Size = chosen.Package.Size,
        Checksum = chosen.Package.Checksum,
        Tag = chosen.Package.Index.Tag,
        Reasons = chosen.Reasons,
    };
}
