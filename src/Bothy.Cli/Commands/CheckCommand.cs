using System.Collections.Immutable;
using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Policy;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy check</c>.</summary>
internal static class CheckCommand
{
    private static readonly ImmutableArray<string> Areas = ["linkage", "hardening", "policy"];
    private static readonly ImmutableArray<string> Severities = ["note", "warning", "error"];

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("check", "Find what keeps an image's programs from running, how well they are hardened, and what breaks a policy.");
        var image = new ImageArgument(command);
        var only = new Option<string[]>("--only") { Description = "Look at these alone: linkage, hardening, policy.", HelpName = "AREA,…" };
        only.Validators.Add(result =>
        {
            foreach (string area in Words(result.GetValueOrDefault<string[]>()).Where(area => !Areas.Contains(area, StringComparer.Ordinal)))
            {
                result.AddError($"cannot check '{area}': want {string.Join(", ", Areas[..^1])} or {Areas[^1]}");
            }
        });
        var policy = new Option<string?>("--policy") { Description = "A file with the policy, or an image file that has one.", HelpName = "FILE" };
        var failOn = new Option<string>("--fail-on")
        {
            Description = "From which findings on to exit with 3: error (unless given), warning or note.",
            HelpName = string.Join('|', Severities.Reverse()),
            DefaultValueFactory = _ => "error",
        };
        failOn.Validators.Add(result =>
        {
            string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "error";
            if (!Severities.Contains(text, StringComparer.Ordinal))
            {
                result.AddError($"cannot fail on '{text}': want error, warning or note");
            }
        });
        var advisories = new AdvisoryOption(command);
        var format = Formats.Option();
        foreach (var option in new Option[] { only, policy, failOn, format })
        {
            command.Add(option);
        }

        command.SetAction(async (arguments, cancellationToken) =>
        {
            // A mistake in it is told before an image is fetched.
            var rules = arguments.GetValue(policy) is { } file ? PolicyReader.Load(file, surroundings.WorkingDirectory) : null;
            var notCounted = rules is null ? null : PolicyRules.Load(rules, surroundings.WorkingDirectory, surroundings.Time.GetUtcNow());
            await using var session = await image.OpenAsync(arguments, surroundings, terminal, cancellationToken);
            string[] wanted = [.. Words(arguments.GetValue(only))];
            ImmutableArray<CheckArea> areas =
            [
                .. Enum.GetValues<CheckArea>().Where(area => wanted.Length == 0
                    ? area != CheckArea.Policy || rules is not null
                    : wanted.Contains(Areas[(int)area], StringComparer.Ordinal)),
            ];
            if (areas.Contains(CheckArea.Policy) && rules is null)
            {
                throw new BothyException("cannot check the policy: there is none") { Hint = "Name a file with --policy." };
            }

            var contents = session.Contents(terminal);
            var report = ImageCheck.Run(contents, areas, rules, cancellationToken);
            if (areas.Contains(CheckArea.Policy) && rules is { AsksAdvisories: true })
            {
                using var opened = advisories.IsPinned(arguments) ? advisories.Open(arguments, session.Store) : KnownFindings.TryOpen(session.Store, terminal);
                report = report with
                {
                    Findings = report.Findings.AddRange(VulnerabilityPolicy.Run(
                        rules, opened, () => ScanSubjects.Of(contents, image.TextOf(arguments), cancellationToken), notCounted!, cancellationToken)),
                };
            }

            terminal.Result(arguments.GetValue(format) == OutputFormat.Json ? CheckReportJson.Of(report) : CheckReportText.Of(report));
            var least = (Severity)Severities.IndexOf(arguments.GetValue(failOn)!);
            return report.Findings.Any(finding => finding.Severity >= least) ? ExitCode.Threshold : ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<string> Words(string[]? lists) =>
        (lists ?? []).SelectMany(static list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
