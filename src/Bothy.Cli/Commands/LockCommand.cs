using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.Locking;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy lock</c>.</summary>
internal static class LockCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("lock", "Solve, fetch every package and write the lock file; prints its path.");
        var common = new CommonOptions(command);
        var vendor = new Option<string>("--vendor") { Description = "Also keep the exact packages in this directory.", HelpName = "DIR" };
        command.Add(vendor);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, common.Verbosity(arguments));
            using var session = common.Open(arguments, surroundings, display);
            await display.RunAsync(async () =>
            {
                var plan = await session.Builder.FetchAsync(await session.SolveAsync(cancellationToken), cancellationToken);
                if (arguments.GetValue(vendor) is { } directory)
                {
                    await session.Builder.VendorAsync(plan, Path.Combine(surroundings.WorkingDirectory, directory), cancellationToken);
                }

                await LockFiles.SaveAsync(plan, session.LockPath, cancellationToken);
                return plan;
            });
            terminal.Result(Path.GetRelativePath(surroundings.WorkingDirectory, session.LockPath));
            return ExitCode.Success;
        });
        return command;
    }
}
