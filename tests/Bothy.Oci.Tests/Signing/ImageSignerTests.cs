using System.Collections.Immutable;
using System.Text;
using Bothy.Oci.Registry;
using Bothy.Oci.Signing;
using Bothy.Oci.Signing.Attestations;
using Bothy.Oci.Targets;
using Bothy.Oci.Tests.Registry;

namespace Bothy.Oci.Tests.Signing;

public sealed class ImageSignerTests : RegistryTest
{
    private static readonly ImmutableSortedDictionary<string, string> NoAnnotations = ImmutableSortedDictionary<string, string>.Empty;
    private static readonly byte[] Predicate = """{"tests":3}"""u8.ToArray();

    [Theory]
    [InlineData(SignatureShape.Tag, true, 1)]
    [InlineData(SignatureShape.Bundle, true, 1)]
    [InlineData(SignatureShape.Bundle, false, 1)]
    [InlineData(SignatureShape.Both, true, 2)]
    [InlineData(SignatureShape.Both, false, 2)]
    public async Task A_signature_is_found_and_good_and_not_added_twice(SignatureShape shape, bool referrers, int count)
    {
        using var key = SigningKey.Generate();
        var (client, reference, image) = await PushAsync(referrers);
        var annotations = NoAnnotations.Add("env", "prod");

        Assert.Equal(count, await Signer(client, reference, key, shape).SignAsync(image, annotations, None));
        Assert.Equal(0, await Signer(client, reference, key, shape).SignAsync(image, annotations, None));

        var verdicts = await VerifyAsync(client, reference, image, key.PublicKey, annotations, predicateType: null);
        Assert.Equal(count, verdicts.Count);
        Assert.All(verdicts, verdict => Assert.Equal("prod", Assert.IsType<SignatureVerdict.Good>(verdict).Annotations["env"]));
    }

    [Theory]
    [InlineData(SignatureShape.Tag)]
    [InlineData(SignatureShape.Bundle)]
    public async Task Signatures_of_several_keys_stand_beside_each_other(SignatureShape shape)
    {
        using var first = SigningKey.Generate();
        using var second = SigningKey.Generate();
        var (client, reference, image) = await PushAsync(referrers: false);
        await Signer(client, reference, first, shape).SignAsync(image, NoAnnotations, None);
        await Signer(client, reference, second, shape).SignAsync(image, NoAnnotations, None);
        await Signer(client, reference, first, shape).SignAsync(image, NoAnnotations.Add("a", "b"), None);

        var byFirst = await VerifyAsync(client, reference, image, first.PublicKey, NoAnnotations, null);
        var bySecond = await VerifyAsync(client, reference, image, second.PublicKey, NoAnnotations, null);

        Assert.Equal((2, 1), (byFirst.OfType<SignatureVerdict.Good>().Count(), byFirst.OfType<SignatureVerdict.Bad>().Count(bad => bad.Problem == SignatureProblem.OtherKey)));
        Assert.Equal((1, 2), (bySecond.OfType<SignatureVerdict.Good>().Count(), bySecond.OfType<SignatureVerdict.Bad>().Count(bad => bad.Problem == SignatureProblem.OtherKey)));
    }

    [Theory]
    [InlineData(SignatureShape.Tag)]
    [InlineData(SignatureShape.Bundle)]
    public async Task An_attestation_says_what_was_attested(SignatureShape shape)
    {
        using var key = SigningKey.Generate();
        var (client, reference, image) = await PushAsync(referrers: true);
        await Signer(client, reference, key, shape).AttestAsync(image, PredicateTypes.TestResult, Predicate, None);
        await Signer(client, reference, key, shape).AttestAsync(image, PredicateTypes.Spdx, "{}"u8.ToArray(), None);
        await Signer(client, reference, key, shape).SignAsync(image, NoAnnotations, None);

        var verdict = Assert.Single(await VerifyAsync(client, reference, image, key.PublicKey, NoAnnotations, PredicateTypes.TestResult));

        var good = Assert.IsType<SignatureVerdict.Good>(verdict);
        Assert.Equal(Predicate, good.Statement!.Predicate.ToArray());
        Assert.Equal(reference.Name, good.Name);
        Assert.Empty(await VerifyAsync(client, reference, image, key.PublicKey, NoAnnotations, PredicateTypes.CycloneDx));
    }

    [Theory]
    [InlineData(SignatureShape.Tag)]
    [InlineData(SignatureShape.Bundle)]
    public async Task A_blob_that_the_registry_changed_is_damaged(SignatureShape shape)
    {
        using var key = SigningKey.Generate();
        bool corrupt = false;
        var (client, reference, image) = await PushAsync(referrers: true, request => corrupt && request is { IsBlob: true, Method: "GET" } ? new() { Corrupt = true } : null);
        await Signer(client, reference, key, shape).SignAsync(image, NoAnnotations, None);
        corrupt = true;

        var bad = Assert.IsType<SignatureVerdict.Bad>(Assert.Single(await VerifyAsync(client, reference, image, key.PublicKey, NoAnnotations, null)));

        Assert.Equal(SignatureProblem.Damaged, bad.Problem);
    }

    [Fact]
    public async Task A_signature_copied_from_another_image_is_called_that()
    {
        using var key = SigningKey.Generate();
        var (client, reference, image) = await PushAsync(referrers: true);
        var other = await PushAsync(client, reference.WithTag("other"), Samples.Image("other"));
        await Signer(client, reference, key, SignatureShape.Tag).SignAsync(other, NoAnnotations, None);
        var manifest = await client.ReadManifestAsync(reference.WithTag(SignatureTag.OfSignatures(other.Digest)), None);
        await client.PutManifestAsync(reference, manifest.Descriptor, manifest.Bytes, SignatureTag.OfSignatures(image.Digest), None);

        var bad = Assert.IsType<SignatureVerdict.Bad>(Assert.Single(await VerifyAsync(client, reference, image, key.PublicKey, NoAnnotations, null)));

        Assert.Equal((SignatureProblem.OtherImage, $"this key signed another image: {other.Digest}"), (bad.Problem, bad.Reason));
    }

    // The check of somebody else: OpenSSL over the bytes that lie in the registry.
    [RequiresFact("judges:openssl")]
    public async Task OpenSSL_verifies_the_bytes_in_the_registry()
    {
        using var key = SigningKey.Generate();
        var (client, reference, image) = await PushAsync(referrers: true);
        await Signer(client, reference, key, SignatureShape.Both).SignAsync(image, NoAnnotations.Add("a", "b"), None);
        await Signer(client, reference, key, SignatureShape.Tag).AttestAsync(image, PredicateTypes.TestResult, Predicate, None);
        File.WriteAllText(Directory["pub"], key.PublicKey.Export());
        var source = new RegistrySource(client, reference);
        var found = await new ImageSignatures(source).FindAsync(image, None);

        Assert.Equal(3, found.Count);
        foreach (var one in found)
        {
            var (signed, signature) = one switch
            {
                FoundSignature.Simple simple => (simple.Payload, simple.Signature),
                FoundSignature.Attestation { Envelope: var envelope } => (Preauthenticated(envelope), envelope.Signatures[0]),
                FoundSignature.Bundled { Bundle.Envelope: { } envelope } => (Preauthenticated(envelope), envelope.Signatures[0]),
                _ => throw new InvalidOperationException($"{one}"),
            };
            File.WriteAllBytes(Directory["signature"], signature);
            Assert.Equal("Verified OK\n", OpenSsl(signed).Output);
            signed[^2] ^= 1;
            Assert.Equal(1, OpenSsl(signed).ExitCode);
        }
    }

    [Fact]
    public async Task A_thousand_signatures_are_enough()
    {
        var (client, reference, image) = await PushAsync(referrers: true);
        var target = new RegistryTarget(client, reference);
        var payload = Oci.Blob.Of(SimpleSigningPayload.MediaType, "{}"u8.ToArray());
        await target.PutBlobAsync(payload, None);
        byte[] manifest = new ImageManifest { Config = payload.Descriptor, Layers = [.. Enumerable.Repeat(payload.Descriptor, 1001)] }.ToJson();
        await client.PutManifestAsync(reference, Descriptor.Of(MediaTypes.Manifest, manifest), manifest, SignatureTag.OfSignatures(image.Digest), None);

        var failure = await FailureOf(new ImageSignatures(new RegistrySource(client, reference)).FindAsync(image, None));

        Assert.Equal($"cannot read the signatures of {reference}: there are more than 1000", failure.Message);
    }

    private static byte[] Preauthenticated(DsseEnvelope envelope) =>
        [.. Encoding.UTF8.GetBytes(FormattableString.Invariant($"DSSEv1 {envelope.PayloadType.Length} {envelope.PayloadType} {envelope.Payload.Length} ")), .. envelope.Payload];

    private static ImageSigner Signer(RegistryClient client, ImageReference reference, SigningKey key, SignatureShape shape) =>
        new(new RegistrySource(client, reference), new RegistryTarget(client, reference), key)
        {
            Shape = shape,
            Time = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
            Reference = reference.Name,
        };

    private static async Task<List<SignatureVerdict>> VerifyAsync(
        RegistryClient client, ImageReference reference, Descriptor image, VerificationKey key, ImmutableSortedDictionary<string, string> annotations, string? predicateType)
    {
        await using var source = new RegistrySource(client, reference);
        var verifier = new SignatureVerifier(key, annotations);
        var manifest = await source.ReadDocumentAsync(image, None);
        return [.. (await new ImageSignatures(source).FindAsync(image, None)).Select(found => verifier.Verify(found, image, manifest, predicateType)).OfType<SignatureVerdict>()];
    }

    private async Task<(RegistryClient Client, ImageReference Reference, Descriptor Image)> PushAsync(bool referrers, Func<TestRegistryRequest, TestRegistryFault?>? fault = null)
    {
        var registry = Serve(new() { Referrers = referrers, Fault = fault ?? (_ => null) });
        var client = Client();
        var reference = Image(registry);
        return (client, reference, await PushAsync(client, reference, Samples.Image()));
    }

    private static async Task<Descriptor> PushAsync(RegistryClient client, ImageReference reference, OciImage image)
    {
        var target = new RegistryTarget(client, reference);
        foreach (var blob in image.Blobs.Where(blob => blob != image.Root))
        {
            await target.PutBlobAsync(blob, None);
        }

        await target.PutRootAsync(image.Root.Descriptor, image.Manifest.ToJson(), None);
        return image.Root.Descriptor;
    }

    private JudgeResult OpenSsl(byte[] signed) => Judge.Run("openssl", ["dgst", "-sha256", "-verify", Directory["pub"], "-signature", Directory["signature"]], signed);
}
