using System.Collections.Immutable;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Assembly;
using Bothy.Engine.Bases;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.Slicing;
using Bothy.Inspection.Catalog;

namespace Bothy.Engine.Building;

/// <summary>From the plan of one architecture to its files: packages and base opened, and laid over each other.</summary>
internal sealed class PlannedAssembly(BuildSettings settings, ImageSpec spec)
{
    /// <summary>Sees to it that the packages of <paramref name="plan"/> are in the store, and opens them.</summary>
    /// <exception cref="BothyException">One of them cannot be had, or must not be used.</exception>
    public async Task<ImmutableArray<SuppliedPackage>> OpenPackagesAsync(string architecture, LockedArchitecture plan, CancellationToken cancellationToken)
    {
        using var supply = new PackageSupply(settings);
        return await supply.OpenAsync($"packages {architecture}", plan.Packages, cancellationToken);
    }

    // Like the packages, it is open for as long as the files that are assembled of it are used.
    public async Task<BaseImage?> OpenBaseAsync(string architecture, LockedArchitecture plan, CancellationToken cancellationToken) =>
        plan.Base is { } locked ? await new BaseImages(settings, spec).OpenAsync(BuildArchitectures.Named(architecture), locked, cancellationToken) : null;

    /// <summary>Lays packages over each other, with all effects and local files.</summary>
    /// <exception cref="BothyException">They do not fit together.</exception>
    public AssemblyResult Assemble(
        string name, LockedArchitecture plan, ImmutableArray<SuppliedPackage> packages, BuildInputs inputs, BaseImage? below, CancellationToken cancellationToken)
    {
        var request = new AssemblyRequest([.. packages.Select(package => package.Contents)], [.. plan.Omitted.Select(omitted => omitted.Id.Name)], spec)
        {
            Files = inputs.Files,
            Base = below?.Contents,
            Slices = SliceAssembly.Of(inputs.Slices, plan with { Packages = [.. packages.Select(package => package.Package)] }, BuildArchitectures.Named(name)),
            Apk = spec.Contents.IsAlpine || below?.System == PackageSystem.Apk ? Apk(BuildArchitectures.Named(name), plan) : null,
        };
        var assembly = Assembler.Assemble(request, cancellationToken);
        return below is null ? assembly : assembly with { Warnings = [.. InheritedConfig.Unheeded(below.Name, below.Config.Container), .. assembly.Warnings] };
    }

    private ApkAssembly Apk(ImageArchitecture architecture, LockedArchitecture plan) => new()
    {
        Architecture = architecture.Apk ?? throw new BothyException($"cannot build {spec.FileName} for {architecture}: apk has no such architecture"),
        Packages = [.. plan.Packages.Select(package => new ApkPackageFacts(package.Checksum.ToString()!, package.Size, package.Tag))],
        World = ApkWorld.Of(spec),
        Repositories = [.. spec.Contents.Repositories.Concat(spec.Contents.RuntimeRepositories).Select(repository => repository.Text).Distinct(StringComparer.Ordinal)],
        Keys = [.. plan.Keys.Select(key => new ApkKeyFile(key.Name, key.Text))],
    };
}
