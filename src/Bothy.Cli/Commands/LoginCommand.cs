using System.CommandLine;
using Bothy.Oci.Registry;
using Bothy.Oci.Registry.Credentials;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy login</c>.</summary>
internal static class LoginCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("login", "Log in to a registry, and keep the password where docker and podman keep theirs.");
        var host = HostArgument();
        var user = new Option<string>("--username", "-u") { Description = "Who to be; asked for unless given.", HelpName = "USER" };
        var fromInput = new Option<bool>("--password-stdin") { Description = "Read the password from standard input instead of asking for it." };
        command.Add(host);
        command.Add(user);
        command.Add(fromInput);
        var registries = new RegistryOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string registry = Host(arguments.GetRequiredValue(host));
            string name = arguments.GetValue(user) is { Length: > 0 } given ? given : Ask(surroundings, terminal, $"Username for {registry}: ", secret: false);
            string password = arguments.GetValue(fromInput)
                ? surroundings.Input().ReadToEnd().TrimEnd('\n', '\r')
                : Ask(surroundings, terminal, $"Password for {name} at {registry}: ", secret: true);
            if (password.Length == 0)
            {
                throw new BothyException($"cannot log in to {registry}: the password is empty");
            }

            var credential = new RegistryCredential.Password(name, password);
            using var client = registries.Open(arguments, surroundings);
            if (!await client.TryLoginAsync(registry, credential, cancellationToken))
            {
                terminal.Warning($"{registry} asks nobody who they are, so the password could not be tried");
            }

            string place = await RegistryOptions.Credentials(surroundings).SaveAsync(registry, credential, cancellationToken);
            terminal.Line($"logged in to {registry}; the password is in {place}");
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>The argument HOST.</summary>
    public static Argument<string> HostArgument() => new("HOST") { Description = "The registry, such as registry.example or localhost:5000." };

    /// <summary>The registry that <paramref name="text"/> names; an address is taken for its host.</summary>
    /// <exception cref="BothyException">It names none.</exception>
    public static string Host(string text)
    {
        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string host = (scheme < 0 ? text : text[(scheme + 3)..]).TrimEnd('/');
        return ImageReference.TryParseHost(host, out string? registry)
            ? registry
            : throw new BothyException($"cannot log in to '{text}': it is not the name of a registry") { Hint = "Want HOST[:PORT], such as registry.example." };
    }

    private static string Ask(Surroundings surroundings, Terminal terminal, string question, bool secret)
    {
        if (surroundings.ReadAnswer is not { } read)
        {
            throw new BothyException("cannot ask for the password: standard input is not a terminal") { Hint = "Give --username, and the password with --password-stdin." };
        }

        terminal.Prompt(question);
        return read(secret);
    }
}
