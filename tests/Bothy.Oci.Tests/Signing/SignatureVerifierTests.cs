using System.Collections.Immutable;
using Bothy.Oci.Signing;
using Bothy.Oci.Signing.Attestations;

namespace Bothy.Oci.Tests.Signing;

public sealed class SignatureVerifierTests : IDisposable
{
    private static readonly byte[] Manifest = "{}"u8.ToArray();
    private static readonly Descriptor Image = Descriptor.Of(MediaTypes.Manifest, Manifest);
    private static readonly Descriptor OtherImage = Descriptor.Of(MediaTypes.Manifest, "other"u8);
    private static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary<string, string>.Empty;

    private readonly SigningKey _key = SigningKey.Generate();
    private readonly SigningKey _other = SigningKey.Generate();

    public static TheoryData<string> Shapes => ["simple", "simple-with-hint", "bundle", "envelope", "message"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_good_signature_is_good(string shape)
    {
        var good = Assert.IsType<SignatureVerdict.Good>(Verify(Make(shape, _key, Image), shape));

        Assert.Equal("place", good.Place);
        Assert.False(good.HasLogEntry);
    }

    [Theory]
    [InlineData("simple", SignatureProblem.NotThisKey)]
    [InlineData("simple-with-hint", SignatureProblem.OtherKey)]
    [InlineData("bundle", SignatureProblem.OtherKey)]
    [InlineData("envelope", SignatureProblem.NotThisKey)]
    [InlineData("message", SignatureProblem.OtherKey)]
    public void Another_keys_signature_is_called_that(string shape, SignatureProblem problem) =>
        Assert.Equal(problem, Bad(Make(shape, _other, Image), shape).Problem);

    [Theory]
    [InlineData("simple", SignatureProblem.NotThisKey)]
    [InlineData("simple-with-hint", SignatureProblem.Changed)]
    [InlineData("bundle", SignatureProblem.Changed)]
    [InlineData("envelope", SignatureProblem.NotThisKey)]
    public void A_changed_payload_is_called_that(string shape, SignatureProblem problem)
    {
        var changed = Make(shape, _key, Image) switch
        {
            FoundSignature.Simple simple => simple with { Payload = [.. simple.Payload[..^1], (byte)' ', (byte)'}'] },
            FoundSignature.Attestation attestation => attestation with { Envelope = Changed(attestation.Envelope) },
            FoundSignature.Bundled bundled => (FoundSignature)(bundled with { Bundle = bundled.Bundle with { Envelope = Changed(bundled.Bundle.Envelope!) } }),
            var other => throw new InvalidOperationException($"{other}"),
        };

        Assert.Equal(problem, Bad(changed, shape).Problem);

        static DsseEnvelope Changed(DsseEnvelope envelope) => envelope with { Payload = [.. envelope.Payload[..^1], (byte)' ', (byte)'}'] };
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("bundle")]
    [InlineData("envelope")]
    public void A_signature_of_another_image_is_called_that(string shape)
    {
        var bad = Bad(Make(shape, _key, OtherImage), shape);

        Assert.Equal(SignatureProblem.OtherImage, bad.Problem);
        Assert.Equal($"this key signed another image: {OtherImage.Digest}", bad.Reason);
    }

    [Theory]
    [InlineData("simple", "env", "prod", null)]
    [InlineData("bundle", "env", "prod", null)]
    [InlineData("simple", "env", "test", "the annotation 'env' is 'prod', not 'test'")]
    [InlineData("bundle", "env", "test", "the annotation 'env' is 'prod', not 'test'")]
    [InlineData("simple", "team", "a", "the annotation 'team' is missing")]
    [InlineData("bundle", "team", "a", "the annotation 'team' is missing")]
    public void Annotations_that_are_asked_for_have_to_be_there(string shape, string name, string value, string? reason)
    {
        var verdict = Verify(Make(shape, _key, Image, None.Add("env", "prod")), shape, None.Add(name, value));

        Assert.Equal(reason, (verdict as SignatureVerdict.Bad)?.Reason);
        Assert.Equal(reason is null ? null : SignatureProblem.Annotation, (verdict as SignatureVerdict.Bad)?.Problem);
    }

    [Fact]
    public void A_certificate_is_not_verified()
    {
        var simple = (FoundSignature.Simple)Make("simple", _other, Image) with { HasCertificate = true };
        var bundle = new FoundSignature.Bundled("place", ((FoundSignature.Bundled)Make("bundle", _other, Image)).Bundle with { KeyHint = null, HasCertificate = true });

        Assert.Equal(SignatureProblem.Certificate, Bad(simple, "simple").Problem);
        Assert.Equal(SignatureProblem.Certificate, Bad(bundle, "bundle").Problem);
    }

    [Fact]
    public void What_is_of_another_kind_does_not_count()
    {
        var signature = Make("bundle", _key, Image);
        var attestation = Make("envelope", _key, Image);
        var verifier = new SignatureVerifier(_key.PublicKey, None);

        Assert.Null(verifier.Verify(signature, Image, Manifest, PredicateTypes.Spdx));
        Assert.Null(verifier.Verify(Make("simple", _key, Image), Image, Manifest, PredicateTypes.Spdx));
        Assert.Null(verifier.Verify(Make("message", _key, Image), Image, Manifest, PredicateTypes.Spdx));
        Assert.Null(verifier.Verify(attestation, Image, Manifest, predicateType: null));
        Assert.Null(verifier.Verify(attestation, Image, Manifest, PredicateTypes.CycloneDx));
        Assert.Null(verifier.Verify(new FoundSignature.Attestation("place", DsseEnvelope.Sign("text/plain", Manifest, _key)), Image, Manifest, predicateType: null));
    }

    [Fact]
    public void What_was_signed_may_still_be_no_payload()
    {
        var bad = Bad(new FoundSignature.Simple("place", Manifest, _key.Sign(Manifest)), "simple");

        Assert.Equal((SignatureProblem.Damaged, "cannot read place: 'critical' is missing (at byte 0)"), (bad.Problem, bad.Reason));
        Assert.Equal("gone", Bad(new FoundSignature.Damaged("place", "gone"), "simple").Reason);
    }

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    private static FoundSignature Make(string shape, SigningKey key, Descriptor image, ImmutableSortedDictionary<string, string>? annotations = null)
    {
        byte[] payload = new SimpleSigningPayload("example.test/app", image.Digest, annotations ?? None).ToJson();
        byte[] statement = new InTotoStatement
        {
            Subjects = [new StatementSubject(null, image.Digest.Hex) { Annotations = annotations ?? None }],
            PredicateType = shape == "envelope" ? PredicateTypes.Spdx : PredicateTypes.Signature,
            Predicate = "{}"u8.ToArray(),
        }.ToJson();
        var envelope = DsseEnvelope.Sign(DsseEnvelope.InToto, statement, key);
        return shape switch
        {
            "simple" => new FoundSignature.Simple("place", payload, key.Sign(payload)),
            "simple-with-hint" => new FoundSignature.Simple("place", payload, key.Sign(payload)) { KeyHint = key.PublicKey.Hint },
            "envelope" => new FoundSignature.Attestation("place", envelope),
            "message" => new FoundSignature.Bundled("place", new SigstoreBundle { KeyHint = key.PublicKey.Hint, MessageSignature = key.Sign(Manifest) }),
            _ => new FoundSignature.Bundled("place", SigstoreBundle.Of(envelope, key.PublicKey)),
        };
    }

    private SignatureVerdict? Verify(FoundSignature found, string shape, ImmutableSortedDictionary<string, string>? annotations = null) =>
        new SignatureVerifier(_key.PublicKey, annotations ?? None).Verify(found, Image, Manifest, shape == "envelope" ? PredicateTypes.Spdx : null);

    private SignatureVerdict.Bad Bad(FoundSignature found, string shape) => Assert.IsType<SignatureVerdict.Bad>(Verify(found, shape));
}
