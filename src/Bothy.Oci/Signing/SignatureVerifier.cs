using System.Collections.Immutable;
using Bothy.Formats.Text;
using Bothy.Oci.Signing.Attestations;

namespace Bothy.Oci.Signing;

/// <summary>Verifies signatures of an image by a key alone: no public log is asked, and entries of one are only mentioned.</summary>
/// <param name="key">The key that must have signed.</param>
/// <param name="annotations">What the signer must have added.</param>
public sealed class SignatureVerifier(VerificationKey key, ImmutableSortedDictionary<string, string> annotations)
{
    /// <summary>
    /// What one of the <paramref name="found"/> comes to for <paramref name="image"/>; null where it is of another kind than is asked for.
    /// </summary>
    /// <param name="found">The signature.</param>
    /// <param name="image">The image.</param>
    /// <param name="manifest">The bytes of its manifest or index, which have been verified to be those of <paramref name="image"/>.</param>
    /// <param name="predicateType">The type of statement that is asked for; null for plain signatures.</param>
    public SignatureVerdict? Verify(FoundSignature found, Descriptor image, ReadOnlyMemory<byte> manifest, string? predicateType)
    {
        ArgumentNullException.ThrowIfNull(found);
        ArgumentNullException.ThrowIfNull(image);
        try
        {
            return found switch
            {
                FoundSignature.Simple simple => predicateType is null ? Verify(simple, image) : null,
                FoundSignature.Attestation attestation => Verify(
                    attestation.Place, attestation.Envelope, keyHint: null, attestation.HasCertificate, attestation.HasLogEntry, image, predicateType),
                FoundSignature.Bundled { Bundle.Envelope: { } envelope } bundled => Verify(
                    bundled.Place, envelope, bundled.Bundle.KeyHint, bundled.Bundle.HasCertificate, bundled.Bundle.LogEntries > 0, image, predicateType),
                FoundSignature.Bundled bundled => predicateType is null ? VerifyMessage(bundled, manifest) : null,
                FoundSignature.Damaged damaged => new SignatureVerdict.Bad(damaged.Place, SignatureProblem.Damaged, damaged.Reason),
                _ => throw new ArgumentException($"no such signature: {found}", nameof(found)),
            };
        }
        catch (MalformedDataException failure)
        {
            return new SignatureVerdict.Bad(found.Place, SignatureProblem.Damaged, failure.Message);
        }
    }

    private SignatureVerdict Verify(FoundSignature.Simple found, Descriptor image)
    {
        if (!key.Verifies(found.Payload, found.Signature))
        {
            return WrongSignature(found.Place, found.KeyHint, found.HasCertificate, "payload");
        }

        var payload = SimpleSigningPayload.Parse(found.Payload, found.Place);
        return Claims(found.Place, payload.ManifestDigest == image.Digest ? null : payload.ManifestDigest.ToString(), payload.Optional) is { } bad ? bad : new SignatureVerdict.Good(found.Place)
        {
            Annotations = payload.Optional,
            Name = payload.DockerReference is { Length: > 0 } name ? name : null,
            HasLogEntry = found.HasLogEntry,
        };
    }

    private SignatureVerdict? Verify(
        string place, DsseEnvelope envelope, string? keyHint, bool hasCertificate, bool hasLogEntry, Descriptor image, string? predicateType)
    {
        // What is asked for has to be found before the signature is verified: a statement of another type is no failure of this one's.
        if (envelope.PayloadType != DsseEnvelope.InToto)
        {
            return null;
        }

        var statement = InTotoStatement.Parse(envelope.Payload, place);
        if (statement.PredicateType != (predicateType ?? PredicateTypes.Signature))
        {
            return null;
        }

        if (!envelope.IsSignedBy(key))
        {
            return WrongSignature(place, keyHint, hasCertificate, "statement");
        }

        var subject = statement.SubjectOf(image.Digest);
        var stated = subject?.Annotations ?? ImmutableSortedDictionary<string, string>.Empty;
        string others = string.Join(", ", statement.Subjects.Select(other => other.Sha256 is { } hex ? $"sha256:{hex}" : "one without a SHA-256"));
        return Claims(place, subject is null ? others : null, stated) is { } bad ? bad : new SignatureVerdict.Good(place)
        {
            Annotations = stated,
            Name = subject?.Name,
            Statement = statement,
            HasLogEntry = hasLogEntry,
        };
    }

    private SignatureVerdict VerifyMessage(FoundSignature.Bundled found, ReadOnlyMemory<byte> manifest)
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;
        if (!key.Verifies(manifest.Span, found.Bundle.MessageSignature))
        {
            return WrongSignature(found.Place, found.Bundle.KeyHint, found.Bundle.HasCertificate, "manifest");
        }

        return Claims(found.Place, otherImage: null, none) is { } bad
            ? bad
            : new SignatureVerdict.Good(found.Place) { Annotations = none, HasLogEntry = found.Bundle.LogEntries > 0 };
    }

    private SignatureVerdict.Bad WrongSignature(string place, string? keyHint, bool hasCertificate, string what)
    {
        if (keyHint is not null && keyHint != key.Hint)
        {
            return new SignatureVerdict.Bad(place, SignatureProblem.OtherKey, $"another key made it: its hint is {VisibleText.Of(keyHint)}, this key's is {key.Hint}");
        }

        if (keyHint is not null)
        {
            return new SignatureVerdict.Bad(place, SignatureProblem.Changed, $"it says that this key made it, but the {what} or the signature was changed since");
        }

        return hasCertificate
            ? new SignatureVerdict.Bad(place, SignatureProblem.Certificate, "it was made with a certificate and not by this key; only keys are verified")
            : new SignatureVerdict.Bad(place, SignatureProblem.NotThisKey, $"this key did not sign this {what}: another key did, or it was changed since");
    }

    private SignatureVerdict.Bad? Claims(string place, string? otherImage, ImmutableSortedDictionary<string, string> stated)
    {
        if (otherImage is not null)
        {
            return new SignatureVerdict.Bad(place, SignatureProblem.OtherImage, $"this key signed another image: {VisibleText.Of(otherImage)}");
        }

        foreach (var (name, value) in annotations)
        {
            if (!stated.TryGetValue(name, out string? given))
            {
                return new SignatureVerdict.Bad(place, SignatureProblem.Annotation, $"the annotation '{name}' is missing");
            }

            if (given != value)
            {
                return new SignatureVerdict.Bad(place, SignatureProblem.Annotation, $"the annotation '{name}' is '{VisibleText.Of(given)}', not '{value}'");
            }
        }

        return null;
    }
}
