using System.CommandLine;
using Bothy.Cli.Rendering;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy show</c>.</summary>
internal static class ShowCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("show", "Print the effective image file, and the packages and sizes it leads to.");
        var common = new CommonOptions(command);
        var locked = new Option<bool>("--locked") { Description = "Show what the lock file says." };
        var format = Formats.Option();
        command.Add(locked);
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, common.Verbosity(arguments));
            using var session = common.Open(arguments, surroundings, display);
            var images = await display.RunAsync(async () =>
            {
                var plan = arguments.GetValue(locked) ? await session.ReadLockAsync(cancellationToken) : await session.SolveAsync(cancellationToken);
                var shown = new List<Shown>();
                foreach (var (name, architecture) in plan.Architectures)
                {
                    shown.Add(new Shown(name, architecture, await session.Builder.AssembleAsync(session.Image, name, architecture, cancellationToken)));
                }

                return shown;
            });
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json
                ? ShowReport.Json(session.Image, images)
                : ShowReport.Text(session.Image, images));
            return ExitCode.Success;
        });
        return command;
    }
}
