using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>The whole way of an image by the command line: built, pushed, signed, read by somebody else, copied, built again.</summary>
public sealed class ShippedImageTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // what is attached stands under tags
    public async Task What_is_pushed_is_verified_explained_and_built_again_by_those_who_have_only_its_name(bool referrers)
    {
        using var registry = new TestRegistry(new TestRegistryOptions { Referrers = referrers });
        string image = $"{registry.Host}/team/hello:1";
        _workshop.Set("COSIGN_PASSWORD", "secret");
        await OutputAsync("sign", "keygen", "me");
        string digest = await OutputAsync("build", "image.yaml", "--quiet", "-t", image, "--push");
        Assert.Equal(digest, await OutputAsync("sign", image, "--key", "me.key"));
        Assert.Equal(digest, await OutputAsync("attest", image, "--provenance", "--key", "me.key"));

        _workshop.Set("BOTHY_STORE", _workshop["other-store"]);
        File.Delete(_workshop["image.yaml"]);
        Assert.Equal(digest, await OutputAsync("verify", image, "--key", "me.pub"));
        Assert.Equal(digest, await OutputAsync("verify", image, "--key", "me.pub", "--type", "slsaprovenance1"));
        var why = await OutputAsync("why", image, "libgreet", "--format", "json");
        Assert.Equal("attached-lock", JsonDocument.Parse(why).RootElement.GetProperty("source").GetString());
        Assert.Equal(digest, await OutputAsync("build", "--from", image, "--verify", "--quiet"));

        await OutputAsync("copy", image, $"oci:{_workshop["copy"]}:1", "--referrers", "--quiet");
        Assert.Equal(digest, await OutputAsync("verify", $"oci:{_workshop["copy"]}:1", "--key", "me.pub"));
    }

    private async Task<string> OutputAsync(params string[] arguments)
    {
        var outcome = await _workshop.RunAsync(arguments);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome.Output;
    }
}
