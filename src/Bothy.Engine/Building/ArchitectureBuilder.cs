using System.Collections.Immutable;
using Bothy.Engine.Assembly;
using Bothy.Engine.Bases;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Matching;
using Bothy.Oci.Layers;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>Builds the image of one architecture from its plan: packages, files, checks and tests, layers; and its debug variant.</summary>
/// <param name="settings">What it works with.</param>
/// <param name="spec">The image file.</param>
/// <param name="plan">The lock of it, or what was solved.</param>
/// <param name="inputs">What the image has beside packages.</param>
/// <param name="strict">Whether a maintainer script that nothing stands in for is an error.</param>
internal sealed class ArchitectureBuilder(BuildSettings settings, ImageSpec spec, LockFile plan, BuildInputs inputs, bool strict)
{
    /// <summary>Builds one architecture, or finds it again where nothing has changed and <paramref name="needsFiles"/> says that its files are of no use.</summary>
    /// <exception cref="BothyException">Something cannot be had or used, or the image must not be delivered.</exception>
    public async Task<ArchitectureBuild> BuildAsync(string name, LockedArchitecture locked, bool needsFiles, CancellationToken cancellationToken)
    {
        var architecture = BuildArchitectures.Named(name);
        var assembling = new PlannedAssembly(settings, spec);
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
            Report(known.Warnings, known.Facts.Uncovered);
            ReportFindings(known, [.. OfAdvisories(subject, cancellationToken), .. tested]);
            var whole = locked.AllPackages.All(package => package.Digest is not null) ? locked : null;
            return new ArchitectureBuild(known, Tree: null, whole, Origins: null, key, IsFoundAgain: true)
            {
                Debug = knownDebug is null ? null : new ArchitectureBuild(knownDebug, Tree: null, whole is null ? null : DebugVariant.Of(whole), Origins: null, DebugVariant.KeyOf(key, locked), IsFoundAgain: true),
            };
        }

        var packages = await assembling.OpenPackagesAsync(name, locked, cancellationToken);
        var below = await assembling.OpenBaseAsync(name, locked, cancellationToken);
        var assembly = assembling.Assemble(name, locked, packages, inputs, below, cancellationToken);
        Report(assembly.Warnings, assembly.Uncovered);
        long epoch = ImageComposer.Settle(assembly, settings.SourceDateEpoch, below?.Config.Created?.ToUnixTimeSeconds() ?? 0);
        var checking = settings.Check ? CheckAsync(architecture, assembly, epoch, below, cancellationToken) : null;
        var image = await Task.Run(
            () => new ImageLayers(settings).Compose(spec, architecture, locked.Packages, assembly, epoch, below, cancellationToken), cancellationToken);
        var build = new EarlierBuild(image, Facts(architecture, locked, assembly, image), epoch, assembly.Warnings)
        {
            Findings = checking is null ? null : (await checking).AddRange(BuildCheck.OfSize(spec, image.Manifest.Layers.Sum(layer => layer.Size))),
        };
        earlier.Add(key, build);
        var ofAdvisories = OfAdvisories(asksAdvisories ? subjects.Make(key, spec, locked, assembly.Tree, image.Config, cancellationToken) : null, cancellationToken);
        ReportFindings(build, inputs.Tests is null ? ofAdvisories : ofAdvisories.AddRange(await tests.RunAsync(key, inputs.Tests, assembly.Tree, image, cancellationToken)));
        var complete = locked with { Packages = [.. packages.Select(package => package.Package)] };
        var built = new ArchitectureBuild(build, assembly.Tree, complete, RecordedOrigins.Of(assembly.Tree, assembly.AskedBy), key, IsFoundAgain: false);
        return spec.Debug ? await WithDebugAsync(name, built, cancellationToken) : built;
    }

    // What the plain image was locked to has the package of the toolbox by digest from here on.
    private async Task<ArchitectureBuild> WithDebugAsync(string name, ArchitectureBuild plain, CancellationToken cancellationToken)
    {
        var locked = plain.Locked!;
        using var supply = new PackageSupply(settings);
        var packages = await supply.OpenAsync($"toolbox {name}", locked.Debug, cancellationToken);
        var toolbox = packages is [var only] ? only : throw new BothyException($"cannot build a debug variant of {spec.FileName}: its lock names no {Toolbox.Package}")
        {
            Hint = $"Write it anew with 'bothy lock {spec.FileName} --debug'.",
        };
        var (image, facts, epoch, _) = plain.Build;
        var tree = DebugVariant.FilesOf(spec, plain.Tree!, toolbox.Contents);
        ImageComposer.Settle(tree, epoch);
        var above = LayerAbove.Between("toolbox", plain.Tree!, tree)!;
        var options = new LayerOptions { Epoch = epoch, Compression = spec.Compression, Parallelism = settings.Parallelism };
        var layer = await Task.Run(() => new LayerStore(settings.Store).Get(above.Tree, options, cancellationToken), cancellationToken);
        var variant = DebugVariant.Compose(image, layer, toolbox.Package.Id);
        settings.Progress.Report(new BuildEvent.Finished($"debug {name}", $"one more layer, {ByteSize.Text(layer.Layer.Blob.Size)} compressed"));
        var build = new EarlierBuild(
            variant,
            facts with
            {
                Digest = variant.Root.Descriptor.Digest,
                CompressedSize = variant.Manifest.Layers.Sum(one => one.Size),
                UnpackedSize = ImageLayers.SizeOf(tree),
                Packages = facts.Packages + 1,
                Files = tree.Entries.Count(entry => entry.Kind == EntryKind.File),
            },
            epoch,
            Warnings: [])
        {
            // What the check found in the image was said of the image; the toolbox needs nothing of it.
            Findings = settings.Check ? [] : null,
        };
        var key = DebugVariant.KeyOf(plain.Key, locked);
        new EarlierBuilds(settings.Store).Add(key, build);
        var complete = locked with { Debug = [toolbox.Package] };
        return plain with { Locked = complete, Debug = new ArchitectureBuild(build, tree, DebugVariant.Of(complete), RecordedOrigins.Of(tree), key, IsFoundAgain: false) };
    }

    // Beside the layers, which take longer; both only read the tree.
    private Task<ImmutableArray<Finding>> CheckAsync(
        ImageArchitecture architecture, AssemblyResult assembly, long epoch, BaseImage? below, CancellationToken cancellationToken)
    {
        var config = ImageComposer.Config(spec, architecture, assembly, epoch, layers: [], below);
        _ = assembly.Tree.Entries;
        return Task.Run(() => BuildCheck.Run(spec, assembly.Tree, config.Container, config.Platform, below?.Contents, cancellationToken), cancellationToken);
    }

    private ImmutableArray<Finding> OfAdvisories(ScanSubject? subject, CancellationToken cancellationToken) =>
        subject is null ? [] : BuildCheck.OfAdvisories(spec, settings, subject, cancellationToken);

    private void ReportFindings(EarlierBuild build, ImmutableArray<Finding> more)
    {
        if (settings.Check)
        {
            BuildCheck.Report(spec, [.. build.Findings ?? [], .. more], settings.Progress);
        }
    }

    private void Report(ImmutableArray<string> warnings, ImmutableArray<UncoveredScript> uncovered)
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
}
