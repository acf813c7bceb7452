using System.CommandLine;
using System.Globalization;
using Bothy.Cli.Rendering;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Reports;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy compare</c>.</summary>
internal static class CompareCommand
{
    private const int MostImages = 20;
    private const int MostServices = 1_000_000;

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("compare", "Put images side by side: sizes, packages, files, moving parts, known vulnerabilities, and what they cost beside each other.");
        var images = new Argument<string[]>("IMAGE")
        {
            Description = "The images, the one to compare with first: oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], podman:NAME, a path, or a registry reference.",
            Arity = new ArgumentArity(2, MostImages),
        };
        var platform = ImageArgument.PlatformOption();
        var registries = new RegistryOptions(command);
        var times = TimesOption();
        var exitCode = new Option<bool>("--exit-code") { Description = "Exit with 3 where files, packages or configuration differ." };
        var format = Formats.OptionWithMarkdown();
        command.Add(images);
        command.Add(platform);
        command.Add(times);
        command.Add(exitCode);
        command.Add(format);
        var html = new HtmlOption(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var sessions = new List<ImageSession>();
            try
            {
                var opened = new List<(string Name, ImageContents Contents)>();
                foreach (string name in arguments.GetRequiredValue(images))
                {
                    var location = ImageLocation.Parse(name, surroundings.WorkingDirectory);
                    sessions.Add(await ImageSession.OpenAsync(
                        location, arguments.GetValue(platform), registries.Open(arguments, surroundings), surroundings, terminal, cancellationToken));
                    opened.Add((name, sessions[^1].Contents(terminal)));
                }

                var report = ComparisonReport.Of(opened, arguments.GetValue(times), cancellationToken);
                using var advisories = KnownFindings.TryOpen(sessions[0].Store, terminal);
                report = report with
                {
                    Images = [.. report.Images.Select((image, i) => image with { Scan = KnownFindings.Of(advisories, opened[i].Contents, image.Name, surroundings, cancellationToken) })],
                };
                await html.WriteAsync(arguments, surroundings, terminal, () => ComparePage.Of(report));
                terminal.Result(arguments.GetValue(format) switch
                {
                    OutputFormat.Json => CompareJson.Of(report),
                    OutputFormat.Markdown => CompareMarkdown.Of(report),
                    _ => CompareText.Of(report, PageStyle.Of(terminal)),
                });
                return arguments.GetValue(exitCode) && !report.IsSame ? ExitCode.Threshold : ExitCode.Success;
            }
            finally
            {
                foreach (var session in sessions)
                {
                    await session.DisposeAsync();
                }
            }
        });
        return command;
    }

    private static Option<int?> TimesOption() => new("--times")
    {
        Description = "Also compare them as the base of so many services.",
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MostServices)
            {
                return count;
            }

            result.AddError($"cannot count '{result.Tokens[^1].Value}' services: want a number from 1 to {MostServices.ToString(CultureInfo.InvariantCulture)}");
            return null;
        },
    };
}
