using System.Net;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Tests.Registry;

/// <summary>The registry of our tests, judged by clients that nobody here wrote: what it gets wrong, ours would learn.</summary>
public sealed class TestRegistryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresTheory("judges:skopeo")]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Skopeo_pushes_and_pulls_with_nobody_a_password_and_a_token(bool users, bool tokens)
    {
        var index = Samples.Index();
        OciLayoutWriter.Write(_directory["in"], null, index, 2, CancellationToken.None);
        using var registry = new TestRegistry(new() { User = users ? "me" : null, Password = "secret", Tokens = tokens });
        string image = $"docker://{registry.Host}/some/app:1";
        string[] options = users ? ["--authfile", AuthFile(registry, "me", "secret")] : [];

        Judge.Run("skopeo", ["copy", "--all", "--dest-tls-verify=false", .. options, $"oci:{_directory["in"]}", image]).Succeeded();
        Judge.Run("skopeo", ["copy", "--all", "--src-tls-verify=false", .. options, image, $"oci:{_directory["out"]}"]).Succeeded();

        Assert.Equal(index.Root.Descriptor.Digest, OciLayout.Open(_directory["out"]).Resolve(null).Digest);
        Assert.Equal(tokens, registry.TokenCount > 0);
    }

    [RequiresFact("judges:skopeo")]
    public void Skopeo_is_kept_out_without_the_password()
    {
        using var registry = new TestRegistry(new() { User = "me", Password = "secret", Tokens = true });

        var refused = Judge.Run("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Host}/some/app:1");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("unauthorized", refused.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Faults_happen_to_the_requests_they_are_meant_for()
    {
        using var registry = new TestRegistry(new()
        {
            Fault = request => request.Number switch
            {
                0 => new() { Status = 429, RetryAfter = "7" },
                1 => new() { CutAnswerAfter = 3 },
                2 => new() { Corrupt = true },
                _ => null,
            },
        });
        byte[] bytes = [1, 2, 3, 4, 5];
        var address = new Uri(registry.Address, $"/v2/app/blobs/{registry.AddBlob("app", bytes)}");
        using var client = new HttpClient();

        using var limited = await client.GetAsync(address);
        Assert.Equal((HttpStatusCode.TooManyRequests, "7"), (limited.StatusCode, limited.Headers.RetryAfter!.ToString()));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetByteArrayAsync(address));
        Assert.NotEqual(bytes, await client.GetByteArrayAsync(address));
        Assert.Equal(bytes, await client.GetByteArrayAsync(address));
    }

    private string AuthFile(TestRegistry registry, string user, string password)
    {
        string token = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
        File.WriteAllText(_directory["auth.json"], $$"""{ "auths": { "{{registry.Host}}": { "auth": "{{token}}" } } }""");
        return _directory["auth.json"];
    }
}
