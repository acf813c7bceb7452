using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Oci;

namespace Bothy.Inspection.Sbom;

/// <summary>
/// What an image is made of: its operating system, packages of the distribution and of programming languages, files with digests and owners, and which package
/// needs which. A function of the image and of the graph alone, so that equal images have equal bills.
/// </summary>
public sealed class BillOfMaterials
{
    private readonly SbomFiles _files;

    internal BillOfMaterials(SbomSubject subject, ImageContents contents, SbomFiles files, GraphSource? dependencySource, BomParts parts)
    {
        Subject = subject;
        Contents = contents;
        _files = files;
        DependencySource = dependencySource;
        Components = parts.Components;
        Dependencies = parts.Dependencies;
        Files = parts.Files;
        Unowned = parts.Unowned;
        PassedOver = parts.PassedOver;
    }

    /// <summary>The image.</summary>
    public SbomSubject Subject { get; }

    /// <summary>Files that look like the metadata of a language's package and tell nothing, and why.</summary>
    public ImmutableArray<string> PassedOver { get; }

    /// <summary>How many packages it lists, of the distribution and of languages, without sources.</summary>
    public int PackageCount => Components.Count(static component => component.Kind != BomKind.Source);

    /// <summary>How many files it lists.</summary>
    public int FileCount => Files.Length;

    internal ImageContents Contents { get; }

    internal GraphSource? DependencySource { get; }

    internal ImmutableArray<BomComponent> Components { get; }

    internal ImmutableArray<BomDependency> Dependencies { get; }

    internal ImmutableArray<BomFile> Files { get; }

    /// <summary>The files that no component has.</summary>
    internal ImmutableArray<BomFile> Unowned { get; }

    internal bool ListsAllFiles => _files == SbomFiles.All;

    /// <summary>The image's own; null where it is in no registry, since its name would be made up.</summary>
    internal PackageUrl? Purl =>
        Subject.Repository is { } repository ? PackageUrls.OfImage(repository, Subject.Manifest.Digest, Contents.Platform.Architecture) : null;

    /// <summary>Finds out what <paramref name="contents"/> is made of.</summary>
    /// <param name="contents">The files and packages of the image.</param>
    /// <param name="subject">The image.</param>
    /// <param name="graph">Which package needs which; null where that is not to be said.</param>
    /// <param name="files">The files to list.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">A file cannot be read.</exception>
    public static BillOfMaterials Of(ImageContents contents, SbomSubject subject, PackageGraph? graph, SbomFiles files, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        ArgumentNullException.ThrowIfNull(subject);
        return new BillOfMaterials(subject, contents, files, graph?.Source, BomGathering.Gather(contents, subject, graph, files, cancellationToken));
    }

    /// <summary>Writes the bill; the same bytes whenever and wherever.</summary>
    public void Write(SbomFormat format, Stream output)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (format)
        {
            case SbomFormat.Spdx:
                SpdxWriter.Write(this, output);
                break;
            case SbomFormat.CycloneDx:
                CycloneDxWriter.Write(this, output);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    /// <summary>The bytes that <see cref="Write"/> writes.</summary>
    public byte[] ToBytes(SbomFormat format)
    {
        using var bytes = new MemoryStream();
        Write(format, bytes);
        return bytes.ToArray();
    }

    /// <summary>The bill as an artifact that refers to the image, to be put beside it. The type of the artifact is the media type of the bill.</summary>
    public OciArtifact ToArtifact(SbomFormat format)
    {
        string mediaType = MediaTypeOf(format);
        return OciArtifact.About(Subject.Manifest, mediaType, [Blob.Of(mediaType, ToBytes(format))]);
    }

    /// <summary>The media type of a bill.</summary>
    public static string MediaTypeOf(SbomFormat format) => format switch
    {
        SbomFormat.Spdx => "application/spdx+json",
        SbomFormat.CycloneDx => "application/vnd.cyclonedx+json",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>What documents about the same image, of the same kind and by the same tool have in common, and no others: a name-based UUID (RFC 9562, version 5).</summary>
    internal Guid Identifier(string kind)
    {
        // The times of a document are part of it: with another SOURCE_DATE_EPOCH it is another one.
        string dependencies = DependencySource is { } source ? DependencySources.Word(source) : "";
        return NameUuid.Of(FormattableString.Invariant(
            $"{kind} {Subject.Manifest.Digest} {Subject.Name} {_files} {dependencies} {Subject.Created.ToUnixTimeSeconds()} bothy {Subject.ToolVersion}"));
    }
}

/// <summary>What was gathered.</summary>
internal sealed record BomParts(
    ImmutableArray<BomComponent> Components,
    ImmutableArray<BomDependency> Dependencies,
    ImmutableArray<BomFile> Files,
    ImmutableArray<BomFile> Unowned,
    ImmutableArray<string> PassedOver);
