using System.Runtime.Versioning;

namespace Bothy.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class RegistryCommandsTests : IDisposable
{
    private const string Secret = "hush-hush-5678";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_login_is_tried_before_it_is_kept_and_a_logout_forgets_it()
    {
        using var registry = new TestRegistry(new() { User = "me", Password = Secret, Tokens = true });

        var wrong = await RunAsync("wrong", "login", registry.Host, "-u", "me", "--password-stdin");
        Assert.Equal(ExitCode.Failed, wrong.ExitCode);
        Assert.Equal($"error: cannot log in to {registry.Host}: the registry does not accept the credentials\nhint:  Log in again with 'bothy login {registry.Host}', or as somebody who may.\n", wrong.Error);
        Assert.False(File.Exists(_directory[".docker/config.json"]));

        var right = await RunAsync(Secret + "\n", "login", $"http://{registry.Host}/", "-u", "me", "--password-stdin");
        Assert.Equal((ExitCode.Success, $"logged in to {registry.Host}; the password is in {_directory[".docker/config.json"]}\n"), (right.ExitCode, right.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[".docker/config.json"]));

        var unknown = await RunAsync("", "copy", $"{registry.Host}/app:1", $"oci:{_directory["out"]}");
        Assert.StartsWith($"error: cannot pull {registry.Host}/app:1: there is no such tag or digest", unknown.Error, StringComparison.Ordinal);

        Assert.Equal($"logged out of {registry.Host}: forgotten in {_directory[".docker/config.json"]}\n", (await RunAsync("", "logout", registry.Host)).Error);
        Assert.Equal($"nothing is kept for {registry.Host}\n", (await RunAsync("", "logout", registry.Host)).Error);
        Assert.StartsWith($"error: cannot log in to {registry.Host}: the registry wants to know who you are\n", (await RunAsync("", "copy", $"{registry.Host}/app:1", "oci:out")).Error, StringComparison.Ordinal);
        Assert.All([wrong, right, unknown], said => Assert.DoesNotContain(Secret, said.Output + said.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cannot push without a name: say where to with --tag, such as --tag registry.example/app:1", "build", "x.yaml", "--push")]
    [InlineData("cannot push to 'registry.example/App': 'App' is not the name of a repository: it has to be in lower case", "build", "x.yaml", "--push", "-t", "registry.example/App")]
    public async Task What_cannot_be_pushed_is_a_mistake_in_the_command(string message, params string[] args)
    {
        var said = await RunAsync("", args);

        Assert.Equal(ExitCode.Usage, said.ExitCode);
        Assert.StartsWith($"error: {message}\n", said.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("error: cannot log in to 'a b': it is not the name of a registry\n", "login", "a b", "-u", "me", "--password-stdin")]
    [InlineData("error: cannot ask for the password: standard input is not a terminal\n", "login", "registry.example")]
    [InlineData("error: cannot log in to registry.example: the password is empty\n", "login", "registry.example", "-u", "me", "--password-stdin")]
    [InlineData("error: cannot copy to './x': there is no './x'\n", "copy", "oci:a", "./x")]
    public async Task What_cannot_be_done_is_said(string message, params string[] args)
    {
        var said = await RunAsync("", args);

        Assert.Equal(ExitCode.Failed, said.ExitCode);
        Assert.StartsWith(message, said.Error, StringComparison.Ordinal);
    }

    private Task<Said> RunAsync(string input, params string[] args) => CommandLine.RunAsync(
        new Surroundings
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["HOME"] = _directory.Path, ["BOTHY_STORE"] = _directory["store"] },
            MachineRoot = _directory.Path,
            WorkingDirectory = _directory.Path,
            Input = () => new StringReader(input),
        },
        args);
}
