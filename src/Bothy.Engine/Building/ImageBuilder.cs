using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Slicing;
using Bothy.Formats.Trees;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>The sequence of a build: solve to a lock, then from the lock to files, layers and an image. Each step can be taken alone.</summary>
public sealed class ImageBuilder(BuildSettings settings)
{
    /// <summary>Decides what the image holds, from indexes alone.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="architectures">What for; empty for those of the image file, else this machine's.</param>
    /// <param name="previous">The lock whose releases are the oldest to be accepted; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">The image file asks for what cannot be built, a repository cannot be trusted, or there is no solution.</exception>
    public async Task<LockFile> SolveAsync(
        ImageSpec spec, ImmutableArray<ImageArchitecture> architectures, LockFile? previous, CancellationToken cancellationToken)
    {
        Begin(spec);
        var wanted = BuildArchitectures.Of(spec, architectures);
        var slices = SliceDefinitions.Open(spec, settings);
        var bases = new Dictionary<string, BaseImage>(StringComparer.Ordinal);
        try
        {
            foreach (var architecture in spec.Contents.Base is null ? [] : wanted)
            {
                // Where the image is now that the base's name means, only whoever has it can say.
                settings.Trace?.LeaveIncomplete();
                bases[architecture.Name] = await new BaseImages(settings, spec)
                    .ResolveAsync(architecture, previous?.Architectures.GetValueOrDefault(architecture.Name)?.Base, cancellationToken);
            }

            IPlanner planner = spec.Contents.IsAlpine ? new AlpinePlanner(settings, spec, bases) : new DebianPlanner(settings, spec, bases, slices);
            return new LockFile
            {
                Tool = new LockedTool("bothy", Tool.Version, Tool.Compression),
                ImageFileName = Path.GetFileName(spec.FileName),
                Inputs = LockInputs.Of(spec),
                Slices = slices?.Digest,
                Architectures = await planner.PlanAsync(wanted, previous, cancellationToken),
            };
        }
        finally
        {
            foreach (var image in bases.Values)
            {
                image.Dispose();
            }
        }
    }

    /// <summary>The digest of the slice definitions that <paramref name="spec"/> names, as they are now; null where it names none.</summary>
    /// <exception cref="BothyException">They cannot be read.</exception>
    public Digest? SlicesOf(ImageSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return SliceDefinitions.Open(spec, settings)?.Digest;
    }

    /// <summary>Sees to it that every package of <paramref name="plan"/> is in the store, verified and decoded.</summary>
    /// <returns>The plan with the digest of each package, as a lock has them.</returns>
    /// <exception cref="BothyException">One of them cannot be had, or must not be used.</exception>
    public async Task<LockFile> FetchAsync(LockFile plan, CancellationToken cancellationToken)
    {
        var architectures = plan.Architectures;
        foreach (var (name, architecture) in plan.Architectures)
        {
            using var supply = new PackageSupply(settings);
            var supplied = await supply.OpenAsync($"packages {name}", architecture.Packages, cancellationToken);
            var debug = architecture.Debug.IsEmpty ? [] : await supply.OpenAsync($"toolbox {name}", architecture.Debug, cancellationToken);
            architectures = architectures.SetItem(name, architecture with { Packages = [.. supplied.Select(one => one.Package)], Debug = [.. debug.Select(one => one.Package)] });
        }

        return plan with { Architectures = architectures };
    }

    /// <summary>Keeps a copy of each package file of <paramref name="plan"/> in <paramref name="directory"/>; they have to be in the store.</summary>
    /// <exception cref="BothyException">One of them is not, or cannot be written.</exception>
    public async Task VendorAsync(LockFile plan, string directory, CancellationToken cancellationToken)
    {
        var vendor = new VendorDirectory(directory);
        foreach (var package in plan.Architectures.Values.SelectMany(architecture => architecture.AllPackages).DistinctBy(package => package.KnownDigest))
        {
            await using var content = settings.Store.TryOpen(package.KnownDigest) ?? throw new BothyException($"cannot keep {package.Id}: it is not in the store");
            await vendor.AddAsync(package, content, cancellationToken);
        }
    }

    /// <summary>The packages of <paramref name="plan"/>, opened and laid over each other with all effects, without writing anything.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="name">The architecture's name, for progress.</param>
    /// <param name="plan">The lock of that architecture.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A package cannot be had, or they do not fit together.</exception>
    public async Task<AssemblyResult> AssembleAsync(ImageSpec spec, string name, LockedArchitecture plan, CancellationToken cancellationToken)
    {
        var inputs = await BuildInputs.ReadAsync(spec, settings, cancellationToken);
        var assembling = new PlannedAssembly(settings, spec);
        var below = await assembling.OpenBaseAsync(name, plan, cancellationToken);
        return assembling.Assemble(name, plan, await assembling.OpenPackagesAsync(name, plan, cancellationToken), inputs, below, cancellationToken);
    }

    /// <summary>Builds what <paramref name="plan"/> says, and its debug variant where the image file asks for one, and writes both to <paramref name="places"/>.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="plan">The lock of it.</param>
    /// <param name="places">Where to.</param>
    /// <param name="strict">Whether a maintainer script that nothing stands in for is an error.</param>
    /// <param name="cancellationToken">Ends it; nothing half-written is left.</param>
    /// <exception cref="BothyException">Something cannot be had, used or written.</exception>
    public async Task<BuildResult> BuildAsync(
        ImageSpec spec, LockFile plan, BuildPlaces places, bool strict, CancellationToken cancellationToken)
    {
        Begin(spec);
        if (plan.Tool.Compression != Tool.Compression)
        {
            settings.Progress.Report(new BuildEvent.Warning(
                $"the lock was written for compression {plan.Tool.Compression} and this version's is {Tool.Compression}: the files are the same, the digests are not"));
        }

        var inputs = await BuildInputs.ReadAsync(spec, settings, cancellationToken);
        if (inputs.Slices?.Digest != plan.Slices)
        {
            throw new BothyException($"cannot build {spec.FileName}: the slice definitions in '{spec.Contents.Slices?.Value}' are not those that its packages were chosen by");
        }

        // What is damaged has been taken out of the store by whoever found it, a layer as late as on its way out: a second look makes it anew.
        // Only a destination that takes files makes it necessary to have them.
        bool needsFiles = places.All.Any(destination => destination.NeedsFiles);
        return await Repair.MakingAnewAsync(async () =>
        {
            var builder = new ArchitectureBuilder(settings, spec, plan, inputs, strict);
            var built = new List<ArchitectureBuild>();
            foreach (var (name, locked) in plan.Architectures)
            {
                built.Add(await builder.BuildAsync(name, locked, needsFiles, cancellationToken));
            }

            var image = await FinishAsync(spec, plan, built, inputs, places.Image, cancellationToken);
            return !spec.Debug ? image : image with
            {
                Debug = await FinishAsync(spec, DebugVariant.Of(plan), [.. built.Select(each => each.Debug!)], inputs, places.Debug, cancellationToken),
            };
        });
    }

    private async Task<BuildResult> FinishAsync(
        ImageSpec spec, LockFile plan, List<ArchitectureBuild> built, BuildInputs inputs, ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
    {
        await DeliverAsync(spec, built, destinations, cancellationToken);
        var content = ContentOf(spec, built);
        var root = content.Root.Descriptor.Digest;
        Record(spec, plan, root, built);
        return new BuildResult(root, [.. built.Select(each => each.Build.Facts)], content)
        {
            LocalFiles = inputs.Files,
            FoundBy = built is [{ IsFoundAgain: true } only] ? only.Key : null,
        };
    }

    /// <summary>What travels with the image that was built of <paramref name="plan"/>: the image file and the plan with the digest of each package.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="plan">The lock it was built of, or the plan that was solved.</param>
    /// <param name="built">What was built.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A package has to be fetched to know its digest, and cannot be.</exception>
    public async Task<AttachedLock> AttachmentAsync(ImageSpec spec, LockFile plan, BuildResult built, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(built);
        var complete = LockCompletion.Of(plan) ?? LockCompletion.Of(plan, new BuildRecords(settings.Store).TryFind(built.Digest)?.Lock) ?? await FetchAsync(plan, cancellationToken);

        // A lock of an older version was followed; this one made the image.
        return new AttachedLock(complete with { Tool = new LockedTool("bothy", Tool.Version, Tool.Compression) }, spec)
        {
            SourceDateEpoch = settings.SourceDateEpoch,
            LocalFiles = AttachedFiles.Of(built.LocalFiles),
            Slices = SliceDefinitions.Open(spec, settings),
        };
    }

    // What was found again is recorded already, unless its notes were removed by hand.
    private void Record(ImageSpec spec, LockFile plan, Digest root, List<ArchitectureBuild> built)
    {
        var records = new BuildRecords(settings.Store);
        Digest[] digests = [.. built.SelectMany(each => new[] { each.Build.Facts.Digest, each.Build.Image.Manifest.Config.Digest }).Append(root).Distinct()];
        if (built.Exists(each => each.Locked is null) || (built.TrueForAll(each => each.IsFoundAgain) && Array.TrueForAll(digests, records.Contains)))
        {
            return;
        }

        var complete = plan with
        {
            Architectures = plan.Architectures.SetItems(built.Select(each => KeyValuePair.Create(each.Build.Facts.Architecture.Name, each.Locked!))),
        };
        var record = new BuildRecord(
            Path.GetFullPath(spec.FileName, settings.WorkingDirectory), Digest.Of(Encoding.UTF8.GetBytes(ImageSpecWriter.ToYaml(spec))), complete)
        {
            Origins = built.Where(each => each.Origins is not null)
                .ToImmutableSortedDictionary(each => each.Build.Facts.Architecture.Name, each => each.Origins!, StringComparer.Ordinal),
        };
        foreach (var digest in digests)
        {
            records.Add(digest, record);
        }
    }

    private static OciContent ContentOf(ImageSpec spec, List<ArchitectureBuild> built) => built is [var only]
        ? only.Build.Image
        : OciIndex.Create(built.Select(each => each.Build.Image), ImageComposer.Annotations(spec, built.Max(each => each.Build.Epoch)));

    private async Task DeliverAsync(ImageSpec spec, List<ArchitectureBuild> built, ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
    {
        var trees = built.Select(each => each.Tree).OfType<FileTree>();
        var delivery = new Delivery(ContentOf(spec, built), [.. trees], built.Max(each => each.Build.Epoch)) { Parallelism = settings.Parallelism };
        foreach (var destination in destinations)
        {
            foreach (string loss in destination.Losses(delivery))
            {
                settings.Progress.Report(new BuildEvent.Warning(loss));
            }

            await Task.Run(() => destination.Write(delivery, cancellationToken), cancellationToken);
        }
    }

    private void Begin(ImageSpec spec)
    {
        Readiness.Check(spec);

        // Mistakes in tests are told before anything is solved or fetched.
        _ = BuildInputs.TestsOf(spec, settings);
        foreach (var warning in spec.Warnings)
        {
            settings.Progress.Report(new BuildEvent.Warning($"{warning.Mark}: {warning.Value}"));
        }
    }
}
