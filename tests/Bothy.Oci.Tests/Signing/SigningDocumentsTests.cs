using System.Collections.Immutable;
using System.Text;
using Bothy.Oci.Signing;
using Bothy.Oci.Signing.Attestations;

namespace Bothy.Oci.Tests.Signing;

public sealed class SigningDocumentsTests : IDisposable
{
    private const string Hex = "7d255e9e3d216a9a92a5c1ce0563a5ddd92f28a34a9df025d3cf8dfa5ea08366";

    // Written by cosign 3.1.1.
    private const string CosignPayload =
        """{"critical":{"identity":{"docker-reference":"127.0.0.1:5000/app"},"image":{"docker-manifest-digest":"sha256:7d255e9e3d216a9a92a5c1ce0563a5ddd92f28a34a9df025d3cf8dfa5ea08366"},"type":"cosign container image signature"},"optional":{"a":"b"}}""";

    private const string CosignBundle =
        """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"PmDZnbs8GhCSO9PZPzu0GDxKaFtapco6Zg67kz0Qg04="}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3QiOnsic2hhMjU2IjoiN2QyNTVlOWUzZDIxNmE5YTkyYTVjMWNlMDU2M2E1ZGRkOTJmMjhhMzRhOWRmMDI1ZDNjZjhkZmE1ZWEwODM2NiJ9LCJhbm5vdGF0aW9ucyI6eyJhIjoiYiJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczovL3NpZ3N0b3JlLmRldi9jb3NpZ24vc2lnbi92MSIsInByZWRpY2F0ZSI6e319","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEUCIQDasd6GHD00Cto4kE2HSfLECP17UQbq+rsorOj4515VlQIgTiIJcGOyx2VM17etaIJw+soE94C+kUE0EqjZjnO0SQ8="}]}}""";

    // What the DSSE protocol gives as an example of its encoding.
    [Fact]
    public void What_is_signed_of_an_envelope_is_as_the_protocol_says() => Assert.Equal(
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        Encoding.UTF8.GetString(new DsseEnvelope("http://example.com/HelloWorld", "hello world"u8.ToArray(), []).SignedBytes()));

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_payload_is_written_as_cosign_writes_it()
    {
        var payload = SimpleSigningPayload.Parse(Encoding.UTF8.GetBytes(CosignPayload), "test");

        Assert.Equal(("127.0.0.1:5000/app", Digest.Parse($"sha256:{Hex}", null)), (payload.DockerReference, payload.ManifestDigest));
        Assert.Equal(CosignPayload, Encoding.UTF8.GetString(payload.ToJson()));
        Assert.EndsWith("\"optional\":null}", Encoding.UTF8.GetString((payload with { Optional = payload.Optional.Clear() }).ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_is_written_as_cosign_writes_it()
    {
        var bundle = SigstoreBundle.Parse(Encoding.UTF8.GetBytes(CosignBundle), "test");
        var statement = InTotoStatement.Parse(bundle.Envelope!.Payload, "test");

        Assert.Equal(("PmDZnbs8GhCSO9PZPzu0GDxKaFtapco6Zg67kz0Qg04=", false, 0), (bundle.KeyHint, bundle.HasCertificate, bundle.LogEntries));
        Assert.Equal(CosignBundle, Encoding.UTF8.GetString(bundle.ToJson()));
        Assert.Equal(bundle.Envelope.Payload, statement.ToJson());
        Assert.Equal("b", statement.SubjectOf(Digest.Parse($"sha256:{Hex}", null))!.Annotations["a"]);
    }

    [RequiresFact("judges:openssl")]
    public void OpenSSL_verifies_an_envelope_over_its_encoding()
    {
        using var key = SigningKey.Generate();
        byte[] payload = """{"a":"\u00e9"}"""u8.ToArray();
        var envelope = DsseEnvelope.Sign(DsseEnvelope.InToto, payload, key);
        byte[] signed = [.. Encoding.ASCII.GetBytes(FormattableString.Invariant($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} ")), .. payload];
        File.WriteAllText(_directory["pub"], key.PublicKey.Export());
        File.WriteAllBytes(_directory["sig"], Assert.Single(envelope.Signatures));

        Assert.Equal("Verified OK\n", Judge.Run("openssl", ["dgst", "-sha256", "-verify", _directory["pub"], "-signature", _directory["sig"]], signed).Succeeded().Output);
    }

    [Theory]
    [InlineData("{}", "'critical' is missing")]
    [InlineData("""{"critical":{"type":"atomic container signature"}}""", "it claims to be 'atomic container signature'")]
    [InlineData("""{"critical":{"type":"cosign container image signature"}}""", "'critical.image' is missing")]
    [InlineData("""{"critical":{"type":"cosign container image signature","image":{"docker-manifest-digest":"sha256:00"}}}""", "not a sha256 digest")]
    [InlineData("""{"critical":{"type":"cosign container image signature"},"critical":{}}""", "not the JSON it should be")] // two readers, two images
    public void Payloads_that_are_none_are_refused(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<MalformedDataException>(() => SimpleSigningPayload.Parse(Encoding.UTF8.GetBytes(json), "test")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"mediaType":"application/json"}""", "'application/json' is not a bundle that is known")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}""", "'verificationMaterial' is missing")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{}}""", "want one of 'dsseEnvelope' and 'messageSignature'")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"dsseEnvelope":{"payload":"","payloadType":"x","signatures":[]}}""", "0 signatures, want 1 to 64")]
    [InlineData("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"messageSignature":{"signature":"?"}}""", "not base64")]
    public void Bundles_that_are_none_are_refused(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<MalformedDataException>(() => SigstoreBundle.Parse(Encoding.UTF8.GetBytes(json), "test")).Message, StringComparison.Ordinal);

    [Fact]
    public void Certificates_and_log_entries_of_a_bundle_are_noticed()
    {
        var bundle = SigstoreBundle.Parse(
            Encoding.UTF8.GetBytes("""{"mediaType":"application/vnd.dev.sigstore.bundle+json;version=0.1","verificationMaterial":{"x509CertificateChain":{"certificates":[]},"tlogEntries":[{},{}]},"messageSignature":{"messageDigest":{},"signature":"AAA="}}"""),
            "test");

        Assert.Equal((null, true, 2, 2), (bundle.KeyHint, bundle.HasCertificate, bundle.LogEntries, bundle.MessageSignature!.Length));
    }

    [Theory]
    [InlineData("spdx", "https://spdx.dev/Document")]
    [InlineData("cyclonedx", "https://cyclonedx.org/bom")]
    [InlineData("slsaprovenance", "https://slsa.dev/provenance/v1")]
    [InlineData("test", "https://in-toto.io/attestation/test-result/v0.1")]
    [InlineData("https://example.com/of/mine", "https://example.com/of/mine")]
    [InlineData("sbom", null)]
    [InlineData("/etc/passwd", null)]
    public void Types_have_short_names(string text, string? uri) => Assert.Equal(uri, PredicateTypes.Find(text));

    [Fact]
    public void A_predicate_that_is_no_JSON_is_refused() => Assert.StartsWith(
        "cannot read the predicate: it is not JSON",
        Assert.Throws<MalformedDataException>(() => new InTotoStatement { Subjects = [], PredicateType = "x", Predicate = "{"u8.ToArray() }.ToJson()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Damaged_documents_and_keys_are_refused_as_such_or_read()
    {
        using var key = SigningKey.Generate();
        var statement = new InTotoStatement
        {
            Subjects = [new StatementSubject("app", Hex) { Annotations = ImmutableSortedDictionary<string, string>.Empty.Add("a", "b") }],
            PredicateType = PredicateTypes.Provenance,
            Predicate = """{"x":[1,{"y":"\u00fc\ud83d\ude00"}]}"""u8.ToArray(),
        };
        var envelope = DsseEnvelope.Sign(DsseEnvelope.InToto, statement.ToJson(), key);
        (byte[] Good, Action<byte[]> Read)[] parsers =
        [
            (Encoding.UTF8.GetBytes(CosignPayload), bytes => SimpleSigningPayload.Parse(bytes, "test")),
            (SigstoreBundle.Of(envelope, key.PublicKey).ToJson(), bytes => SigstoreBundle.Parse(bytes, "test")),
            (envelope.ToJson(), bytes => DsseEnvelope.Parse(bytes, "test")),
            (statement.ToJson(), bytes => InTotoStatement.Parse(bytes, "test")),
            (Encoding.ASCII.GetBytes(key.PublicKey.Export()), bytes => VerificationKey.Read("test", Encoding.Latin1.GetString(bytes))),
            (Encoding.ASCII.GetBytes(key.Export([])), bytes => SigningKey.Read("test", Encoding.Latin1.GetString(bytes), []).Dispose()),
        ];
        var random = new Random(5);
        foreach (var (good, read) in parsers)
        {
            int refused = 0;
            for (int i = 0; i < 3000; i++)
            {
                try
                {
                    read(Mutation.Of(good, random));
                }
                catch (BothyException)
                {
                    refused++;
                }
            }

            Assert.True(refused > 300, "mutations are hardly ever noticed");
        }
    }

    [Fact]
    public void Damaged_keys_under_a_password_are_refused_as_such_or_read()
    {
        using var key = SigningKey.Generate();
        byte[] json = """{"kdf":{"name":"scrypt","params":{"N":16,"r":8,"p":1},"salt":"wT8l8SrFTM/jYhQQR5gRoh85YClc6jfMaWcK562WrbY="},"cipher":{"name":"nacl/secretbox","nonce":"mPqs13qfsu05cXCrxgwsBP9vITtZXV3A"},"ciphertext":"Ls8BNOcrMqIpcnlK1mz18A=="}"""u8.ToArray();
        var random = new Random(6);
        for (int i = 0; i < 500; i++)
        {
            byte[] changed = Mutation.Of(json, random);
            Assert.ThrowsAny<BothyException>(() => SigningKey.Read("test", System.Security.Cryptography.PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", changed), "x"u8).Dispose());
        }
    }

    public void Dispose() => _directory.Dispose();
}
