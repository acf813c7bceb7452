using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Updating;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Reports;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Commands;

/// <summary>In which form a scan is printed.</summary>
internal enum ScanFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For programs, and for the next baseline.</summary>
    Json,

    /// <summary>SARIF 2.1.0, for forges.</summary>
    Sarif,

    /// <summary>CycloneDX 1.6 with vulnerabilities.</summary>
    CycloneDx,

    /// <summary>For reviews and release notes.</summary>
    Markdown,

    /// <summary>A page.</summary>
    Html,
}

/// <summary><c>bothy scan</c>.</summary>
internal static class ScanCommand
{
    private static readonly string[] Kinds = ["image", "lock", "sbom", "rootfs"];

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("scan", "Find known vulnerabilities, by advisories that are on this machine; nothing is fetched.");
        var image = new ImageArgument(command, more: "; or a lock, a bill of materials (SPDX, CycloneDX) or the directory of a root file system");
        var kind = KindOption();
        var advisories = new AdvisoryOption(command);
        var rules = new ScanRulesOptions(command);
        var upgrade = new Option<bool>("--upgrade") { Description = "Solve again, and say of each finding whether a new lock fixes it; indexes are fetched for it." };
        var failOn = FailOnOption();
        var emitVex = new Option<string>("--emit-vex") { Description = "Also write an OpenVEX document of the findings whose code is not in the image, with the evidence.", HelpName = "FILE" };
        var format = Formats.Of<ScanFormat>("text", "json", "sarif", "cyclonedx", "markdown", "html");
        foreach (var option in new Option[] { kind, upgrade, failOn, emitVex, format })
        {
            command.Add(option);
        }

        var html = new HtmlOption(command);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            // What is wrong with them is told before an image is fetched.
            var judgedBy = rules.Read(arguments, surroundings);
            using var opened = advisories.Open(arguments, surroundings);
            await using var target = await ScanTarget.OpenAsync(image, arguments.GetValue(kind), arguments, surroundings, terminal, cancellationToken);
            var outcome = ScanOutcome.Of(target.Subject, opened.Lookup, judgedBy, cancellationToken);
            if (arguments.GetValue(upgrade))
            {
                outcome = outcome with { Upgrade = await OutlookAsync(target, opened.Lookup, judgedBy, surroundings, cancellationToken) };
            }

            foreach (string warning in target.Subject.Warnings)
            {
                terminal.Warning(warning);
            }

            await html.WriteAsync(arguments, surroundings, terminal, () => ScanPage.Of(outcome));
            await EmitVexAsync(arguments.GetValue(emitVex), outcome, judgedBy.Now, surroundings, terminal);
            terminal.Line(AdvisoryAge.Sentence(opened, judgedBy.Now));
            terminal.Result(Rendered(outcome, arguments.GetValue(format), terminal));
            return arguments.GetValue(failOn) is { } threshold && outcome.Report.Vulnerabilities.Any(threshold.Counts) ? ExitCode.Threshold : ExitCode.Success;
        });
        return command;
    }

    private static string Rendered(ScanOutcome outcome, ScanFormat format, Terminal terminal) => format switch
    {
        ScanFormat.Json => ScanJson.Of(outcome),
        ScanFormat.Sarif => JsonText.Of(json => SarifWriter.Write(outcome, Tool.Version, json)),
        ScanFormat.CycloneDx => JsonText.Of(json => CycloneDxFindings.Write(outcome, Tool.Version, json)),
        ScanFormat.Markdown => ScanMarkdown.Of(outcome),
        ScanFormat.Html => ScanPage.Of(outcome).TrimEnd('\n'),
        _ => ScanText.Of(outcome, PageStyle.Of(terminal)),
    };

    // What a new lock would name, judged by the same advisories.
    private static async Task<UpgradeOutlook> OutlookAsync(
        ScanTarget target, IAdvisoryLookup snapshot, ScanRules rules, Surroundings surroundings, CancellationToken cancellationToken)
    {
        if (await target.FindLockAsync(cancellationToken) is not { } known)
        {
            return UpgradeOutlook.Unknown("no lock is attached to it, and this machine did not build it");
        }

        if (!ImageArchitecture.TryParse(known.Architecture, preferDebian: false, out var architecture))
        {
            return UpgradeOutlook.Unknown($"'{known.Architecture}' is no architecture that is built for");
        }

        var settings = CommonOptions.SettingsOf(surroundings, new QuietProgress(), offline: false);
        using (settings.Transfer)
        {
            try
            {
                var fresh = await new ImageBuilder(known.Lock.SettingsFrom(settings)).SolveAsync(known.Lock.ImageFile, [architecture], known.Lock.Lock, cancellationToken);
                return UpgradeOutlook.Of(Scanner.Scan(LockSubject.Of("a new lock", fresh.Architectures.Values.Single()), snapshot, ScanRules.None(rules.Now), cancellationToken));
            }
            catch (BothyException failure)
            {
                return UpgradeOutlook.Unknown(failure.Message.Split('\n')[0]);
            }
        }
    }

    private static async Task EmitVexAsync(string? file, ScanOutcome outcome, DateTimeOffset now, Surroundings surroundings, Terminal terminal)
    {
        if (file is null)
        {
            return;
        }

        // The advisories' own date, where they have one: the same scan says the same.
        var time = surroundings.SourceDateEpoch() is { } epoch ? DateTimeOffset.FromUnixTimeSeconds(epoch) : outcome.Report.SnapshotDate ?? now;
        string document = JsonText.Of(json => OpenVexWriter.Write(outcome.Report, time, Tool.Version, json));
        await PackageFiles.WriteAsync(file, surroundings, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(document + "\n")));
        int count = OpenVexWriter.Provable(outcome.Report).Count();
        terminal.Line(FormattableString.Invariant($"wrote {file}: {count} {(count == 1 ? "finding has" : "findings have")} no code in the image"));
    }

    private static Option<ScanSubjectKind?> KindOption() => new("--as")
    {
        Description = "What it is, where that is not to be recognised by its content: image, lock, sbom or rootfs.",
        HelpName = string.Join('|', Kinds),
        CustomParser = static result =>
        {
            int kind = Array.IndexOf(Kinds, result.Tokens[^1].Value);
            if (kind < 0)
            {
                result.AddError($"cannot scan as '{result.Tokens[^1].Value}': want {string.Join(", ", Kinds[..^1])} or {Kinds[^1]}");
                return null;
            }

            return (ScanSubjectKind)kind;
        },
    };

    private static Option<ScanThreshold?> FailOnOption() => new("--fail-on")
    {
        Description = "Exit with 3 where a finding has at least this severity; with 'fixable' only where a version is known to be free of it, with 'present' not where its code is absent, with 'kev' also where it is known to be exploited.",
        HelpName = "SEVERITY[,fixable][,present][,kev]",
        CustomParser = static result =>
        {
            if (ScanThreshold.TryParse(result.Tokens[^1].Value, out var threshold, out string? problem))
            {
                return threshold;
            }

            result.AddError(problem);
            return null;
        },
    };
}
