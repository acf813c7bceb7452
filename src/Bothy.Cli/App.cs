using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Bothy.Cli.Commands;
using Bothy.Engine.Building;
using Bothy.Formats.Text;

namespace Bothy.Cli;

/// <summary>The program with its surroundings handed in, so that tests run it in-process. The one place that decides exit codes.</summary>
internal static class App
{
    /// <summary>The commands, in the order in which help lists them.</summary>
    internal static ImmutableArray<NamedCommand> Commands { get; } =
    [
        new("build", BuildCommand.Create),
        new("solve", SolveCommand.Create),
        new("lock", LockCommand.Create),
        new("outdated", OutdatedCommand.Create),
        new("show", ShowCommand.Create),
        new("copy", CopyCommand.Create),
        new("login", LoginCommand.Create),
        new("logout", LogoutCommand.Create),
        new("inspect", InspectCommand.Create),
        new("tree", TreeCommand.Create),
        new("why", WhyCommand.Create),
        new("compare", CompareCommand.Create),
        new("check", CheckCommand.Create),
        new("test", TestCommand.Create),
        new("scan", ScanCommand.Create),
        new("sbom", SbomCommand.Create),
        new("sign", SignCommand.Create),
        new("verify", VerifyCommand.Create),
        new("attest", AttestCommand.Create),
        new("db", DbCommand.Create),
        new("store", StoreCommand.Create),
        new("slices", SlicesCommand.Create),
        new("package", PackageCommand.Create),
        new("debug", DebugCommand.Create),
    ];

    /// <summary>Runs the command that <paramref name="args"/> name, and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, Surroundings surroundings, Terminal terminal, CancellationToken cancellationToken = default)
    {
        // Every command is a dozen options, and a run needs those of one.
        var root = Root(surroundings, terminal, Commands.FirstOrDefault(command => command.Name == args.FirstOrDefault())?.Name);
        if (args.Length == 0)
        {
            await root.Parse(["--help"]).InvokeAsync(new InvocationConfiguration { Output = terminal.Output }, cancellationToken);
            return ExitCode.Usage;
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
        {
            terminal.Failure(UsageProblem(parsed), UsageHint(parsed));
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    // Its handler prints a stack trace for everything; ours tells a user's mistake from our own.
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
                    Output = terminal.Output,
                },
                cancellationToken);
        }
        catch (OperationCanceledException)
        {
            terminal.Line("interrupted");
            return ExitCode.Interrupted;
        }
        catch (CheckFailedException failure)
        {
            terminal.Failure(failure.Message, failure.Hint);
            return ExitCode.Threshold;
        }
        catch (BothyException failure)
        {
            terminal.Failure(failure.Message, failure.Hint);
            return ExitCode.Failed;
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            terminal.Failure("internal error, please report it:", hint: null);
            terminal.Line(bug.ToString());
            return ExitCode.Bug;
        }
    }

    /// <summary>The command line: the whole one, from which the help and docs/cli.md are made, or that of the command <paramref name="only"/>.</summary>
    public static RootCommand Root(Surroundings surroundings, Terminal terminal, string? only = null)
    {
        var root = new RootCommand("Builds container images that hold only what a program needs, from verified distribution packages.");
        foreach (var command in Commands.Where(command => only is null || command.Name == only))
        {
            root.Add(command.Create(surroundings, terminal));
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    // The library names a missing command before the word that stands in its place.
    private static string UsageProblem(ParseResult parsed) =>
        parsed.UnmatchedTokens is [var word, ..] ? $"cannot understand '{word}'" : parsed.Errors[0].Message;

    private static string UsageHint(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string? word = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var names = word is ['-', ..]
            ? command.Options.SelectMany(option => option.Aliases.Append(option.Name))
            : command.Subcommands.Select(sub => sub.Name);
        string? near = word is null ? null : NearName.Find(word, names);
        string see = $"'{string.Join(' ', PathOf(command).Prepend("bothy"))} --help'";
        return near is null ? $"See {see}." : $"Did you mean '{near}'? See {see}.";
    }

    /// <summary>The words that lead to a command, without the program's own name.</summary>
    public static IEnumerable<string> PathOf(Command command) =>
        command is RootCommand ? [] : command.Parents.OfType<Command>().SelectMany(PathOf).Append(command.Name);

    /// <summary>A command by the name it has when it is made.</summary>
    internal sealed record NamedCommand(string Name, Func<Surroundings, Terminal, Command> Create);

    private sealed class HelpWithExamples(HelpAction standard) : SynchronousCommandLineAction
    {
        // Help wins over whatever else is wrong with the line.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = standard.Invoke(parseResult);
            if (Examples.Of(parseResult.CommandResult.Command) is { } examples)
            {
                parseResult.InvocationConfiguration.Output.Write(examples);
            }

            return code;
        }
    }
}
