using System.CommandLine;
using Bothy.Inspection.Advisories;
using Bothy.Oci.Registry;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy db push</c> and <c>bothy db pull</c>: snapshots in registries.</summary>
internal static class DbRegistryCommands
{
    public static Command CreatePush(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("push", "Put the snapshot of advisories into a registry, and print the digest of its manifest.");
        var reference = Reference(command, "Where to, such as registry.example/advisories:today.");
        var advisories = new AdvisoryOption(command);
        var registries = new RegistryOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var opened = advisories.Open(arguments, DbCommand.Open(surroundings, terminal));
            using var client = registries.Open(arguments, surroundings);
            var digest = await AdvisoryArtifact.PushAsync(opened.Lookup, client, Parse(arguments.GetRequiredValue(reference)), progress: null, cancellationToken);
            terminal.Result(digest.ToString());
            return ExitCode.Success;
        });
        return command;
    }

    public static Command CreatePull(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("pull", "Take a snapshot of advisories from a registry, make it the current one, and print its digest.");
        var reference = Reference(command, "Where it is: a name with a tag or a digest.");
        var registries = new RegistryOptions(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            using var client = registries.Open(arguments, surroundings);
            string name = arguments.GetRequiredValue(reference);
            byte[] bytes = await AdvisoryArtifact.PullAsync(client, Parse(name), cancellationToken);
            terminal.Result(new AdvisoryStore(DbCommand.Open(surroundings, terminal)).Adopt(bytes, name, seen: null).ToString());
            return ExitCode.Success;
        });
        return command;
    }

    private static Argument<string> Reference(Command command, string description)
    {
        var reference = new Argument<string>("REF") { Description = description };
        command.Add(reference);
        return reference;
    }

    private static ImageReference Parse(string text) =>
        ImageReference.TryParse(text, out var reference, out string? reason) ? reference : throw new BothyException($"cannot use '{text}': {reason}");
}
