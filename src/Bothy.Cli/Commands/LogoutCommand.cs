using System.CommandLine;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy logout</c>.</summary>
internal static class LogoutCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("logout", "Forget the password of a registry, wherever docker, podman and Bothy keep it.");
        var host = LoginCommand.HostArgument();
        command.Add(host);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string registry = LoginCommand.Host(arguments.GetRequiredValue(host));
            var places = await RegistryOptions.Credentials(surroundings).RemoveAsync(registry, cancellationToken);
            terminal.Line(places.IsEmpty ? $"nothing is kept for {registry}" : $"logged out of {registry}: forgotten in {string.Join(" and ", places)}");
            return ExitCode.Success;
        });
        return command;
    }
}
