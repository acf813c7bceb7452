using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Formats.Trees;

namespace Bothy.Cli.Commands;

/// <summary>What the files of <c>bothy tree</c> are gathered under.</summary>
internal enum TreeGrouping
{
    /// <summary>The directories they are in.</summary>
    Directory,

    /// <summary>The packages they are of.</summary>
    Package,

    /// <summary>The layers they are of.</summary>
    Layer,
}

/// <summary><c>bothy tree</c>.</summary>
internal static class TreeCommand
{
    private static readonly string[] Groupings = ["directory", "package", "layer"];

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("tree", "Print the files of an image with mode, owner, size and link, as containers see them.");
        var image = new ImageArgument(command);
        var patterns = new Argument<string[]>("PATTERN")
        {
            Description = "Only what matches: ? is a character, * any number of them but slashes, ** anything.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var by = new Option<TreeGrouping>("--by")
        {
            Description = "What the files are gathered under: directory, package or layer.",
            HelpName = string.Join('|', Groupings),
            CustomParser = result =>
            {
                int at = Array.IndexOf(Groupings, result.Tokens[^1].Value);
                if (at < 0)
                {
                    result.AddError($"cannot gather by '{result.Tokens[^1].Value}': want {string.Join(", ", Groupings[..^1])} or {Groupings[^1]}");
                }

                return (TreeGrouping)Math.Max(at, 0);
            },
        };
        var depth = new Option<int?>("--depth") { Description = "How many levels of directories to show; 0 shows only what files are gathered under.", HelpName = "N" };
        depth.Validators.Add(result =>
        {
            if (!int.TryParse(result.Tokens[^1].Value, System.Globalization.CultureInfo.InvariantCulture, out int levels) || levels < 0)
            {
                result.AddError($"cannot show '{result.Tokens[^1].Value}' levels: want a number from 0");
            }
        });
        var differences = new Option<bool>("--diff-layers") { Description = "Instead, what each layer adds, changes and hides, with the bytes it takes." };
        var format = Formats.Option();
        command.Add(patterns);
        command.Add(by);
        command.Add(depth);
        command.Add(differences);
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var session = await image.OpenAsync(arguments, surroundings, terminal, cancellationToken);
            var selection = new TreeSelection([.. (arguments.GetValue(patterns) ?? []).Select(text => new PathPattern(text))], arguments.GetValue(depth));
            bool isJson = arguments.GetValue(format) == OutputFormat.Json;
            if (arguments.GetValue(differences))
            {
                terminal.Result(isJson ? LayersReport.Json(session.Image, selection) : LayersReport.Text(session.Image, selection));
                return ExitCode.Success;
            }

            var listing = new TreeListing(session.Contents(terminal), selection, arguments.GetValue(by));
            terminal.Result(isJson ? TreeReport.Json(listing) : TreeReport.Text(listing));
            return ExitCode.Success;
        });
        return command;
    }
}
