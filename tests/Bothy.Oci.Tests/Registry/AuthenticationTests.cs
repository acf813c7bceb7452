using System.Runtime.Versioning;
using Bothy.Oci.Registry;
using Bothy.Oci.Registry.Credentials;

namespace Bothy.Oci.Tests.Registry;

/// <summary>Who we are to registries: where that is written, how it is shown, and to whom it is not.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AuthenticationTests : RegistryTest
{
    private const string Secret = "hush-hush-5678";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registry_with_users_lets_in_who_is_in_the_files(bool tokens)
    {
        byte[] bytes = Bytes(100);
        using var registry = Serve(new() { User = "me", Password = Secret, Tokens = tokens });
        var client = Client(it => it with { Credentials = Credentials(registry, "me", Secret) });

        await client.PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, await ReadAsync(client.OpenBlobAsync(Image(registry), Blob(bytes), None)));
        Assert.Equal(tokens ? 2 : 0, registry.TokenCount); // one to push with and one to pull with
    }

    [Fact]
    public async Task A_token_that_is_no_longer_good_is_asked_for_again()
    {
        using var registry = Serve(new() { User = "me", Password = Secret, Tokens = true, TokenUses = 3 });
        var client = Client(it => it with { Credentials = Credentials(registry, "me", Secret) });

        for (int i = 0; i < 10; i++)
        {
            byte[] bytes = Bytes(100, i);
            await client.PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);
        }

        Assert.InRange(registry.TokenCount, 7, 10);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged()
    {
        byte[] bytes = Bytes(100);
        using var registry = Serve(new() { User = "me", Password = "other", Tokens = true, IdentityToken = Secret });
        var client = Client(it => it with { Credentials = Credentials($"{{'auths': {{'http://{registry.Host}/v2/': {{'identitytoken': '{Secret}'}} }} }}") });

        await client.PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.DoesNotContain(registry.Requests, request => request.Path.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Everybody_may_pull_where_the_registry_says_so_and_pushing_takes_a_login()
    {
        byte[] bytes = Bytes(100);
        using var registry = Serve(new() { User = "me", Password = Secret, Tokens = true, AnonymousPull = true });
        registry.AddBlob("some/app", bytes);

        Assert.Equal(bytes, await ReadAsync(Client().OpenBlobAsync(Image(registry), Blob(bytes), None)));
        var failure = await FailureOf(Client().PutBlobAsync(Image(registry), Blob(Bytes(5)), Open(Bytes(5)), null, null, None));
        Assert.Equal($"cannot push {Image(registry)}: the registry wants to know who you are", failure.Message);
        Assert.Equal($"Log in with 'bothy login {registry.Host}'.", failure.Hint);
    }

    [Theory]
    [InlineData(false, "pull")]
    [InlineData(true, "log in to")]
    public async Task A_wrong_password_is_called_that(bool tokens, string deed)
    {
        using var registry = Serve(new() { User = "me", Password = Secret, Tokens = tokens });
        var client = Client(it => it with { Credentials = Credentials(registry, "me", "wrong-" + Secret) });

        var failure = await FailureOf(client.ReadManifestAsync(Image(registry), None));

        Assert.Equal($"cannot {deed} {(tokens ? registry.Host : Image(registry))}: the registry does not accept the credentials", failure.Message);
        Assert.Equal($"Log in again with 'bothy login {registry.Host}', or as somebody who may.", failure.Hint);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_shows_in_any_failure()
    {
        var said = new List<string>();
        foreach (int status in (int[])[400, 401, 403, 404, 405, 413, 416, 429, 500, 503])
        {
            foreach (string at in (string[])["/v2/some", "/token", "uploads"])
            {
                using var registry = Serve(new()
                {
                    User = "me",
                    Password = Secret,
                    Tokens = status % 2 == 0,
                    Fault = request => request.Path.Contains(at, StringComparison.Ordinal) && request["Authorization"] is not null ? new() { Status = status } : null,
                });
                var client = Client(it => it with { Credentials = Credentials(registry, "me", Secret), Transfer = it.Transfer with { RetryCount = 1 } });
                try
                {
                    await client.PutBlobAsync(Image(registry), Blob(Bytes(9)), Open(Bytes(9)), null, null, None);
                }
                catch (BothyException failure)
                {
                    said.Add(failure + failure.Hint);
                }
            }
        }

        Assert.True(said.Count > 15);
        string basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("me:" + Secret));
        Assert.All(said, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain(basic, text, StringComparison.Ordinal));
        Assert.All(said, text => Assert.DoesNotContain("secret-", text, StringComparison.Ordinal)); // tokens, states of uploads, signatures
        Assert.DoesNotContain(Secret, new RegistryCredential.Password("me", Secret).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Helpers_are_asked_over_their_standard_input_alone()
    {
        using var registry = Serve(new() { User = "me", Password = Secret });
        Helper($$"""
            server=$(cat); [ "$1" = get ] && [ "$server" = {{registry.Host}} ] && echo '{"ServerURL": "x", "Username": "me", "Secret": "{{Secret}}"}' && exit
            echo 'credentials not found in native keychain'; exit 1
            """);
        byte[] bytes = Bytes(10);
        registry.AddBlob("some/app", bytes);
        var client = Client(it => it with { Credentials = WithHelper($"{{'credHelpers': {{'{registry.Host}': 'test'}} }}") });

        Assert.Equal(bytes, await ReadAsync(client.OpenBlobAsync(Image(registry), Blob(bytes), None)));
        Assert.Null(await WithHelper("{'credsStore': 'test'}").FindAsync("other.example", "app", None));
    }

    [Theory]
    [InlineData("{'credsStore': 'absent'}", "cannot run docker-credential-absent, which is said to keep the credentials: it is not installed")]
    [InlineData("{'credsStore': '../../bin/sh'}", "cannot run docker-credential-../../bin/sh, which is said to keep the credentials: it is not installed")]
    public async Task A_helper_that_is_not_there_is_named(string json, string message) =>
        Assert.Equal(message, (await FailureOf(WithHelper(json).FindAsync("other.example", "app", None))).Message);

    [Fact]
    public async Task A_helper_that_talks_nonsense_is_not_quoted()
    {
        Helper($"echo '{Secret}'");

        var failure = await FailureOf(WithHelper("{'credsStore': 'test'}").FindAsync("other.example", "app", None));

        Assert.Equal("cannot ask docker-credential-test for the credentials of other.example: its answer is not the JSON it should be", failure.Message);
    }

    [Theory]
    [InlineData("registry.example", "a/b", "one")]
    [InlineData("registry.example", "a/c", "two")] // the longest beginning of the name decides
    [InlineData("registry.example", "x", "three")]
    [InlineData("docker.io", "library/alpine", "four")]
    [InlineData("other.example", "x", null)]
    public async Task Credentials_are_found_by_the_names_that_docker_and_podman_use(string host, string repository, string? user)
    {
        string Auth(string name) => $"{{'auth': '{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(name + ":p"))}'}}";
        var credentials = Credentials(
            $"{{'auths': {{'registry.example/a/b': {Auth("one")}, 'registry.example/a': {Auth("two")}, 'https://registry.example/v2/': {Auth("three")}, 'https://index.docker.io/v1/': {Auth("four")}, 'x': 7, 'y': null}} }}");

        Assert.Equal(user, (await credentials.FindAsync(host, repository, None) as RegistryCredential.Password)?.UserName);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("{'auths': {'a': 1, 'a': 2}}")]
    public async Task A_damaged_file_is_named_and_not_quoted(string json)
    {
        var failure = await FailureOf(Credentials(json).FindAsync("a", "b", None));

        Assert.Equal($"cannot read the credentials in {Directory["auth.json"]}: not the JSON it should be", failure.Message);
    }

    [Fact]
    public async Task A_login_is_kept_for_its_owner_alone_and_leaves_the_rest_of_the_file()
    {
        File.WriteAllText(Directory["auth.json"], """{"auths": {"a.example": {"auth": "bWU6eA=="}}, "detachKeys": "ctrl-e"}""");
        var environment = new Dictionary<string, string> { ["REGISTRY_AUTH_FILE"] = Directory["auth.json"] };

        Assert.Equal(Directory["auth.json"], await RegistryCredentials.FromEnvironment(environment, null).SaveAsync("b.example:5000", new("me", "a:b"), None));

        var after = RegistryCredentials.FromEnvironment(environment, null);
        Assert.Equal(new RegistryCredential.Password("me", "a:b"), await after.FindAsync("b.example:5000", "x", None));
        Assert.Equal(new RegistryCredential.Password("me", "x"), await after.FindAsync("a.example", "x", None));
        Assert.Contains("ctrl-e", File.ReadAllText(Directory["auth.json"]), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory["auth.json"]));
        Assert.Equal([Directory["auth.json"]], (await after.RemoveAsync("b.example:5000", None)).ToArray());
        Assert.Empty(await after.RemoveAsync("b.example:5000", None));
        Assert.Null(await RegistryCredentials.FromEnvironment(environment, null).FindAsync("b.example:5000", "x", None));
    }

    [Fact]
    public async Task Without_encryption_only_loopback_is_spoken_to_unless_told_otherwise()
    {
        using var registry = Serve();
        byte[] bytes = Bytes(10);
        registry.AddBlob("some/app", bytes);
        RegistrySettings There(RegistrySettings it) => it with { Transfer = it.Transfer with { RetryCount = 0, Connect = (_, token) => ConnectAsync(registry, token) } };
        var image = ImageReference.Parse("registry.example/some/app");

        await FailureOf(Client(There).OpenBlobAsync(image, Blob(bytes), None));
        Assert.Empty(registry.Requests);
        Assert.Equal(bytes, await ReadAsync(Client(it => There(it) with { PlainHttp = true }).OpenBlobAsync(image, Blob(bytes), None)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_registry_of_an_authority_of_its_own_is_trusted_by_file_and_by_directory(bool byDirectory)
    {
        using var certificate = TestCertificate.SelfSigned("localhost");
        using var registry = Serve(new() { Certificate = certificate });
        byte[] bytes = Bytes(10);
        registry.AddBlob("some/app", bytes);
        string directory = Directory[$"certs.d/{registry.Host}"];
        System.IO.Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "ca.crt"), certificate.ExportCertificatePem());
        RegistrySettings Trusting(RegistrySettings it) => byDirectory
            ? it with { CertificateDirectories = [Directory["certs.d"]] }
            : it with { Transfer = it.Transfer with { AuthorityFiles = [Path.Combine(directory, "ca.crt")] } };

        Assert.Equal(bytes, await ReadAsync(Client(Trusting).OpenBlobAsync(Image(registry), Blob(bytes), None)));
        Assert.Contains("no secure connection", (await FailureOf(Client().OpenBlobAsync(Image(registry), Blob(bytes), None))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic realm=\"x\"", "basic(realm=x)")]
    [InlineData("Bearer realm=\"https://a.example/t\",service=\"s, \\\"q\\\"\" , scope=repository:a:pull", "bearer(realm=https://a.example/t,scope=repository:a:pull,service=s, \"q\")")]
    [InlineData("Negotiate, Basic realm=x", "negotiate() basic(realm=x)")]
    [InlineData("Bearer realm=\"unended", "bearer(realm=unended)")]
    [InlineData("=,\"", "")]
    public void Challenges_are_read(string header, string expected) => Assert.Equal(
        expected,
        string.Join(' ', Challenge.Parse([header]).Select(each => $"{each.Scheme}({string.Join(',', each.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))})")));

    private static async ValueTask<Stream> ConnectAsync(TestRegistry registry, CancellationToken cancellationToken)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, registry.Address.Port, cancellationToken);
        return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
    }

    private void Helper(string script)
    {
        File.WriteAllText(Directory["docker-credential-test"], "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(Directory["docker-credential-test"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private RegistryCredentials WithHelper(string json)
    {
        File.WriteAllText(Directory["auth.json"], json.Replace('\'', '"'));
        return RegistryCredentials.FromEnvironment(
            new Dictionary<string, string> { ["REGISTRY_AUTH_FILE"] = Directory["auth.json"], ["PATH"] = $"{Directory.Path}:/usr/bin:/bin" }, runtimeDirectory: null);
    }
}
