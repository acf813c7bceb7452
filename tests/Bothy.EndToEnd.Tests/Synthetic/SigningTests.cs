using System.Runtime.Versioning;
using System.Text.Json;
using Bothy.Oci;
using Bothy.Oci.Layout;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Keys, signatures and statements by the command line, on layouts.</summary>
[SupportedOSPlatform("linux")]
public sealed class SigningTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    private string Image => $"oci:{_workshop["out/image"]}";

    public SigningTests() => _workshop.Set("COSIGN_PASSWORD", "secret");

    public void Dispose() => _workshop.Dispose();

    [RequiresFact("judges:openssl")]
    public async Task A_key_is_its_owners_alone_and_under_its_password()
    {
        var made = await _workshop.RunAsync("sign", "keygen", _workshop["keys/me"]);

        Assert.Equal((0, "DIR/keys/me.key\n", ""), (made.Code, made.Output, made.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_workshop["keys/me.key"]));
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", File.ReadAllText(_workshop["keys/me.key"]), StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllText(_workshop["keys/me.pub"]),
            Judge.Run("openssl", "pkey", "-in", _workshop["keys/me.key"], "-passin", "pass:secret", "-pubout").Succeeded().Output);

        File.Delete(_workshop["keys/me.key"]);
        var again = await _workshop.RunAsync("sign", "keygen", _workshop["keys/me"]);
        Assert.Equal((1, "cannot write DIR/keys/me.pub: it is there already"), (again.Code, again.Message));
        Assert.False(File.Exists(_workshop["keys/me.key"]));
    }

    [Fact]
    public async Task A_key_without_a_password_is_warned_of_and_one_nobody_gave_is_asked_for_in_vain()
    {
        _workshop.Set("COSIGN_PASSWORD", "");
        Assert.Equal("warning: me.key has no password: whoever reads the file can sign\n", (await _workshop.RunAsync("sign", "keygen", "me")).Error);
        File.WriteAllText(_workshop["password"], "from a file\nand no further");
        Assert.Equal("", (await _workshop.RunAsync("sign", "keygen", "other", "--password-file", "password")).Error);

        (await _workshop.BuildAsync()).Succeeded();
        Assert.Equal(0, (await _workshop.RunAsync("sign", Image, "--key", "other.key", "--password-file", "password")).Code);
        var wrong = await _workshop.RunAsync("sign", Image, "--key", "other.key");
        Assert.Equal((1, "cannot use the key other.key: the password is not the key's, or the file was changed"), (wrong.Code, wrong.Message));
    }

    [Fact]
    public async Task A_password_is_asked_for_where_somebody_is_there_twice_for_a_new_key_and_never_shown()
    {
        using var workshop = Workshop.WithArchive();
        (await workshop.BuildAsync()).Succeeded();
        var nobody = await workshop.RunAsync("sign", "keygen", "me");
        Assert.Equal((1, "cannot use the key: it needs a password, and there is no terminal to ask at", "Set $COSIGN_PASSWORD, or name a file with --password-file."), (nobody.Code, nobody.Message, nobody.Hint));

        workshop.Answers = new(["opensesame", "opensesam"]);
        var differ = await workshop.RunAsync("sign", "keygen", "me");
        Assert.Equal(1, differ.Code);
        Assert.Contains("cannot make me.key: the two passwords differ", differ.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(workshop["me.key"]));

        workshop.Answers = new(["opensesame", "opensesame"]);
        var made = await workshop.RunAsync("sign", "keygen", "me");
        Assert.Equal((0, "password for me.key: the same again: "), (made.Code, made.Error));

        workshop.Answers = new(["wrong"]);
        var wrong = await workshop.RunAsync("sign", "oci:out/image", "--key", "me.key");
        Assert.Equal(1, wrong.Code);
        Assert.Contains("cannot use the key me.key: the password is not the key's, or the file was changed", wrong.Error, StringComparison.Ordinal);
        workshop.Answers = new(["opensesame"]);
        var signed = await workshop.RunAsync("sign", "oci:out/image", "--key", "me.key");
        Assert.Equal(0, signed.Code);
        Assert.StartsWith("password of me.key: ", signed.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await workshop.RunAsync("verify", "oci:out/image", "--key", "me.pub")).Code);
        Assert.DoesNotContain("opensesam", made.Error + made.Output + differ.Error + signed.Error + signed.Output + File.ReadAllText(workshop["me.key"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_index_each_image_is_signed_where_that_is_asked_for()
    {
        string sources = string.Concat(_workshop.WriteArchives().Select(static source => $"    - {source}\n"));
        _workshop.WriteImageText($"contents:\n  repositories:\n{sources}  packages: [hello]\narchs: [amd64, arm64]\n");
        string digest = (await _workshop.BuildAsync()).Succeeded().Output.Trim();
        await _workshop.RunAsync("sign", "keygen", "me");
        string[] images = [.. ImageIndex.Parse(File.ReadAllBytes(_workshop[$"out/image/blobs/sha256/{digest[7..]}"]), "index").Manifests.Select(static one => one.Digest.ToString())];
        Assert.Equal(2, images.Length);

        Assert.Equal((0, digest), ((await _workshop.RunAsync("sign", Image, "--key", "me.key")) is var root ? root.Code : 0, root.Output.Trim()));
        Assert.Equal(0, (await _workshop.RunAsync("verify", Image, "--key", "me.pub")).Code);
        var partly = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--recursive");
        Assert.Equal(3, partly.Code);
        Assert.StartsWith($"cannot verify {_workshop.Shown(Image)} ({images[0]}): it has no signature", partly.Message, StringComparison.Ordinal);

        var signed = await _workshop.RunAsync("sign", Image, "--key", "me.key", "--recursive");
        var verified = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--recursive");

        Assert.Equal((0, string.Join('\n', [digest, .. images])), (signed.Code, signed.Output.TrimEnd('\n')));
        Assert.StartsWith($"{digest} was signed so already\n", signed.Error, StringComparison.Ordinal);
        Assert.Equal((0, signed.Output), (verified.Code, verified.Output));
        Assert.Equal(3, (await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--recursive", "-a", "env=prod")).Code);
    }

    [Theory]
    [InlineData("both", 2)]
    [InlineData("bundle", 1)]
    [InlineData("tag", 1)]
    public async Task What_is_signed_in_a_layout_is_verified_there(string shape, int signatures)
    {
        await _workshop.RunAsync("sign", "keygen", "me");
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;

        var unsigned = await _workshop.RunAsync("verify", Image, "--key", "me.pub");
        var signed = await _workshop.RunAsync("sign", Image, "--key", "me.key", "--shape", shape, "-a", "env=prod");
        var verified = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "-a", "env=prod");
        var again = await _workshop.RunAsync("sign", Image, "--key", "me.key", "--shape", shape, "-a", "env=prod");

        Assert.Equal((3, $"cannot verify {_workshop.Shown(Image)} ({digest.Trim()}): it has no signature"), (unsigned.Code, unsigned.Message));
        Assert.Equal(
            (0, digest, "no public log was told of the signature: verify it with the key, and with cosign by --insecure-ignore-tlog\n"),
            (signed.Code, signed.Output, signed.Error));
        Assert.Equal((0, digest), (verified.Code, verified.Output));
        Assert.Equal(signatures, verified.Error.Split('\n').Count(line => line.StartsWith($"{digest.Trim()}: good signature of me.pub (", StringComparison.Ordinal) && line.EndsWith(", env=prod; no log entry)", StringComparison.Ordinal)));
        Assert.Equal((0, $"{digest.Trim()} was signed so already\n"), (again.Code, again.Error));
        Assert.Equal(digest, (await _workshop.BuildAsync()).Output); // and the image is what it was
    }

    [Fact]
    public async Task Each_check_that_fails_is_named()
    {
        await _workshop.RunAsync("sign", "keygen", "me");
        await _workshop.RunAsync("sign", "keygen", "other");
        await _workshop.BuildAsync();
        await _workshop.RunAsync("sign", Image, "--key", "me.key", "--shape", "tag", "-a", "env=prod");

        var key = await _workshop.RunAsync("verify", Image, "--key", "other.pub");
        var annotation = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "-a", "env=test");
        var type = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--type", "spdx");
        Assert.Equal((3, ""), (key.Code, key.Output));
        Assert.Contains(".sig[0]: another key made it: its hint is ", key.Message, StringComparison.Ordinal);
        Assert.EndsWith(".sig[0]: the annotation 'env' is 'prod', not 'test'", annotation.Message, StringComparison.Ordinal);
        Assert.EndsWith("it has no statement of the type https://spdx.dev/Document", type.Message, StringComparison.Ordinal);

        // The payload, then the image, each changed where it lies.
        string payload = Directory.GetFiles(_workshop["out/image/blobs/sha256"]).Single(file => File.ReadAllText(file).Contains("docker-manifest-digest", StringComparison.Ordinal));
        string text = File.ReadAllText(payload);
        File.WriteAllText(payload, text.Replace("prod", "test", StringComparison.Ordinal));
        var changed = await _workshop.RunAsync("verify", Image, "--key", "me.pub");
        Assert.Equal(3, changed.Code);
        Assert.Contains($"cannot accept sha256:{Path.GetFileName(payload)}: the content is sha256:", changed.Message, StringComparison.Ordinal);

        File.WriteAllText(payload, text);
        string manifest = Path.Combine(_workshop["out/image/blobs/sha256"], OciLayout.Open(_workshop["out/image"]).Resolve(null).Digest.Hex);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"schemaVersion\":2", "\"schemaVersion\":1", StringComparison.Ordinal));
        var image = await _workshop.RunAsync("verify", Image, "--key", "me.pub");
        Assert.Equal(1, image.Code);
        Assert.StartsWith($"cannot accept sha256:{Path.GetFileName(manifest)}: the content is sha256:", image.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_payload_with_a_manifest_to_match_is_called_that()
    {
        await _workshop.RunAsync("sign", "keygen", "me");
        await _workshop.BuildAsync();
        await _workshop.RunAsync("sign", Image, "--key", "me.key", "--shape", "tag", "-a", "env=prod");
        string layout = _workshop["out/image"];
        string tag = $"sha256-{OciLayout.Open(layout).Resolve(null).Digest.Hex}.sig";
        var opened = OciLayout.Open(layout);
        var manifest = opened.ReadManifest(opened.Resolve(tag));
        byte[] payload = File.ReadAllBytes(Path.Combine(layout, "blobs/sha256", manifest.Layers[0].Digest.Hex));
        byte[] other = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(payload).Replace("prod", "test", StringComparison.Ordinal));
        Put(layout, other);
        byte[] changed = (manifest with { Layers = [manifest.Layers[0] with { Digest = Digest.Of(other) }] }).ToJson();
        Put(layout, changed);
        string index = Path.Combine(layout, "index.json");
        var entries = ImageIndex.Parse(File.ReadAllBytes(index), "index");
        File.WriteAllBytes(index, (entries with
        {
            Manifests = [.. entries.Manifests.Select(entry => entry.RefName == tag ? entry with { Digest = Digest.Of(changed), Size = changed.Length } : entry)],
        }).ToJson());

        var verified = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "-a", "env=test");

        Assert.Equal(3, verified.Code);
        Assert.EndsWith(".sig[0]: it says that this key made it, but the payload or the signature was changed since", verified.Message, StringComparison.Ordinal);

        static void Put(string layout, byte[] bytes) => File.WriteAllBytes(Path.Combine(layout, "blobs/sha256", Digest.Of(bytes).Hex), bytes);
    }

    [Fact]
    public async Task A_statement_and_how_the_image_was_built_are_attested_and_printed()
    {
        await _workshop.RunAsync("sign", "keygen", "me");
        string digest = (await _workshop.BuildAsync("--attach")).Succeeded().Output;
        File.WriteAllText(_workshop["results.json"], """{"passed":3}""");

        Assert.Equal(digest, (await _workshop.RunAsync("attest", Image, "--key", "me.key", "--type", "test", "--predicate", "results.json")).Output);
        Assert.Equal(digest, (await _workshop.RunAsync("attest", Image, "--key", "me.key", "--provenance")).Output);
        var test = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--type", "test", "--format", "json");
        var provenance = await _workshop.RunAsync("verify", Image, "--key", "me.pub", "--type", "slsaprovenance", "--format", "json");

        using var tested = JsonDocument.Parse(test.Output);
        Assert.Equal(3, Predicate(tested).GetProperty("passed").GetInt32());
        using var built = JsonDocument.Parse(provenance.Output);
        var definition = Predicate(built).GetProperty("buildDefinition");
        Assert.Equal("urn:bothy:build:v1", definition.GetProperty("buildType").GetString());
        Assert.Contains("packages:", definition.GetProperty("externalParameters").GetProperty("imageFile").GetProperty("content").GetString(), StringComparison.Ordinal);
        string deb = _workshop.Find("hello_1.0-1");
        var hello = definition.GetProperty("resolvedDependencies").EnumerateArray().Single(each => each.GetProperty("name").GetString() == Path.GetFileName(deb));
        Assert.Equal(Digest.Of(File.ReadAllBytes(deb)).Hex, hello.GetProperty("digest").GetProperty("sha256").GetString());
        Assert.StartsWith("pkg:deb/", hello.GetProperty("uri").GetString(), StringComparison.Ordinal);
        Assert.Contains("/hello@1.0-1?arch=amd64", hello.GetProperty("uri").GetString(), StringComparison.Ordinal);

        static JsonElement Predicate(JsonDocument report) => report.RootElement.GetProperty("images")[0].GetProperty("verified")[0].GetProperty("predicate");
    }

    [Theory]
    [InlineData("sign IMAGE", 2, "Option '--key' is required.")]
    [InlineData("sign IMAGE --key none.key", 1, "cannot read none.key: there is no such file or directory")]
    [InlineData("sign IMAGE --key me.pub", 1, "cannot use the key me.pub: it is a public key")]
    [InlineData("sign IMAGE --key me.key -a env", 2, "cannot read the annotation 'env': want KEY=VALUE")]
    [InlineData("sign IMAGE --key me.key --shape round", 2, "cannot sign as 'round': want bundle, tag or both")]
    [InlineData("sign docker-archive:x.tar --key me.key", 1, "cannot sign docker-archive:x.tar: signatures are kept in layouts and registries")]
    [InlineData("attest IMAGE --key me.key", 2, "cannot tell what to attest: want --type and --predicate, or --provenance")]
    [InlineData("attest IMAGE --key me.key --type test", 2, "cannot tell what to attest: want --type and --predicate, or --provenance")]
    [InlineData("attest IMAGE --key me.key --type spd --predicate x", 2, "cannot tell what type 'spd' is (did you mean 'spdx'?)")]
    [InlineData("attest IMAGE --key me.key --type test --predicate keys.gpg", 1, "cannot read the predicate: it is not JSON")]
    [InlineData("attest IMAGE --key me.key --provenance", 1, "cannot attest how IMAGE was built: no lock is attached to it")]
    [InlineData("verify IMAGE --key me.key", 1, "cannot use the key me.key: it is a private key under a password")]
    public async Task What_goes_wrong_is_said_and_nothing_is_written(string line, int code, string said)
    {
        await _workshop.RunAsync("sign", "keygen", "me");
        (await _workshop.BuildAsync()).Succeeded();
        byte[] before = File.ReadAllBytes(_workshop["out/image/index.json"]);

        var run = await _workshop.RunAsync([.. line.Split(' ').Select(word => word == "IMAGE" ? Image : word)]);

        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.StartsWith(said.Replace("IMAGE", _workshop.Shown(Image), StringComparison.Ordinal), run.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_workshop["out/image/index.json"]));
    }
}
