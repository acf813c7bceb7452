using System.CommandLine;
using System.CommandLine.Parsing;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Inspection.Advisories;
using Bothy.Transfer;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy db update</c> and <c>bothy db import</c>: advisories from where they are published, and from files.</summary>
internal static class DbUpdateCommand
{
    private static readonly string[] Rankings = ["epss", "kev"];

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command(
            "update",
            "Fetch advisories and print the digest of the snapshot they make. What is there already is asked whether it changed; without --for and --source that is all. Where anything fails, the snapshot stays as it was.");
        var sets = new Option<string[]>("--for")
        {
            Description = $"What to know of: {AdvisorySets.Names}. With the first come the scores by which findings are ranked (epss, kev).",
            HelpName = "SET,…",
        };
        var sources = new Option<string[]>("--source")
        {
            Description = "An address, a file or a directory to take advisories from, of any format that is known; what it is tells its content.",
            HelpName = "URL|PATH",
        };
        var noRanking = new Option<bool>("--no-ranking") { Description = "Without the scores, unless --for names them." };
        var only = OnlyOption();
        sets.Validators.Add(CheckSets);
        foreach (var option in new Option[] { sets, sources, noRanking, only })
        {
            command.Add(option);
        }

        return WithAction(command, surroundings, terminal, async (arguments, updating, cancellationToken) =>
        {
            string[] names = SetNames(arguments.GetValue(sets));
            var wanted = names.Length == 0 || arguments.GetValue(noRanking) ? names : [.. names.Union(Rankings, StringComparer.Ordinal)];
            AdvisoryInput[] inputs =
            [
                .. wanted.SelectMany(name => AdvisorySets.Find(name).Addresses).Select(address => new AdvisoryInput.Address(address)),
                .. (arguments.GetValue(sources) ?? []).Select(source => Input(source, surroundings)),
            ];
            if (inputs.Length == 0)
            {
                inputs = [.. updating.CurrentAddresses()];
            }

            return inputs.Length > 0
                ? await updating.RunAsync(inputs, arguments.GetValue(only), cancellationToken)
                : throw new BothyException("cannot update the advisories: nothing says which") { Hint = $"Say what to know of with --for, such as {AdvisorySets.SomeNames}." };
        });
    }

    public static Command CreateImport(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("import", "Take advisories from files and directories, or a snapshot that was exported, and print the digest of the snapshot they make. What a file is tells its content.");
        var files = new Argument<string[]>("FILE") { Description = "A document, an archive, a directory of them, or a snapshot.", Arity = ArgumentArity.OneOrMore };
        var only = OnlyOption();
        command.Add(files);
        command.Add(only);
        return WithAction(command, surroundings, terminal, (arguments, updating, cancellationToken) =>
            updating.RunAsync([.. arguments.GetRequiredValue(files).Select(file => Local(file, surroundings))], arguments.GetValue(only), cancellationToken));
    }

    private static Option<bool> OnlyOption() => new("--only") { Description = "Make the snapshot of these alone, without what the current one has besides." };

    private static Command WithAction(
        Command command, Surroundings surroundings, Terminal terminal, Func<ParseResult, AdvisoryUpdate, CancellationToken, Task<AdvisoryChange>> run)
    {
        var offline = new Option<bool>("--offline") { Description = "Never use the network." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Only warnings and errors on standard error." };
        var format = Formats.Option();
        command.Add(offline);
        command.Add(quiet);
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, arguments.GetValue(quiet) ? Verbosity.Quiet : Verbosity.Normal);
            var settings = CommonOptions.SettingsOf(surroundings, display, arguments.GetValue(offline));
            using var transfer = settings.Transfer;
            var updating = new AdvisoryUpdate(settings.Store, transfer, surroundings.Time) { Progress = new UpdateEvents(display) };
            var change = await display.RunAsync(() => Task.Run(() => run(arguments, updating, cancellationToken), cancellationToken));
            foreach (string file in change.PassedOver)
            {
                terminal.Warning($"{file} is passed over: it follows no format of advisories that is known");
            }

            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? AdvisoryReport.Json(change) : change.Digest.ToString());
            return ExitCode.Success;
        });
        return command;
    }

    private static AdvisoryInput Input(string source, Surroundings surroundings) =>
        TransferAddress.TryParse(source, out var address) && address.Scheme is "http" or "https" ? new AdvisoryInput.Address(address) : Local(source, surroundings);

    private static AdvisoryInput.Local Local(string path, Surroundings surroundings) => new(Path.Combine(surroundings.WorkingDirectory, path), path);

    private static string[] SetNames(string[]? lists) =>
        [.. (lists ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];

    private static void CheckSets(OptionResult result)
    {
        foreach (string name in SetNames(result.GetValueOrDefault<string[]>()))
        {
            if (AdvisorySets.Find(name).Problem is { } problem)
            {
                result.AddError($"cannot fetch advisories: {problem}");
            }
        }
    }

    private sealed class UpdateEvents(IProgress<BuildEvent> events) : IProgress<(string Subject, string? Outcome)>
    {
        public void Report((string Subject, string? Outcome) value) =>
            events.Report(value.Outcome is { } outcome ? new BuildEvent.Finished(value.Subject, outcome) : new BuildEvent.Started(value.Subject));
    }
}
