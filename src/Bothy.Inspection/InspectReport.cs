using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Hardening;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Scans;
using Bothy.Inspection.Size;
using Bothy.Oci;

namespace Bothy.Inspection;

/// <summary>What of an image others have as well.</summary>
/// <param name="Beside">The others, by the names that they were given by.</param>
/// <param name="Registry">By blobs, compressed; the image itself is the first.</param>
/// <param name="Host">By chains of layers, unpacked; the image itself is the first.</param>
public sealed record SharedBytes(ImmutableArray<string> Beside, Company Registry, Company Host);

/// <summary>The answers to the questions that every image gets asked: how big is it, how many moving parts does it have, will its program run in it, and which vulnerabilities of it are known.</summary>
public sealed record InspectReport
{
    /// <summary>What is said where nobody looked for vulnerabilities.</summary>
    public const string ScanRemark = "There are no advisories on this machine, so nothing was looked up: this is no statement that there are none. 'bothy db update' gets some.";

    /// <summary>What the image is called.</summary>
    public required string Name { get; init; }

    /// <summary>The digest of its manifest.</summary>
    public required Digest? Digest { get; init; }

    /// <summary>What it runs on.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The distribution as it calls itself; null where it does not.</summary>
    public required string? Distribution { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset? Created { get; init; }

    /// <summary>How its containers start.</summary>
    public required ContainerConfig Container { get; init; }

    /// <summary>How big it is.</summary>
    public required SizeReport Size { get; init; }

    /// <summary>How many moving parts it has.</summary>
    public required MovingParts Parts { get; init; }

    /// <summary>Whether its program will run.</summary>
    public required RunReport Run { get; init; }

    /// <summary>How well its programs and libraries are hardened: for each property of <c>bothy check</c>, for how many files it holds.</summary>
    public required ImmutableArray<HardeningShare> Hardening { get; init; }

    /// <summary>Its known vulnerabilities; null where there are no advisories to find them by.</summary>
    public ScanOutcome? Scan { get; init; }

    /// <summary>What of it others have as well; null where it was looked at alone.</summary>
    public SharedBytes? Shared { get; init; }

    /// <summary>Answers about <paramref name="contents"/>, called <paramref name="name"/>; <paramref name="beside"/> are the images that it lives with.</summary>
    /// <exception cref="BothyException">A file of it cannot be read.</exception>
    public static InspectReport Of(string name, ImageContents contents, IReadOnlyList<ImageCost> beside, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(beside);
        return new InspectReport
        {
            Name = name,
            Digest = contents.Image?.ManifestDescriptor.Digest,
            Platform = contents.Platform,
            Distribution = contents.Release?.PrettyName,
            Created = contents.Image?.Config.Created,
            Container = contents.Container,
            Size = SizeReport.Of(contents),
            Parts = MovingParts.Of(contents.Tree, contents.Container, contents.Packages.Length),
            Run = RunReport.Of(contents, cancellationToken),
            Hardening = HardeningReport.Of(CheckSubject.Of(contents), cancellationToken).Shares,
            Shared = contents.Image is { } image && beside.Count > 0 ? SharedOf(ImageCost.Of(name, image), beside) : null,
        };
    }

    private static SharedBytes SharedOf(ImageCost own, IReadOnlyList<ImageCost> beside)
    {
        var all = beside.Prepend(own).ToList();
        return new SharedBytes([.. beside.Select(static image => image.Name)], ImageCost.InRegistry(all), ImageCost.OnHost(all));
    }
}
