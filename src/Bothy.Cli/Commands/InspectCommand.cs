using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Inspection;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Reports;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy inspect</c>.</summary>
internal static class InspectCommand
{
    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("inspect", "Print what an image is: how big, how many moving parts, whether its program will run, which vulnerabilities are known.");
        var image = new ImageArgument(command);
        var beside = new Option<string[]>("--beside")
        {
            Description = "An image that lives where this one will; what both have is paid once.",
            HelpName = "IMAGE",
        };
        var format = Formats.Option();
        command.Add(beside);
        command.Add(format);
        var html = new HtmlOption(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            await using var session = await image.OpenAsync(arguments, surroundings, terminal, cancellationToken);
            var contents = session.Contents(terminal);
            var others = new List<ImageCost>();
            foreach (string beneath in arguments.GetValue(beside) ?? [])
            {
                var location = ImageLocation.Parse(beneath, surroundings.WorkingDirectory);
                await using var other = await ImageSession.OpenAsync(
                    location, image.PlatformOf(arguments), image.Registries.Open(arguments, surroundings), surroundings, terminal, cancellationToken);
                others.Add(ImageCost.Of(beneath, other.Image));
            }

            using var advisories = KnownFindings.TryOpen(session.Store, terminal);
            string name = image.LocationOf(arguments, surroundings).ToString();
            var report = InspectReport.Of(name, contents, others, cancellationToken) with { Scan = KnownFindings.Of(advisories, contents, name, surroundings, cancellationToken) };
            await html.WriteAsync(arguments, surroundings, terminal, () => InspectPage.Of(report, contents));
            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? InspectJson.Of(report) : InspectText.Of(report, PageStyle.Of(terminal)));
            return ExitCode.Success;
        });
        return command;
    }
}
