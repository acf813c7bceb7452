using System.CommandLine;
using Bothy.Cli.Rendering;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy solve</c>.</summary>
internal static class SolveCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("solve", "Print the packages of an image, in order of installation, from the indexes alone.");
        var common = new CommonOptions(command);
        var format = Formats.Option();
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, common.Verbosity(arguments));
            using var session = common.Open(arguments, surroundings, display);
            var plan = await display.RunAsync(() => session.SolveAsync(cancellationToken));
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? PlanReport.Json(plan) : PlanReport.Text(plan));
            return ExitCode.Success;
        });
        return command;
    }
}
