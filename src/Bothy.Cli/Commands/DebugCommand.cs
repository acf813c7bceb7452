using System.CommandLine;
using Bothy.Cli.Debugging;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy debug</c>.</summary>
internal static class DebugCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("debug", "Start a shell beside an image or a running container that has none, without changing either (with podman).");
        var target = new Argument<string>("NAME")
        {
            Description = "A container of podman's by name or id; or an image: podman's by name, oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, docker://REFERENCE, a path.",
        };
        var words = new Argument<string[]>("COMMAND") { Description = "What to run in place of a shell, behind --; its exit code is the answer.", Arity = ArgumentArity.ZeroOrMore };
        var user = new Option<string>("--user", "-u") { Description = "As whom: a name or number, and a group. The image's own user unless given; root beside a container.", HelpName = "USER[:GROUP]" };
        var root = new Option<bool>("--root") { Description = "As root, whoever the image runs as." };
        var network = new Option<string>("--network") { Description = "The network of a container made of an image, as podman takes it, such as none or host.", HelpName = "MODE" };
        var toolbox = new Option<string>("--toolbox")
        {
            Description = "Take the shell and its programs from this debug image, in place of the busybox-static of the machine's distribution.",
            HelpName = "IMAGE",
        };
        var offline = new Option<bool>("--offline") { Description = "Use what the store has and never the network." };
        var platform = ImageArgument.PlatformOption();
        command.Add(target);
        command.Add(words);
        foreach (var option in new Option[] { user, root, network, toolbox, platform, offline })
        {
            command.Add(option);
        }

        var registries = new RegistryOptions(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(root) && result.GetValue(user) is not null)
            {
                result.AddError("cannot be both --root and another --user");
            }
        });
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var wishes = new DebugWishes
            {
                Command = [.. arguments.GetValue(words) ?? []],
                User = arguments.GetValue(root) ? "0:0" : arguments.GetValue(user),
                Network = arguments.GetValue(network),
                Toolbox = arguments.GetValue(toolbox),
                Platform = arguments.GetValue(platform),
                IsOffline = arguments.GetValue(offline),
                IsInteractive = surroundings.ReadAnswer is not null && terminal.Tables,
            };
            await using var podman = PodmanProcess.Open(surroundings, ownStorage: false);
            using var client = registries.Open(arguments, surroundings, wishes.IsOffline);
            var shell = new DebugShell(podman, wishes, surroundings, terminal);
            return await DebugTarget.FindAsync(arguments.GetRequiredValue(target), podman, surroundings, cancellationToken) switch
            {
                DebugTarget.Container container => await shell.RunAsync(container, cancellationToken),
                DebugTarget.Image image => await shell.RunAsync(image, client, cancellationToken),
                var other => throw new InvalidOperationException($"no such target: {other}"),
            };
        });
        return command;
    }
}
