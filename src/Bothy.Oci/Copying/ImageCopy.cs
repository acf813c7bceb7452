using Bothy.Formats.Text;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Oci.Copying;

/// <summary>
/// Copies an image, or an index with all its images, from one place to another: documents and blobs as they are, so that digests stay, and
/// no blob that is there. The manifests come last, so that a registry never shows one whose blobs are still on their way.
/// </summary>
/// <param name="source">Where from.</param>
/// <param name="target">Where to; nothing is there for others to see before the copy has ended well, but for what registries keep of uploads.</param>
/// <param name="options">What of it.</param>
public sealed class ImageCopy(ImageSource source, ImageTarget target, CopyOptions options)
{
    private const int MaxManifests = 10_000;
    private const int MaxDepth = 4;

    // Tags that cosign puts beside an image: signatures, attestations, lists of packages.
    private static readonly string[] TagSuffixes = ["sig", "att", "sbom"];

    private readonly BlobTransfer _blobs = new(source, target, options);
    private readonly Dictionary<Digest, Document> _documents = [];
    private int _referrers;

    /// <summary>Copies; to be called once.</summary>
    /// <exception cref="BothyException">Something cannot be had, is not what it should be, or cannot be written.</exception>
    public async Task<CopyResult> RunAsync(CancellationToken cancellationToken)
    {
        var (root, chosen) = await ChooseAsync(await source.ResolveAsync(cancellationToken), cancellationToken);
        var plan = new List<Document>();
        await PlanAsync(root, plan, 0, cancellationToken);
        await _blobs.RunAsync(plan.SelectMany(document => document.Blobs), cancellationToken);
        foreach (var document in plan.SkipLast(1))
        {
            await target.PutManifestAsync(document.Descriptor, document.Bytes, tag: null, cancellationToken);
        }

        await target.PutRootAsync(plan[^1].Descriptor, plan[^1].Bytes, cancellationToken);
        if (options.Referrers)
        {
            foreach (var document in plan)
            {
                await CopyReferrersAsync(document.Descriptor, 0, cancellationToken);
            }
        }

        await target.FinishAsync(cancellationToken);
        return new CopyResult(root)
        {
            Images = [.. plan.Select(document => document.Descriptor).Where(descriptor => MediaTypes.IsManifest(descriptor.MediaType))],
            Sent = _blobs.Sent,
            SentBytes = _blobs.SentBytes,
            Present = _blobs.Present,
            Referrers = _referrers,
            Chosen = chosen,
        };
    }

    private async Task<(Descriptor Root, Platform? Chosen)> ChooseAsync(Descriptor root, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(root.MediaType) || (options.Platform is null && target.HoldsIndexes))
        {
            return (root, null);
        }

        var index = (await ReadAsync(root, cancellationToken)).Index!;
        var image = PlatformChoice.Choose(source.Name, index.Manifests, options.Platform);
        return (image, options.Platform is null ? image.Platform : null);
    }

    // What an index names comes before the index.
    private async Task PlanAsync(Descriptor descriptor, List<Document> plan, int depth, CancellationToken cancellationToken)
    {
        var document = await ReadAsync(descriptor, cancellationToken);
        if (document.Index is { } index)
        {
            if (depth == MaxDepth)
            {
                throw new BothyException($"cannot copy {source.Name}: indexes of indexes of indexes have no end");
            }

            foreach (var child in index.Manifests.Where(child => plan.All(known => known.Descriptor.Digest != child.Digest)))
            {
                await PlanAsync(child, plan, depth + 1, cancellationToken);
            }
        }

        plan.Add(document);
    }

    private async Task<Document> ReadAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (_documents.TryGetValue(descriptor.Digest, out var known))
        {
            return known;
        }

        if (_documents.Count == MaxManifests)
        {
            throw new BothyException(FormattableString.Invariant($"cannot copy {source.Name}: it has more than {MaxManifests} manifests"));
        }

        bool isIndex = MediaTypes.IsIndex(descriptor.MediaType);
        if (!isIndex && !MediaTypes.IsManifest(descriptor.MediaType))
        {
            throw new BothyException($"cannot copy {source.Name}: it names {descriptor.Digest}, which is '{VisibleText.Of(descriptor.MediaType)}' and neither a manifest nor an index");
        }

        var bytes = await source.ReadDocumentAsync(descriptor, cancellationToken);
        string name = descriptor.Digest.ToString();
        var document = isIndex
            ? new Document(descriptor, bytes) { Index = ImageIndex.Parse(bytes, name) }
            : new Document(descriptor, bytes) { Manifest = ImageManifest.Parse(bytes, name) };
        string said = document.Index?.MediaType ?? document.Manifest!.MediaType;
        if (said != descriptor.MediaType)
        {
            throw new MalformedDataException(name, 0, $"it says it is '{said}' where '{descriptor.MediaType}' was promised");
        }

        _documents.Add(descriptor.Digest, document);
        return document;
    }

    private async Task CopyReferrersAsync(Descriptor subject, int depth, CancellationToken cancellationToken)
    {
        if (depth == MaxDepth)
        {
            return;
        }

        foreach (var referrer in await source.ReferrersAsync(subject.Digest, artifactType: null, cancellationToken))
        {
            if (!_documents.ContainsKey(referrer.Digest))
            {
                var document = await CopyPartsAsync(referrer, cancellationToken);
                await target.PutReferrerAsync(referrer, document.Bytes, subject, cancellationToken);
                await CopyReferrersAsync(referrer, depth + 1, cancellationToken);
            }
        }

        foreach (string suffix in TagSuffixes)
        {
            string tag = $"sha256-{subject.Digest.Hex}.{suffix}";
            if (await source.FindAsync(tag, cancellationToken) is { } tagged)
            {
                var document = await CopyPartsAsync(tagged, cancellationToken);
                await target.PutManifestAsync(tagged, document.Bytes, tag, cancellationToken);
            }
        }
    }

    private async Task<Document> CopyPartsAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var plan = new List<Document>();
        await PlanAsync(descriptor, plan, 0, cancellationToken);
        await _blobs.RunAsync(plan.SelectMany(document => document.Blobs), cancellationToken);
        foreach (var part in plan.SkipLast(1))
        {
            await target.PutManifestAsync(part.Descriptor, part.Bytes, tag: null, cancellationToken);
        }

        _referrers++;
        return plan[^1];
    }

    private sealed record Document(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes)
    {
        public ImageIndex? Index { get; init; }

        public ImageManifest? Manifest { get; init; }

        /// <summary>What a manifest names; but for what may not be given away (image-spec, layer.md, "Non-Distributable Layers").</summary>
        public IEnumerable<Descriptor> Blobs => Manifest is null ? [] : Manifest.Layers.Append(Manifest.Config).Where(IsDistributable);

        private static bool IsDistributable(Descriptor blob) =>
            !blob.MediaType.Contains(".nondistributable.", StringComparison.Ordinal) && !blob.MediaType.Contains(".foreign.", StringComparison.Ordinal);
    }
}
