using System.Collections.Immutable;
using System.Globalization;
using Bothy.Oci.Signing.Attestations;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Oci.Signing;

/// <summary>
/// Puts signatures and attestations beside images, in one or both of cosign's shapes. Those that are there stay; one that says the same by the
/// same key is not added again.
/// </summary>
/// <param name="source">The place of the image, to be read.</param>
/// <param name="target">The same place, to be written. It is for the caller to finish.</param>
/// <param name="key">The key that signs.</param>
public sealed class ImageSigner(ImageSource source, ImageTarget target, SigningKey key)
{
    private const string Created = "org.opencontainers.image.created";

    /// <summary>In which shapes.</summary>
    public SignatureShape Shape { get; init; } = SignatureShape.Both;

    /// <summary>The time that bundles are listed with.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The name of the image's repository, which signatures in the older shape and statements carry.</summary>
    public required string Reference { get; init; }

    /// <summary>Signs an image: its manifest or its index.</summary>
    /// <returns>How many signatures were added; none where the same are there.</returns>
    /// <exception cref="BothyException">The place cannot be read or written.</exception>
    public Task<int> SignAsync(Descriptor image, ImmutableSortedDictionary<string, string> annotations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(annotations);
        byte[] payload = new SimpleSigningPayload(Reference, image.Digest, annotations).ToJson();
        var statement = new InTotoStatement
        {
            Subjects = [new StatementSubject(Name: null, image.Digest.Hex) { Annotations = annotations }],
            PredicateType = PredicateTypes.Signature,
            Predicate = "{}"u8.ToArray(),
        };
        return AddAsync(image, statement, SignatureTag.OfSignatures(image.Digest), () => PayloadLayer(payload), IsThisPayload, cancellationToken);

        bool IsThisPayload(FoundSignature found) =>
            found is FoundSignature.Simple simple && simple.Payload.AsSpan().SequenceEqual(payload) && key.PublicKey.Verifies(simple.Payload, simple.Signature);
    }

    /// <summary>Attests something about an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="predicateType">What kind of thing: a URI.</param>
    /// <param name="predicate">What, in JSON.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many attestations were added; none where the same are there.</returns>
    /// <exception cref="BothyException">The place cannot be read or written, or the predicate is not JSON.</exception>
    public Task<int> AttestAsync(Descriptor image, string predicateType, ReadOnlyMemory<byte> predicate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var statement = new InTotoStatement
        {
            Subjects = [new StatementSubject(Reference, image.Digest.Hex)],
            PredicateType = predicateType,
            Predicate = predicate,
        };
        byte[] payload = statement.ToJson();
        return AddAsync(image, statement, SignatureTag.OfAttestations(image.Digest), () => EnvelopeLayer(payload, predicateType), IsThisStatement, cancellationToken);

        bool IsThisStatement(FoundSignature found) => found is FoundSignature.Attestation attestation && IsOurs(attestation.Envelope, payload);
    }

    private async Task<int> AddAsync(
        Descriptor image,
        InTotoStatement statement,
        string tag,
        Func<Blob> layer,
        Predicate<FoundSignature> isSame,
        CancellationToken cancellationToken)
    {
        var found = await new ImageSignatures(source).FindAsync(image, cancellationToken);
        byte[] payload = statement.ToJson();
        int added = 0;
        if (Shape.HasFlag(SignatureShape.Bundle) && !found.Any(one => one is FoundSignature.Bundled { Bundle.Envelope: { } envelope } && IsOurs(envelope, payload)))
        {
            await PutBundleAsync(image, statement.PredicateType, payload, cancellationToken);
            added++;
        }

        if (Shape.HasFlag(SignatureShape.Tag) && !found.Any(one => isSame(one)))
        {
            await PutLayerAsync(tag, layer(), cancellationToken);
            added++;
        }

        return added;
    }

    private bool IsOurs(DsseEnvelope envelope, byte[] payload) =>
        envelope.PayloadType == DsseEnvelope.InToto && envelope.Payload.AsSpan().SequenceEqual(payload) && envelope.IsSignedBy(key.PublicKey);

    private async Task PutBundleAsync(Descriptor image, string predicateType, byte[] payload, CancellationToken cancellationToken)
    {
        var bundle = SigstoreBundle.Of(DsseEnvelope.Sign(DsseEnvelope.InToto, payload, key), key.PublicKey);
        var annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .Add(SigstoreBundle.ContentAnnotation, SigstoreBundle.EnvelopeContent)
            .Add(SigstoreBundle.PredicateTypeAnnotation, predicateType)
            .Add(Created, Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        var artifact = OciArtifact.About(image, SigstoreBundle.MediaType, [Blob.Of(SigstoreBundle.MediaType, bundle.ToJson())], annotations);
        await target.PutArtifactAsync(artifact, cancellationToken);
    }

    private async Task PutLayerAsync(string tag, Blob layer, CancellationToken cancellationToken)
    {
        ImmutableArray<Descriptor> before = await source.FindAsync(tag, cancellationToken) is { } existing
            ? ImageManifest.Parse(await source.ReadDocumentAsync(existing, cancellationToken), tag).Layers
            : [];
        ImmutableArray<Descriptor> layers = [.. before, layer.Descriptor];
        var config = new ImageConfig { Platform = new Platform("", ""), DiffIds = [.. layers.Select(each => each.Digest)] };
        var configBlob = Blob.Of(MediaTypes.Config, config.ToJson());
        byte[] manifest = new ImageManifest { Config = configBlob.Descriptor, Layers = layers }.ToJson();
        await target.PutBlobAsync(layer, cancellationToken);
        await target.PutBlobAsync(configBlob, cancellationToken);
        await target.PutManifestAsync(Descriptor.Of(MediaTypes.Manifest, manifest), manifest, tag, cancellationToken);
    }

    private Blob PayloadLayer(byte[] payload)
    {
        var blob = Blob.Of(SimpleSigningPayload.MediaType, payload);
        return Annotated(blob, (SimpleSigningPayload.SignatureAnnotation, Convert.ToBase64String(key.Sign(payload))), (SimpleSigningPayload.KeyAnnotation, key.PublicKey.Hint));
    }

    // cosign leaves the signature empty here, as the envelope has it, and does not read attestations that lack the annotation.
    private Blob EnvelopeLayer(byte[] payload, string predicateType) => Annotated(
        Blob.Of(DsseEnvelope.MediaType, DsseEnvelope.Sign(DsseEnvelope.InToto, payload, key).ToJson()),
        (SimpleSigningPayload.SignatureAnnotation, ""),
        ("predicateType", predicateType));

    private static Blob Annotated(Blob blob, params (string Name, string Value)[] annotations) => blob with
    {
        Descriptor = blob.Descriptor with { Annotations = blob.Descriptor.Annotations.AddRange(annotations.Select(one => KeyValuePair.Create(one.Name, one.Value))) },
    };
}
