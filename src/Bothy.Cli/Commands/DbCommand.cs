using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Inspection.Advisories;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy db</c>: the advisories that images are judged by.</summary>
internal static class DbCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal) =>
        new("db", "Look after the advisories that images are judged by: what is known to be vulnerable, on this machine and pinned by a digest.")
        {
            DbUpdateCommand.Create(surroundings, terminal),
            CreateStatus(surroundings, terminal),
            DbUpdateCommand.CreateImport(surroundings, terminal),
            CreateExport(surroundings, terminal),
            DbRegistryCommands.CreatePush(surroundings, terminal),
            DbRegistryCommands.CreatePull(surroundings, terminal),
        };

    /// <summary>The store of these surroundings.</summary>
    public static ContentStore Open(Surroundings surroundings, Terminal terminal) => new(ContentStore.DefaultDirectory(surroundings.Environment))
    {
        DamageFound = damaged => terminal.Warning(damaged.Message),
    };

    private static Command CreateStatus(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("status", "Print which advisories there are: the digest, how old they are, their sources and releases.");
        var advisories = new AdvisoryOption(command);
        var format = Formats.Option();
        command.Add(format);
        command.SetAction(arguments =>
        {
            var store = Open(surroundings, terminal);
            using var opened = advisories.Open(arguments, store);
            var status = new AdvisoryStatus(opened, new AdvisoryStore(store).Previous, surroundings.Time.GetUtcNow());
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? AdvisoryReport.Json(status) : AdvisoryReport.Text(status));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateExport(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("export", "Write the snapshot of advisories to a file, and print its digest. The file is imported elsewhere, or kept.");
        var file = new Argument<string>("FILE") { Description = "Where to write it." };
        command.Add(file);
        var advisories = new AdvisoryOption(command);
        command.SetAction(async (arguments, _) =>
        {
            using var opened = advisories.Open(arguments, Open(surroundings, terminal));
            byte[] bytes = opened.Lookup.ToBytes();
            await PackageFiles.WriteAsync(arguments.GetRequiredValue(file), surroundings, stream => stream.Write(bytes));
            terminal.Result(opened.Lookup.Digest.ToString());
            return ExitCode.Success;
        });
        return command;
    }
}
