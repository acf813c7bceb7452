using Bothy.Engine.Locking;
using Bothy.Oci.Layout;
using Bothy.Oci.Sources;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Building an image again from what is attached to it.</summary>
public sealed class FromImageTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    private string Image => $"oci:{_workshop["out/image"]}";

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task An_image_is_built_again_to_the_same_bytes_without_its_image_file()
    {
        _workshop.Set("SOURCE_DATE_EPOCH", "1700000000");
        string digest = (await _workshop.BuildAsync("--attach")).Succeeded().Output;
        _workshop.Set("SOURCE_DATE_EPOCH", "1600000000");
        _workshop.Set("BOTHY_STORE", _workshop["other-store"]);
        File.Delete(_workshop["image.yaml"]);

        var again = await _workshop.RunAsync("build", "--from", Image, "--verify", "--quiet", "-o", $"oci:{_workshop["again"]}");

        Assert.Equal((0, digest, $"{_workshop.Shown(Image)} is what its lock leads to, byte for byte\n"), (again.Code, again.Output, again.Error));
        Assert.Equal(digest.Trim(), OciLayout.Open(_workshop["again"]).Resolve(null).Digest.ToString());
    }

    [Fact]
    public async Task A_lock_is_attached_once_and_the_image_stays_the_only_one()
    {
        await _workshop.BuildAsync("--attach");
        byte[] once = File.ReadAllBytes(_workshop["out/image/index.json"]);
        await _workshop.BuildAsync("--attach");

        Assert.Equal(2, OciLayout.Open(_workshop["out/image"]).Images.Length);
        Assert.Equal(once.Length, File.ReadAllBytes(_workshop["out/image/index.json"]).Length);
    }

    [Fact]
    public async Task What_differs_is_named_and_why()
    {
        // The image has a variable that the lock's image file does not set.
        await _workshop.BuildAsync("--attach");
        var attached = await AttachedAsync();
        _workshop.WriteImage(more: "environment: {A: '1'}\n");
        string digest = (await _workshop.BuildAsync()).Succeeded().Output.Trim();
        OciLayoutWriter.Write(_workshop["out/image"], null, attached.About(OciLayout.Open(_workshop["out/image"]).Resolve(null)), 2, default);

        var verified = await _workshop.RunAsync("build", "--from", Image, "--verify", "--quiet");

        Assert.Equal(3, verified.Code);
        Assert.Equal(
            $"cannot reproduce {_workshop.Shown(Image)}: the configuration: config.Env[0]: the image has \"A=1\", its rebuild \"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"",
            verified.Message);
        Assert.Equal("The same version of bothy made it, so it was changed since it was built, or another lock was attached to it.", verified.Hint);
        Assert.NotEqual(digest, verified.Output.Trim());
        Assert.Equal(0, (await _workshop.RunAsync("build", "--from", Image, "--quiet")).Code);
    }

    [Fact]
    public async Task A_file_that_differs_is_named_by_its_layer_and_another_version_of_bothy_as_the_reason()
    {
        await _workshop.BuildAsync("--attach");
        var attached = await AttachedAsync();
        _workshop.WriteArchive(Workshop.Hello().File("usr/bin/zebra", "#!/bin/zebra\n"));
        (await _workshop.BuildAsync()).Succeeded();
        var older = attached with { Lock = attached.Lock with { Tool = attached.Lock.Tool with { Version = "0.0.1" } } };
        OciLayoutWriter.Write(_workshop["out/image"], null, older.About(OciLayout.Open(_workshop["out/image"]).Resolve(null)), 2, default);

        var verified = await _workshop.RunAsync("build", "--from", Image, "--verify", "--quiet", "--offline");

        Assert.Equal(3, verified.Code);
        Assert.Contains(": layer 1", verified.Message, StringComparison.Ordinal);
        Assert.StartsWith("Bothy 0.0.1 made it, and this is ", verified.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("build", 2, "cannot tell what to build: want an image file, or --from IMAGE")]
    [InlineData("build image.yaml --from IMAGE", 2, "cannot build both an image file and --from IMAGE")]
    [InlineData("build image.yaml --verify", 2, "cannot verify a build that is not --from an image")]
    [InlineData("build --from IMAGE --locked", 2, "cannot use --locked with --from: the image says what is built")]
    [InlineData("build --from IMAGE --arch arm64", 2, "cannot use --arch with --from: the image says what is built")]
    [InlineData("build --from IMAGE", 1, "cannot build IMAGE again: no lock is attached to it")]
    public async Task What_cannot_be_built_again_is_said(string line, int code, string said)
    {
        (await _workshop.BuildAsync()).Succeeded();

        var run = await _workshop.RunAsync([.. line.Split(' ').Select(word => word == "IMAGE" ? Image : word)]);

        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.StartsWith(said.Replace("IMAGE", code == 1 ? _workshop.Shown(Image) : "IMAGE", StringComparison.Ordinal), run.Message, StringComparison.Ordinal);
    }

    private async Task<AttachedLock> AttachedAsync()
    {
        await using var source = LayoutSource.OfDirectory(_workshop["out/image"], null, "image");
        return (await AttachedLock.FindAsync(source, await source.ResolveAsync(default), default))!;
    }
}
