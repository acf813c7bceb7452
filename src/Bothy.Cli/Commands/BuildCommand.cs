using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy build</c>.</summary>
internal static class BuildCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("build", "Build an image and print its digest.");
        var common = new CommonOptions(command);
        var destinations = new Destinations(command, surroundings.WorkingDirectory);
        var locked = new Option<bool>("--locked") { Description = "Build exactly what the lock file says; never solve, never read an index." };
        var strict = new Option<bool>("--strict") { Description = "Fail when a maintainer script does something that nothing stands in for." };
        var bills = new BuiltBills(command);
        var noCheck = new Option<bool>("--no-check") { Description = "Build what would not run, breaks the image file's policy or fails its tests, all the same." };
        var format = Formats.Option();
        foreach (var option in new Option[] { locked, strict, noCheck, format })
        {
            command.Add(option);
        }

        var rebuilding = new RebuildOptions(command, common, locked);
        var attaching = new AttachOption(command);

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var display = new ProgressDisplay(terminal, common.Verbosity(arguments));
            bool isPlain = !attaching.IsAsked(arguments) && !bills.IsAsked(arguments) && !destinations.IsPushed(arguments);
            using var repetition = isPlain && !rebuilding.IsAsked(arguments) && File.Exists(Path.Combine(surroundings.WorkingDirectory, arguments.GetRequiredValue(common.File)))
                ? new BuildRepetition(arguments, common.LockOf(arguments, surroundings).Path, surroundings, display, common.IsOffline(arguments))
                : null;
            if (repetition is not null && await display.RunLaterAsync(repetition.TryRepeatAsync(destinations.Of(arguments), cancellationToken), surroundings.Time) is { } repeated)
            {
                Print(repeated, arguments.GetValue(format) == OutputFormat.Json, common.Verbosity(arguments), terminal);
                return ExitCode.Success;
            }

            IProgress<BuildEvent> progress = repetition is null ? display : repetition;
            using var registries = destinations.OpenRegistries(arguments, surroundings, common.IsOffline(arguments));
            await using var rebuild = await rebuilding.OpenAsync(arguments, surroundings, registries, cancellationToken);
            using var session = rebuild is null
                ? common.Open(arguments, surroundings, progress, check: !arguments.GetValue(noCheck), repetition?.Trace)
                : common.Open(arguments, surroundings, progress, rebuild.Attached, check: !arguments.GetValue(noCheck));
            var result = await display.RunAsync(async () =>
            {
                var plan = rebuild is not null ? session.Accept(rebuild.Attached.Lock, rebuild.Shown)
                    : arguments.GetValue(locked) ? await session.ReadLockAsync(cancellationToken)
                    : await session.SolveAsync(cancellationToken);
                var places = destinations.PlacesOf(arguments, session.Image.Debug, registries, display);
                var built = await session.Builder.BuildAsync(session.Image, plan, places, arguments.GetValue(strict), cancellationToken);
                await attaching.AttachAsync(arguments, session, plan, built, places, display, cancellationToken);
                await bills.WriteAsync(arguments, built, session, surroundings, terminal, cancellationToken);
                await bills.AttachAsync(arguments, built, places, registries, session, surroundings, terminal, cancellationToken);
                repetition?.Keep(session.Image, session.Settings, built);
                return built;
            });
            Print(result, arguments.GetValue(format) == OutputFormat.Json, common.Verbosity(arguments), terminal);
            return rebuild is null ? ExitCode.Success : await rebuild.VerifyAsync(result, terminal, cancellationToken);
        });
        return command;
    }

    private static void Print(BuildResult result, bool json, Verbosity verbosity, Terminal terminal)
    {
        if (verbosity != Verbosity.Quiet)
        {
            BuildReport.Summarise(result, verbosity, terminal);
        }

        terminal.Result(json ? BuildReport.Json(result) : string.Join('\n', BuildReport.DigestsOf(result)));
    }
}
