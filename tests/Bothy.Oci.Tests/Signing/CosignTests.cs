using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Oci.Registry;
using Bothy.Oci.Signing;
using Bothy.Oci.Signing.Attestations;
using Bothy.Oci.Targets;
using Bothy.Oci.Tests.Registry;

namespace Bothy.Oci.Tests.Signing;

/// <summary>cosign itself, without the public services that it likes to ask.</summary>
public sealed class CosignTests : RegistryTest
{
    private static readonly ImmutableSortedDictionary<string, string> NoAnnotations = ImmutableSortedDictionary<string, string>.Empty;

    public static TheoryData<SignatureShape, bool> Places => new()
    {
        { SignatureShape.Tag, true },
        { SignatureShape.Tag, false },
        { SignatureShape.Bundle, true },
        { SignatureShape.Bundle, false },
        { SignatureShape.Both, false },
    };

    [RequiresTheory(Needs.Cosign)]
    [MemberData(nameof(Places))]
    public async Task Cosign_verifies_what_is_signed_here(SignatureShape shape, bool referrers)
    {
        using var key = WriteKey();
        var (client, reference, image) = await PushAsync(referrers);
        await Signer(client, reference, key, shape).SignAsync(image, NoAnnotations.Add("env", "prod"), None);

        Cosign("verify", "--key", Directory["key.pub"], "--insecure-ignore-tlog=true", "-a", "env=prod", $"{reference.WithDigest(image.Digest)}").Succeeded();
        Assert.NotEqual(0, Cosign("verify", "--key", Directory["key.pub"], "--insecure-ignore-tlog=true", "-a", "env=test", $"{reference.WithDigest(image.Digest)}").ExitCode);
        WriteKey("other").Dispose();
        Assert.NotEqual(0, Cosign("verify", "--key", Directory["other.pub"], "--insecure-ignore-tlog=true", $"{reference.WithDigest(image.Digest)}").ExitCode);
    }

    [RequiresTheory(Needs.Cosign)]
    [MemberData(nameof(Places))]
    public async Task Cosign_verifies_what_is_attested_here(SignatureShape shape, bool referrers)
    {
        using var key = WriteKey();
        var (client, reference, image) = await PushAsync(referrers);
        await Signer(client, reference, key, shape).AttestAsync(image, PredicateTypes.Spdx, """{"spdxVersion":"SPDX-2.3"}"""u8.ToArray(), None);

        string[] verify = ["verify-attestation", "--key", Directory["key.pub"], "--insecure-ignore-tlog=true", $"{reference.WithDigest(image.Digest)}", "--type"];
        string answer = Cosign([.. verify, "spdxjson"]).Succeeded().Output;

        using var envelope = JsonDocument.Parse(answer);
        using var statement = JsonDocument.Parse(envelope.RootElement.GetProperty("payload").GetBytesFromBase64());
        Assert.Equal("SPDX-2.3", statement.RootElement.GetProperty("predicate").GetProperty("spdxVersion").GetString());
        Assert.NotEqual(0, Cosign([.. verify, "cyclonedx"]).ExitCode);
    }

    [RequiresTheory(Needs.Cosign)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task What_cosign_signs_and_attests_is_verified_here(bool bundle, bool referrers)
    {
        Cosign("generate-key-pair", "--output-key-prefix", Directory["key"]).Succeeded();
        var (client, reference, image) = await PushAsync(referrers);
        File.WriteAllText(Directory["predicate.json"], """{"spdxVersion":"SPDX-2.3"}""");
        string named = $"{reference.WithDigest(image.Digest)}";
        string[] how = bundle ? ["--signing-config", WriteSigningConfig()] : ["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"];
        Cosign(["sign", "--key", Directory["key.key"], "-y", "-a", "env=prod", .. how, named]).Succeeded();
        Cosign(["attest", "--key", Directory["key.key"], "-y", "--type", "spdxjson", "--predicate", Directory["predicate.json"], .. how, named]).Succeeded();

        var key = VerificationKey.Read("key.pub", File.ReadAllText(Directory["key.pub"]));
        var signature = Assert.IsType<SignatureVerdict.Good>(Assert.Single(await VerifyAsync(client, reference, image, key, NoAnnotations.Add("env", "prod"), null)));
        var attestation = Assert.IsType<SignatureVerdict.Good>(Assert.Single(await VerifyAsync(client, reference, image, key, NoAnnotations, PredicateTypes.Spdx)));

        Assert.Equal((false, "prod"), (signature.HasLogEntry, signature.Annotations["env"]));
        Assert.Contains("SPDX-2.3", System.Text.Encoding.UTF8.GetString(attestation.Statement!.Predicate.Span), StringComparison.Ordinal);

        // Beside cosign's, with cosign's own key.
        using var same = SigningKey.Read("key.key", File.ReadAllText(Directory["key.key"]), "secret"u8);
        await Signer(client, reference, same, bundle ? SignatureShape.Bundle : SignatureShape.Tag).SignAsync(image, NoAnnotations.Add("env", "test"), None);
        Cosign("verify", "--key", Directory["key.pub"], "--insecure-ignore-tlog=true", "-a", "env=test", named).Succeeded();
        Cosign("verify", "--key", Directory["key.pub"], "--insecure-ignore-tlog=true", "-a", "env=prod", named).Succeeded();
    }

    private static ImageSigner Signer(RegistryClient client, ImageReference reference, SigningKey key, SignatureShape shape) =>
        new(new RegistrySource(client, reference), new RegistryTarget(client, reference), key) { Shape = shape, Time = DateTimeOffset.UnixEpoch, Reference = reference.Name };

    private static async Task<List<SignatureVerdict>> VerifyAsync(
        RegistryClient client, ImageReference reference, Descriptor image, VerificationKey key, ImmutableSortedDictionary<string, string> annotations, string? predicateType)
    {
        await using var source = new RegistrySource(client, reference);
        var verifier = new SignatureVerifier(key, annotations);
        var manifest = await source.ReadDocumentAsync(image, None);
        return [.. (await new ImageSignatures(source).FindAsync(image, None)).Select(found => verifier.Verify(found, image, manifest, predicateType)).OfType<SignatureVerdict>()];
    }

    private SigningKey WriteKey(string name = "key")
    {
        var key = SigningKey.Generate();
        File.WriteAllText(Directory[name + ".pub"], key.PublicKey.Export());
        return key;
    }

    // With no service in it, cosign asks none.
    private string WriteSigningConfig()
    {
        string path = Directory["signing.json"];
        File.WriteAllText(path, """{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json","rekorTlogConfig":{},"tsaConfig":{}}""");
        return path;
    }

    private JudgeResult Cosign(params string[] arguments) =>
        Judge.Run("cosign", arguments, directory: Directory.Path, environment: new Dictionary<string, string> { ["COSIGN_PASSWORD"] = "secret", ["HOME"] = Directory.Path });

    private async Task<(RegistryClient Client, ImageReference Reference, Descriptor Image)> PushAsync(bool referrers)
    {
        var registry = Serve(new() { Referrers = referrers });
        var client = Client();
        var reference = Image(registry);
        var target = new RegistryTarget(client, reference);
        var image = Samples.Image();
        foreach (var blob in image.Blobs.Where(blob => blob != image.Root))
        {
            await target.PutBlobAsync(blob, None);
        }

        await target.PutRootAsync(image.Root.Descriptor, image.Manifest.ToJson(), None);
        return (client, reference, image.Root.Descriptor);
    }
}
