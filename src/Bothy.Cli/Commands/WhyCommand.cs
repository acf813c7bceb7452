using System.CommandLine;
using Bothy.Cli.Rendering;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Inspection.Why;
using Bothy.Oci;

namespace Bothy.Cli.Commands;

/// <summary><c>bothy why</c>.</summary>
internal static class WhyCommand
{
    // Beyond it an image asks for everything twice over, and each takes a solution of its own.
    private const int MostSolved = 16;

    public static Command Create(Surroundings surroundings, Terminal terminal)
    {
        var command = new Command("why", "Say which requests brought a path, a package, a library or a vulnerability into an image, by which dependencies, and what it costs.");
        var image = new ImageArgument(command);
        var what = new Argument<string>("WHAT") { Description = "A path, the name of a package, of a library such as libssl.so.3, or of a vulnerability such as CVE-2024-3094." };
        var refresh = new Option<bool>("--refresh") { Description = "Fetch indexes to solve again without each request; only those in the store are used otherwise." };
        var advisories = new AdvisoryOption(command);
        var format = Formats.Option();
        command.Add(what);
        command.Add(refresh);
        command.Add(format);
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string asked = arguments.GetRequiredValue(what);
            bool isJson = arguments.GetValue(format) == OutputFormat.Json;
            if (SubjectFinder.IsVulnerability(asked) && !IsImageFile(image.TextOf(arguments), surroundings))
            {
                using var opened = advisories.Open(arguments, surroundings);
                var (vulnerability, explained) = await AskVulnerabilityAsync(image, arguments, surroundings, terminal, asked, opened, !arguments.GetValue(refresh), cancellationToken);
                terminal.Result(isJson ? WhyVulnerabilityReport.Json(vulnerability, explained) : WhyVulnerabilityReport.Text(vulnerability, explained));
                return ExitCode.Success;
            }

            var report = IsImageFile(image.TextOf(arguments), surroundings)
                ? await AskImageFileAsync(image, arguments, surroundings, terminal, asked, !arguments.GetValue(refresh), cancellationToken)
                : await AskImageAsync(image, arguments, surroundings, terminal, asked, !arguments.GetValue(refresh), cancellationToken);
            terminal.Result(isJson ? WhyReport.Json(report) : WhyReport.Text(report));
            return ExitCode.Success;
        });
        return command;
    }

    private static bool IsImageFile(string image, Surroundings surroundings) =>
        Path.GetExtension(image) is ".yaml" or ".yml" && File.Exists(Path.Combine(surroundings.WorkingDirectory, image));

    private static async Task<Explained> AskImageAsync(
        ImageArgument argument, ParseResult arguments, Surroundings surroundings, Terminal terminal, string what, bool offline, CancellationToken cancellationToken)
    {
        await using var session = await argument.OpenAsync(arguments, surroundings, terminal, cancellationToken);
        var contents = session.Contents(terminal);
        var background = await ImageBackground.FindAsync(session.Store, session.Source, contents, cancellationToken);
        foreach (string warning in background.Warnings)
        {
            terminal.Warning(warning);
        }

        var answer = Ask(contents, background, what);
        var settings = CommonOptions.SettingsOf(surroundings, new QuietProgress(), offline);
        using (settings.Transfer)
        {
            return await WithFreshAsync(answer, background, settings, session.Image.Layers.Length, contents.Platform, cancellationToken);
        }
    }

    private static async Task<(WhyVulnerability Vulnerability, Explained? Explained)> AskVulnerabilityAsync(
        ImageArgument argument, ParseResult arguments, Surroundings surroundings, Terminal terminal, string name, OpenedAdvisories advisories, bool offline, CancellationToken cancellationToken)
    {
        await using var session = await argument.OpenAsync(arguments, surroundings, terminal, cancellationToken);
        var contents = session.Contents(terminal);
        var background = await ImageBackground.FindAsync(session.Store, session.Source, contents, cancellationToken);
        var origins = new ImageOrigins(contents, background.Origins);
        var vulnerability = WhyVulnerability.Find(name, contents, origins, advisories, surroundings, cancellationToken);
        if (vulnerability.Subject is not { } subject)
        {
            return (vulnerability, null);
        }

        var settings = CommonOptions.SettingsOf(surroundings, new QuietProgress(), offline);
        using (settings.Transfer)
        {
            var answer = new Explainer(background.Graph, origins).Explain(subject);
            return (vulnerability, await WithFreshAsync(answer, background, settings, session.Image.Layers.Length, contents.Platform, cancellationToken));
        }
    }

    private static async Task<Explained> AskImageFileAsync(
        ImageArgument argument, ParseResult arguments, Surroundings surroundings, Terminal terminal, string what, bool offline, CancellationToken cancellationToken)
    {
        var display = new ProgressDisplay(terminal, Verbosity.Normal);
        string file = argument.TextOf(arguments);
        var spec = ImageFile.Load(file, surroundings.WorkingDirectory);
        var settings = CommonOptions.SettingsOf(surroundings, display, offline: false);
        var place = CommonOptions.LockOf(LockFiles.DefaultPath(file), surroundings);
        ImageArchitecture[] asked = argument.PlatformOf(arguments) is { } platform
            ? [ImageArchitecture.TryParse(platform.ToString()[(platform.Os.Length + 1)..], preferDebian: false, out var one) ? one : throw new BothyException($"cannot ask {file} about {platform}: no such architecture is known")]
            : [.. spec.Architectures.Take(1).Select(static architecture => architecture.Value)];
        using var session = new Session(settings, spec, [.. asked], place);
        var (background, contents) = await display.RunAsync(async () =>
        {
            // A lock that is stale says nothing about this file.
            var known = File.Exists(place.Path) ? await LockFiles.LoadAsync(place.Path, place.Shown, cancellationToken) : null;
            bool isGood = known is not null && LockStaleness.Of(known, spec, asked, session.Builder.SlicesOf(spec)).IsEmpty && (asked.Length > 0 || known.Architectures.Count > 0);
            var plan = isGood ? known! : await session.SolveAsync(cancellationToken);
            var (name, locked) = asked.Length > 0 ? KeyValuePair.Create(asked[0].Name, plan.Architectures[asked[0].Name]) : plan.Architectures.First();
            var assembly = await session.Builder.AssembleAsync(spec, name, locked, cancellationToken);
            string[] parts = name.Split('/');
            return (
                new ImageBackground(LockGraph.Of(locked, plan.Inputs, GraphSource.LockFile), isGood ? $"the lock {place.Shown}" : $"solving {file}") { ImageFile = spec },
                ImageContents.Of(assembly.Tree, new ContainerConfig(), new Platform("linux", parts[0], parts.ElementAtOrDefault(1))));
        });
        return await WithFreshAsync(Ask(contents, background, what), background, settings with { Offline = offline, Progress = new QuietProgress() }, 0, contents.Platform, cancellationToken);
    }

    private static WhyAnswer Ask(ImageContents contents, ImageBackground background, string what)
    {
        var origins = new ImageOrigins(contents, background.Origins);
        return new Explainer(background.Graph, origins).Explain(new SubjectFinder(contents, background.Graph, origins).Find(what));
    }

    private static async Task<Explained> WithFreshAsync(
        WhyAnswer answer, ImageBackground background, BuildSettings settings, int layers, Platform platform, CancellationToken cancellationToken)
    {
        var fresh = new Dictionary<GraphRequest, FreshDifference>();
        var requests = answer.Packages.SelectMany(static package => package.Requests).Select(static one => one.Request).Distinct().ToList();
        string? reason = background.ImageFile is null ? "the image file is not known" : null;
        if (reason is null && ImageArchitecture.TryParse(platform.ToString()[(platform.Os.Length + 1)..], preferDebian: false, out var architecture))
        {
            var solve = new FreshSolve(settings, background.ImageFile!, architecture);
            foreach (var request in requests)
            {
                fresh[request] = fresh.Count < MostSolved
                    ? await solve.WithoutAsync([request], cancellationToken)
                    : FreshDifference.Unknown("more requests lead there than are solved without");
            }
        }
        else
        {
            foreach (var request in requests)
            {
                fresh[request] = FreshDifference.Unknown(reason ?? $"'{platform}' is no architecture that is built for");
            }
        }

        return new Explained(answer, background.Source, layers, fresh);
    }
}
