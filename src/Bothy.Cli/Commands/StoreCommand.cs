using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Formats.Text;
using Bothy.Inspection.Advisories;
using Bothy.Store;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy store</c>: looking after what is kept between builds.</summary>
internal static class StoreCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal) =>
        new("store", "Look after the store: what is kept between builds.")
        {
            CreateInfo(surroundings, terminal),
            CreatePrune(surroundings, terminal),
            CreateVerify(surroundings, terminal),
        };

    private static Command CreateInfo(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("info", "Print what the store holds: kinds, counts, sizes and when they were used.");
        var format = Formats.Option();
        command.Add(format);
        command.SetAction(arguments =>
        {
            var store = Open(surroundings);
            var items = new StoreUpkeep(store).List();
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? StoreReport.Json(store.Directory, items) : StoreReport.Text(store.Directory, items));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreatePrune(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("prune", "Remove what was not used for longest. What a running build uses stays, and so do the advisories.");
        var keep = new Option<long>("--keep")
        {
            Description = "How much may stay: a number of bytes, or of K, M, G or T.",
            HelpName = "SIZE",
            Required = true,
            CustomParser = result =>
            {
                if (!ByteSize.TryParse(result.Tokens[^1].Value, out long size))
                {
                    result.AddError($"cannot keep '{result.Tokens[^1].Value}': want a size such as 500M or 20G");
                }

                return size;
            },
        };
        var format = Formats.Option();
        command.Add(keep);
        command.Add(format);
        command.SetAction(arguments =>
        {
            var store = Open(surroundings);
            var report = new StoreUpkeep(store).Prune(arguments.GetValue(keep), new AdvisoryStore(store).Kept);
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? StoreReport.Json(report) : StoreReport.Text(report));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateVerify(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("verify", "Read and check everything in the store. What is damaged is removed, named, and makes the exit code 1; the next build makes it anew.");
        var format = Formats.Option();
        command.Add(format);
        command.SetAction((arguments, cancellationToken) => Task.Run(
            () =>
            {
                var report = new StoreUpkeep(Open(surroundings)).Verify(surroundings.Parallelism, cancellationToken);
                terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? StoreReport.Json(report) : StoreReport.Text(report));
                return report.Damaged.IsEmpty ? ExitCode.Success : ExitCode.Failed;
            },
            cancellationToken));
        return command;
    }

    private static ContentStore Open(Surroundings surroundings) => new(ContentStore.DefaultDirectory(surroundings.Environment));
}
