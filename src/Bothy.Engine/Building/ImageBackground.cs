using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Oci;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>What is known of how an image came about, from the best of the sources there are.</summary>
/// <param name="Graph">Why its packages are there.</param>
/// <param name="Source">The source in words, to stand after "from".</param>
public sealed record ImageBackground(PackageGraph Graph, string Source)
{
    /// <summary>Where each file and link came from; null where only the package database tells.</summary>
    public IReadOnlyDictionary<TreePath, Origin>? Origins { get; init; }

    /// <summary>The image file, as far as it decides the packages; null where it is not known.</summary>
    public ImageSpec? ImageFile { get; init; }

    /// <summary>What of better sources could not be used, in sentences for people.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>
    /// Asks, in this order: the store's record of the build, the lock attached to the image, the package database.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="source">Where the image was read from.</param>
    /// <param name="contents">What is in it; it was read from there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ImageBackground> FindAsync(ContentStore store, ImageSource source, ImageContents contents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        var image = contents.Image ?? throw new ArgumentException("it was not read from an image", nameof(contents));
        var records = new BuildRecords(store);
        foreach (var digest in new[] { image.ManifestDescriptor.Digest, image.Root.Digest, image.Manifest.Config.Digest })
        {
            if (records.TryFind(digest) is { } record && NameOf(record.Lock, contents.Platform) is { } name)
            {
                return new ImageBackground(
                    LockGraph.Of(record.Lock.Architectures[name], record.Lock.Inputs, GraphSource.BuildRecord), $"the store's record of the build of {record.Lock.ImageFileName}")
                {
                    Origins = record.Origins.GetValueOrDefault(name),
                    ImageFile = SpecOf(record.Lock, record.ImageFile),
                };
            }
        }

        var warnings = ImmutableArray.CreateBuilder<string>();
        foreach (var subject in new[] { image.Root, image.ManifestDescriptor }.DistinctBy(descriptor => descriptor.Digest))
        {
            if (await TryReadAsync(source, subject, warnings, cancellationToken) is { } attached && NameOf(attached.Lock, contents.Platform) is { } name)
            {
                return new ImageBackground(
                    LockGraph.Of(attached.ArchitectureOf(name), attached.Lock.Inputs, GraphSource.AttachedLock), $"the lock of {attached.Lock.ImageFileName} that is attached to the image")
                {
                    ImageFile = attached.ImageFile,
                    Warnings = warnings.ToImmutable(),
                };
            }
        }

        return new ImageBackground(InferredGraph.Of(contents), "the image's package database: requests and choices are inferred") { Warnings = warnings.ToImmutable() };
    }

    private static async Task<AttachedLock?> TryReadAsync(
        ImageSource source, Descriptor subject, ImmutableArray<string>.Builder warnings, CancellationToken cancellationToken)
    {
        try
        {
            return await AttachedLock.FindAsync(source, subject, cancellationToken);
        }
        catch (BothyException failure)
        {
            warnings.Add(failure.Message);
            return null;
        }
    }

    /// <summary>The name of the architecture of a lock that is for <paramref name="platform"/>; null where none is.</summary>
    internal static string? NameOf(LockFile lockFile, Platform platform) =>
        new[] { $"{platform.Architecture}/{platform.Variant}", platform.Architecture }.FirstOrDefault(lockFile.Architectures.ContainsKey);

    // A lock repeats what of its image file decides the packages; relative names in it start at the file's directory.
    internal static ImageSpec SpecOf(LockFile lockFile, string imageFile)
    {
        var inputs = lockFile.Inputs;
        var yaml = new YamlEmitter();
        yaml.Map("contents", () =>
        {
            yaml.Texts("repositories", inputs.Repositories);
            yaml.Texts("keyring", inputs.Keyring);
            yaml.Texts("packages", inputs.Packages);
            if (inputs.Settings.TryGetValue("slices", out string? slices))
            {
                yaml.Text("slices", slices);
            }

            yaml.Texts("omit", inputs.Omit);
            if (inputs.Settings.GetValueOrDefault("base") is { } below)
            {
                yaml.Text("base", below);
            }
        });
        var spec = ImageFiles.ImageFile.Parse(imageFile, Encoding.UTF8.GetBytes(yaml.ToString()));
        spec = spec with { Init = inputs.Settings.GetValueOrDefault("init") };
        return inputs.Settings.GetValueOrDefault("entrypoint.type") == "service-bundle"
            ? spec with { Entrypoint = new EntrypointSpec([], ShellFragment: null, IsServiceBundle: true, ImageSpec.NoTexts) }
            : spec;
    }
}
