using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Packages.Slices;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy slices</c>: looking into releases of slices.</summary>
internal static class SlicesCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal) =>
        new("slices", "Check releases of slices, and find slices in them.")
        {
            CreateCheck(surroundings, terminal),
            CreateFind(surroundings, terminal),
        };

    private static Command CreateCheck(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("check", "Find every mistake of a release: files, references, circles, conflicts of any two slices; exits with 1 where there are any.");
        var directory = new Argument<string>("dir") { Description = "The directory with chisel.yaml.", HelpName = "DIR" };
        var format = Formats.Option();
        command.Add(directory);
        command.Add(format);
        command.SetAction(arguments =>
        {
            var release = Open(arguments.GetRequiredValue(directory), surroundings);
            var findings = release.Check();
            bool isJson = arguments.GetValue(format) == OutputFormat.Json;
            if (isJson || !findings.IsEmpty)
            {
                terminal.Result(isJson ? SlicesReport.Json(release, findings) : SlicesReport.Text(findings));
            }

            terminal.Line(SlicesReport.Summary(release, findings));
            return findings.IsEmpty ? ExitCode.Success : ExitCode.Failed;
        });
        return command;
    }

    private static Command CreateFind(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("find", "Find slices by package, name, hint or path; what every word means is listed, the nearest first.");
        var words = new Argument<string[]>("word") { Description = "A package, a slice, a word of a hint, or a path or part of one.", HelpName = "WORD", Arity = ArgumentArity.OneOrMore };
        var directory = new Option<string>("--release") { Description = "The directory with chisel.yaml; the current one where none is given.", HelpName = "DIR" };
        var format = Formats.Option();
        command.Add(words);
        command.Add(directory);
        command.Add(format);
        command.SetAction(arguments =>
        {
            string[] sought = arguments.GetRequiredValue(words);
            var release = Open(arguments.GetValue(directory) ?? ".", surroundings);
            var found = SliceSearch.Find(release, sought);
            if (arguments.GetValue(format) == OutputFormat.Json)
            {
                terminal.Result(SlicesReport.Json(found));
            }
            else if (!found.IsEmpty)
            {
                terminal.Result(SlicesReport.Text(found));
            }

            if (found.IsEmpty)
            {
                terminal.Failure($"cannot find a slice for '{string.Join(' ', sought)}' in {release.Name}", hint: null);
            }

            return found.IsEmpty ? ExitCode.Failed : ExitCode.Success;
        });
        return command;
    }

    private static SliceRelease Open(string directory, Surroundings surroundings) =>
        SliceRelease.Open(Path.Combine(surroundings.WorkingDirectory, directory), directory);
}
