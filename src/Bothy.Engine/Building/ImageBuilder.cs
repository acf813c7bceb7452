using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Slicing;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Matching;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>The sequence of a build: solve to a lock, then from the lock to files, layers and an image. Each step can be taken alone.</summary>
public sealed partial class ImageBuilder(BuildSettings settings)
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
        var wanted = ArchitecturesOf(spec, architectures);
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
            var supplied = await OpenAsync(name, architecture, cancellationToken);
            using var supply = new PackageSupply(settings);
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
        var below = await OpenBaseAsync(spec, name, plan, cancellationToken);
        return Assemble(spec, name, plan, await OpenAsync(name, plan, cancellationToken), inputs, below, cancellationToken);
    }

    private static AssemblyResult Assemble(
        ImageSpec spec, string name, LockedArchitecture plan, ImmutableArray<SuppliedPackage> packages, BuildInputs inputs, BaseImage? below, CancellationToken cancellationToken)
    {
        var request = new AssemblyRequest([.. packages.Select(package => package.Contents)], [.. plan.Omitted.Select(omitted => omitted.Id.Name)], spec)
        {
            Files = inputs.Files,
            Base = below?.Contents,
            Slices = SliceAssembly.Of(inputs.Slices, plan with { Packages = [.. packages.Select(package => package.Package)] }, ArchitectureNamed(name)),
            Apk = spec.Contents.IsAlpine || below?.System == PackageSystem.Apk ? Apk(spec, ArchitectureNamed(name), plan) : null,
        };
        var assembly = Assembler.Assemble(request, cancellationToken);
        return below is null ? assembly : assembly with { Warnings = [.. InheritedConfig.Unheeded(below.Name, below.Config.Container), .. assembly.Warnings] };
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
            var built = new List<Built>();
            foreach (var (name, locked) in plan.Architectures)
            {
                built.Add(await BuildOneAsync(spec, plan, name, locked, inputs, needsFiles, strict, cancellationToken));
            }

            var image = await FinishAsync(spec, plan, built, inputs, places.Image, cancellationToken);
            return !spec.Debug ? image : image with
            {
                Debug = await FinishAsync(spec, DebugVariant.Of(plan), [.. built.Select(each => each.Debug!)], inputs, places.Debug, cancellationToken),
            };
        });
    }

    private async Task<BuildResult> FinishAsync(
        ImageSpec spec, LockFile plan, List<Built> built, BuildInputs inputs, ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
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
    private void Record(ImageSpec spec, LockFile plan, Digest root, List<Built> built)
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

    private async Task<Built> BuildOneAsync(
        ImageSpec spec, LockFile plan, string name, LockedArchitecture locked, BuildInputs inputs, bool needsFiles, bool strict, CancellationToken cancellationToken)
    {
        var architecture = ArchitectureNamed(name);
        var earlier = new EarlierBuilds(settings.Store);
        var key = EarlierBuilds.KeyOf(spec, plan, name, locked, settings.SourceDateEpoch, inputs);
        bool asksAdvisories = settings.Check && BuildCheck.AsksAdvisories(spec);
        var subjects = new BuildSubjects(settings.Store);
        var subject = asksAdvisories ? subjects.TryFind(key) : null;
        var tests = new BuildTests(settings.Store);
        var tested = inputs.Tests is null ? [] : tests.TryFind(key, inputs.Tests);
        if (!needsFiles && asksAdvisories == subject is not null && tested is not null && earlier.TryFind(key, architecture) is { } known && !(settings.Check && known.Findings is null)
            && (spec.Debug ? earlier.TryFind(DebugVariant.KeyOf(key, locked), architecture) : null) is var knownDebug && spec.Debug == knownDebug is not null)
        {
            settings.Progress.Report(EarlierBuilds.NothingChanged(name));
            Report(spec, known.Warnings, known.Facts.Uncovered, strict);
            ReportFindings(spec, known, [.. OfAdvisories(spec, subject, cancellationToken), .. tested]);
            var whole = locked.AllPackages.All(package => package.Digest is not null) ? locked : null;
            return new Built(known, Tree: null, whole, Origins: null, key, IsFoundAgain: true)
            {
                Debug = knownDebug is null ? null : new Built(knownDebug, Tree: null, whole is null ? null : DebugVariant.Of(whole), Origins: null, DebugVariant.KeyOf(key, locked), IsFoundAgain: true),
            };
        }

        var packages = await OpenAsync(name, locked, cancellationToken);
        var below = await OpenBaseAsync(spec, name, locked, cancellationToken);
        var assembly = Assemble(spec, name, locked, packages, inputs, below, cancellationToken);
        Report(spec, assembly.Warnings, assembly.Uncovered, strict);
        long epoch = ImageComposer.Settle(assembly, settings.SourceDateEpoch, below?.Config.Created?.ToUnixTimeSeconds() ?? 0);
        var checking = settings.Check ? CheckAsync(spec, architecture, assembly, epoch, below, cancellationToken) : null;
        var image = await Task.Run(
            () => new ImageLayers(settings).Compose(spec, architecture, locked.Packages, assembly, epoch, below, cancellationToken), cancellationToken);
        var build = new EarlierBuild(image, Facts(architecture, locked, assembly, image), epoch, assembly.Warnings)
        {
            Findings = checking is null ? null : (await checking).AddRange(BuildCheck.OfSize(spec, image.Manifest.Layers.Sum(layer => layer.Size))),
        };
        earlier.Add(key, build);
        var ofAdvisories = OfAdvisories(spec, asksAdvisories ? subjects.Make(key, spec, locked, assembly.Tree, image.Config, cancellationToken) : null, cancellationToken);
        ReportFindings(spec, build, inputs.Tests is null ? ofAdvisories : ofAdvisories.AddRange(await tests.RunAsync(key, inputs.Tests, assembly.Tree, image, cancellationToken)));
        var complete = locked with { Packages = [.. packages.Select(package => package.Package)] };
        var built = new Built(build, assembly.Tree, complete, RecordedOrigins.Of(assembly.Tree, assembly.AskedBy), key, IsFoundAgain: false);
        return spec.Debug ? await WithDebugAsync(spec, name, built, cancellationToken) : built;
    }

    // Beside the layers, which take longer; both only read the tree.
    private static Task<ImmutableArray<Finding>> CheckAsync(
        ImageSpec spec, ImageArchitecture architecture, AssemblyResult assembly, long epoch, BaseImage? below, CancellationToken cancellationToken)
    {
        var config = ImageComposer.Config(spec, architecture, assembly, epoch, layers: [], below);
        _ = assembly.Tree.Entries;
        return Task.Run(() => BuildCheck.Run(spec, assembly.Tree, config.Container, config.Platform, below?.Contents, cancellationToken), cancellationToken);
    }

    private ImmutableArray<Finding> OfAdvisories(ImageSpec spec, ScanSubject? subject, CancellationToken cancellationToken) =>
        subject is null ? [] : BuildCheck.OfAdvisories(spec, settings, subject, cancellationToken);

    private void ReportFindings(ImageSpec spec, EarlierBuild build, ImmutableArray<Finding> more)
    {
        if (settings.Check)
        {
            BuildCheck.Report(spec, [.. build.Findings ?? [], .. more], settings.Progress);
        }
    }

    private static OciContent ContentOf(ImageSpec spec, List<Built> built) => built is [var only]
        ? only.Build.Image
        : OciIndex.Create(built.Select(each => each.Build.Image), ImageComposer.Annotations(spec, built.Max(each => each.Build.Epoch)));

    private async Task DeliverAsync(ImageSpec spec, List<Built> built, ImmutableArray<Destination> destinations, CancellationToken cancellationToken)
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

    // Like the packages, it is open for as long as the files that are assembled of it are used.
    private async Task<BaseImage?> OpenBaseAsync(ImageSpec spec, string architecture, LockedArchitecture plan, CancellationToken cancellationToken) =>
        plan.Base is { } locked ? await new BaseImages(settings, spec).OpenAsync(ArchitectureNamed(architecture), locked, cancellationToken) : null;

    private async Task<ImmutableArray<SuppliedPackage>> OpenAsync(string architecture, LockedArchitecture plan, CancellationToken cancellationToken)
    {
        using var supply = new PackageSupply(settings);
        return await supply.OpenAsync($"packages {architecture}", plan.Packages, cancellationToken);
    }

    private static ApkAssembly Apk(ImageSpec spec, ImageArchitecture architecture, LockedArchitecture plan) => new()
    {
        Architecture = architecture.Apk ?? throw new BothyException($"cannot build {spec.FileName} for {architecture}: apk has no such architecture"),
        Packages = [.. plan.Packages.Select(package => new ApkPackageFacts(package.Checksum.ToString()!, package.Size, package.Tag))],
        World = ApkWorld.Of(spec),
        Repositories = [.. spec.Contents.Repositories.Concat(spec.Contents.RuntimeRepositories).Select(repository => repository.Text).Distinct(StringComparer.Ordinal)],
        Keys = [.. plan.Keys.Select(key => new ApkKeyFile(key.Name, key.Text))],
    };

    private void Report(ImageSpec spec, ImmutableArray<string> warnings, ImmutableArray<UncoveredScript> uncovered, bool strict)
    {
        foreach (string warning in warnings)
        {
            settings.Progress.Report(new BuildEvent.Warning(warning));
        }

        if (uncovered.IsEmpty)
        {
            return;
        }

        string scripts = string.Join("\n  ", uncovered);
        if (strict)
        {
            throw new BothyException($"cannot build {spec.FileName} strictly: maintainer scripts do what nothing stands in for:\n  {scripts}")
            {
                Hint = "Build without --strict if the image does not need what they do.",
            };
        }

        settings.Progress.Report(new BuildEvent.Warning($"maintainer scripts that nothing stands in for:\n  {scripts}"));
    }

    private static BuiltImage Facts(ImageArchitecture architecture, LockedArchitecture plan, AssemblyResult assembly, OciImage image) => new(
        architecture,
        image.Root.Descriptor.Digest,
        image.Manifest.Layers.Sum(layer => layer.Size),
        ImageLayers.SizeOf(assembly.Tree),
        plan.Packages.Length + (plan.Base?.Packages.Length ?? 0),
        assembly.Tree.Entries.Count(entry => entry.Kind == EntryKind.File),
        assembly.Uncovered,
        assembly.Dropped);

    private static ImmutableArray<ImageArchitecture> ArchitecturesOf(ImageSpec spec, ImmutableArray<ImageArchitecture> asked)
    {
        if (asked.Length > 0)
        {
            return [.. asked.Distinct()];
        }

        return spec.Architectures.Length > 0 ? [.. spec.Architectures.Select(architecture => architecture.Value)] : [MachineArchitecture()];
    }

    private static ImageArchitecture ArchitectureNamed(string name) =>
        ImageArchitecture.TryParse(name, preferDebian: false, out var architecture)
            ? architecture
            : throw new BothyException($"cannot build for '{name}': no such architecture");

    private static ImageArchitecture MachineArchitecture()
    {
        string name = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm/v7",
            Architecture.X86 => "386",
            Architecture.Ppc64le => "ppc64le",
            Architecture.S390x => "s390x",
            Architecture.RiscV64 => "riscv64",
            var other => throw new BothyException($"cannot tell which architecture to build for: this machine is {other}") { Hint = "Say it with --arch." },
        };
        return ArchitectureNamed(name);
    }

    // Locked is null where an index alone was read, which does not tell the digests of packages.
    private sealed record Built(
        EarlierBuild Build, FileTree? Tree, LockedArchitecture? Locked, ImmutableDictionary<TreePath, Origin>? Origins, Digest Key, bool IsFoundAgain)
    {
        /// <summary>Its debug variant; null where none is wanted.</summary>
        public Built? Debug { get; init; }
    }
}
