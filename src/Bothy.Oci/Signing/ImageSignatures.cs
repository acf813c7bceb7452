using Bothy.Oci.Sources;

namespace Bothy.Oci.Signing;

/// <summary>Finds the signatures and attestations beside an image, in both of cosign's shapes.</summary>
/// <param name="source">The place of the image: a layout or a registry's repository.</param>
public sealed class ImageSignatures(ImageSource source)
{
    /// <summary>The most signatures that are looked at; whoever can write to a repository could put any number there.</summary>
    public const int MaxFound = 1000;

    private const int MaxPayload = 1 << 20;

    // An envelope in base64 in a bundle, and what is around it.
    private const int MaxBundle = (DsseEnvelope.MaxLength / 3 * 4) + (1 << 20);

    /// <summary>Everything that is there for <paramref name="image"/>: bundles first, then what is under tags.</summary>
    /// <exception cref="BothyException">The place cannot be asked, or has more of them than anybody makes.</exception>
    public async Task<IReadOnlyList<FoundSignature>> FindAsync(Descriptor image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var found = new List<FoundSignature>();
        foreach (var referrer in await source.ReferrersAsync(image.Digest, artifactType: null, cancellationToken))
        {
            // A list that cosign wrote under a tag says that everything in it is of the type of its empty configuration.
            if (SigstoreBundle.IsBundle(referrer.ArtifactType) || referrer.ArtifactType is null or MediaTypes.Empty)
            {
                Add(found, await ReadingAsync(referrer.Digest.ToString(), () => ReadBundleAsync(referrer, image, cancellationToken)));
            }
        }

        foreach (string tag in (string[])[SignatureTag.OfSignatures(image.Digest), SignatureTag.OfAttestations(image.Digest)])
        {
            if (await source.FindAsync(tag, cancellationToken) is not { } descriptor)
            {
                continue;
            }

            var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(descriptor, cancellationToken), tag);
            for (int i = 0; i < manifest.Layers.Length; i++)
            {
                var layer = manifest.Layers[i];
                string place = FormattableString.Invariant($"{tag}[{i}]");
                Add(found, await ReadingAsync(place, () => ReadLayerAsync(layer, place, cancellationToken)));
            }
        }

        return found;
    }

    private void Add(List<FoundSignature> found, FoundSignature? one)
    {
        if (one is null)
        {
            return;
        }

        found.Add(one);
        if (found.Count > MaxFound)
        {
            throw new BothyException(FormattableString.Invariant($"cannot read the signatures of {source.Name}: there are more than {MaxFound}"));
        }
    }

    // One that is damaged must not hide the others.
    private static async Task<FoundSignature?> ReadingAsync(string place, Func<Task<FoundSignature?>> read)
    {
        try
        {
            return await read();
        }
        catch (BothyException failure)
        {
            return new FoundSignature.Damaged(place, failure.Message);
        }
    }

    private async Task<FoundSignature?> ReadBundleAsync(Descriptor referrer, Descriptor image, CancellationToken cancellationToken)
    {
        string place = referrer.Digest.ToString();
        var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(referrer, cancellationToken), place);
        if (manifest.Subject?.Digest != image.Digest || manifest.Layers is not [{ MediaType: var mediaType } layer, ..] || !SigstoreBundle.IsBundle(mediaType))
        {
            return null;
        }

        return new FoundSignature.Bundled(place, SigstoreBundle.Parse(await ReadAsync(layer, MaxBundle, cancellationToken), place));
    }

    private async Task<FoundSignature?> ReadLayerAsync(Descriptor layer, string place, CancellationToken cancellationToken)
    {
        bool hasCertificate = layer.Annotations.GetValueOrDefault(SimpleSigningPayload.CertificateAnnotation) is { Length: > 0 };
        bool hasLogEntry = layer.Annotations.GetValueOrDefault(SimpleSigningPayload.LogAnnotation) is { Length: > 0 };
        switch (layer.MediaType)
        {
            case SimpleSigningPayload.MediaType:
                byte[] payload = await ReadAsync(layer, MaxPayload, cancellationToken);
                return new FoundSignature.Simple(place, payload, SignatureOf(layer, place))
                {
                    KeyHint = layer.Annotations.GetValueOrDefault(SimpleSigningPayload.KeyAnnotation),
                    HasCertificate = hasCertificate,
                    HasLogEntry = hasLogEntry,
                };
            case DsseEnvelope.MediaType:
                var envelope = DsseEnvelope.Parse(await ReadAsync(layer, DsseEnvelope.MaxLength, cancellationToken), place);
                return new FoundSignature.Attestation(place, envelope) { HasCertificate = hasCertificate, HasLogEntry = hasLogEntry };
            default:
                return null;
        }
    }

    private static byte[] SignatureOf(Descriptor layer, string place)
    {
        string text = layer.Annotations.GetValueOrDefault(SimpleSigningPayload.SignatureAnnotation) ?? "";
        byte[] signature = new byte[text.Length];
        return text.Length > 0 && Convert.TryFromBase64String(text, signature, out int length)
            ? signature[..length]
            : throw new MalformedDataException(place, 0, $"the annotation '{SimpleSigningPayload.SignatureAnnotation}' has no signature");
    }

    private async Task<byte[]> ReadAsync(Descriptor blob, int limit, CancellationToken cancellationToken)
    {
        if (blob.Size > limit)
        {
            throw new MalformedDataException(blob.Digest.ToString(), 0, FormattableString.Invariant($"{blob.Size} bytes, more than {limit}"));
        }

        var stream = await source.OpenBlobAsync(blob, cancellationToken);
        await using (stream)
        {
            using var content = new MemoryStream((int)blob.Size);
            await stream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
    }
}
