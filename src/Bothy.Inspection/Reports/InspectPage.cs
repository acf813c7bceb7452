using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Scans;
using Bothy.Inspection.Size;
using static Bothy.Inspection.Reports.PageParts;

namespace Bothy.Inspection.Reports;

/// <summary>The answers about one image as a page.</summary>
public static class InspectPage
{
    private const int MostHidden = 2000;
    private const int MostListed = 500;

    /// <summary>The whole page, UTF-8 text; the same for the same image.</summary>
    public static string Of(InspectReport report, ImageContents contents)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(contents);
        var size = report.Size;
        var body = Html.Tag(
            "main",
            "",
            Header(report),
            Html.Tag("div", "class=\"answers\"", HowBig(report), HowMany(report.Parts), WillItRun(report.Run), Vulnerabilities(report.Scan)),
            Search(),
            Map("Where the bytes are", "Click to look inside, Escape to go back.", "package", "layer"),
            Packages(size),
            size.Layers.IsEmpty ? Html.Nothing : Layers(size),
            size.Hidden.IsEmpty ? Html.Nothing : Hidden(size),
            report.Shared is { } shared ? SharedCard(shared) : Html.Nothing,
            report.Scan is { Report.Vulnerabilities.IsEmpty: false } scan ? ScanPage.Findings("findings", "Known vulnerabilities", scan, [.. scan.Report.Vulnerabilities]) : Html.Nothing,
            Parts(report.Parts),
            HardeningCard(report),
            Configuration(report),
            Files("Files", "Package", "Layer"),
            Footer());
        return HtmlPage.Of(report.Name, body, Data(report, contents));
    }

    private static string Data(InspectReport report, ImageContents contents)
    {
        var packages = contents.Packages;
        var numbers = packages.Select(static (package, i) => (package, i)).ToDictionary(static item => item.package, static item => item.i, (IEqualityComparer<InstalledPackage>)ReferenceEqualityComparer.Instance);
        var files = contents.Tree.Entries
            .Where(static entry => entry.Kind == EntryKind.File)
            .Select(file => new MappedFile(
                file.Path,
                file.Content!.Length,
                contents.OwnerOf(file.Path) is { } owner ? numbers[owner] : -1,
                contents.LayerOf(file.Path) ?? 0,
                FileKinds.Of(file)));
        return FileColumns.Json([.. files], packages.Select(static package => package.Name), LayerNames(report.Size), "no package");
    }

    private static IEnumerable<string> LayerNames(SizeReport size) =>
        size.Layers.IsEmpty ? ["not layered yet"] : size.Layers.Select(static layer => string.Create(CultureInfo.InvariantCulture, $"layer {layer.Index + 1}"));

    private static Html Header(InspectReport report) => Html.Tag(
        "header",
        "",
        Html.Tag("p", "class=\"eyebrow\"", "Image"),
        Html.Tag("h1", "", Html.Foreign(report.Name)),
        Html.Tag(
            "p",
            "class=\"facts\"",
            report.Distribution is { } distribution ? Html.Tag("b", "", Html.Foreign(distribution)) : Html.Nothing,
            Html.Tag("span", "", Html.Foreign(report.Platform.ToString())),
            report.Created is { } created ? Html.Tag("span", "", $"made {created.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC") : Html.Nothing,
            report.Digest is { } digest ? Html.Tag("span", "class=\"digest\"", digest.ToString()) : Html.Nothing));

    private static Html HowBig(InspectReport report)
    {
        var size = report.Size;
        var figures = new List<(string, Html)>
        {
            ("files", Html.Number(size.Files)),
        };
        if (size.Compressed is { } compressed)
        {
            figures.Insert(0, ("compressed, as pulled", Bytes(compressed)));
            figures.Add(("layers", Html.Number(size.Layers.Length)));
            figures.Add(("hidden by later layers", size.Waste == 0 ? "nothing" : Html.Tag("span", "class=\"warn\"", Bytes(size.Waste))));
        }

        figures.Add(("of no package", Html.Join(Bytes(size.Unowned.Bytes), ", ", Percent(size.Unowned.Bytes, size.Unpacked))));
        if (report.Shared is { } shared)
        {
            figures.Add(("shared with those beside it", Bytes(shared.Registry.Images[0].Shared)));
        }

        return Answer("How big is it?", Html.Join(Bytes(size.Unpacked), " ", Html.Tag("small", "", "unpacked")), Figures(figures));
    }

    private static Html HowMany(MovingParts parts) => Answer(
        "How many moving parts?",
        Html.Join(Html.Number(parts.Packages), " ", Html.Tag("small", "", parts.Packages == 1 ? "package" : "packages")),
        Figures(
            ("programs", Html.Number(parts.Executables.Length)),
            ("setuid, setgid, capabilities", $"{Text(parts.SetUserIds.Length)}, {Text(parts.SetGroupIds.Length)}, {Text(parts.Capabilities.Length)}"),
            ("world-writable", Html.Number(parts.WorldWritable.Length)),
            ("shells", Names(parts.Shells)),
            ("package managers", Names(parts.PackageManagers)),
            ("interpreters", Names(parts.Interpreters)),
            ("runs as", parts.RunsAsRoot ? Html.Tag("span", "class=\"warn\"", "root") : Html.Foreign(parts.User))));

    private static Html WillItRun(RunReport run) => Answer(
        "Will it run?",
        run.Verdict() switch
        {
            RunVerdict.Yes => Html.Tag("span", "class=\"good\"", "Yes"),
            RunVerdict.No => Html.Tag("span", "class=\"bad\"", "No"),
            RunVerdict.Partly => Html.Tag("span", "class=\"warn\"", "Not all of it"),
            _ => Html.Tag("span", "class=\"quiet\"", "It starts nothing"),
        },
        Html.Join(
            Figures(
            [
                ("C library", run.Libraries.IsEmpty ? "none: only static programs run" : Html.Foreign(string.Join(", ", run.Libraries.Select(static library => library.Text())))),
                .. run.Libraries.Select(static library => ("loader", Path(library.Loader))),
                ("starts", run.Start is { } start ? Html.Foreign(ConfigChange.Words(start.Command)) : "nothing by itself"),
                ("what cannot run", Html.Number(run.Problems.Length)),
            ]),
            run.StartProblem() is { } problem ? Html.Tag("p", "class=\"bad\"", Html.Foreign(problem)) : Html.Nothing,
            run.Problems.IsEmpty ? Html.Nothing : Listed("What cannot run", run.Problems.Select(static problem => Html.Foreign($"{problem.Path}: {problem.Reason}")), run.Problems.Length)));

    private static Html Vulnerabilities(ScanOutcome? scan) => scan is null
        ? Answer("Known vulnerabilities?", Html.Tag("span", "class=\"quiet\"", "Not looked up"), Html.Tag("p", "class=\"remark\"", InspectReport.ScanRemark))
        : ScanPage.Found("Known vulnerabilities?", scan, withMore: true);

    private static Html Packages(SizeReport size) => Card(
        "packages",
        "Packages",
        Html.Join(Count("package-table", size.Packages.Length + 1), " rows: what each package brings into this image, and what belongs to none"),
        Table(
            "package-table",
            [("Package", "text"), ("Version", "text"), ("Source", "text"), ("Licence", "text"), ("Files", "number"), ("Size", "number"), ("Share", "plain")],
            size.Packages.OrderByDescending(static package => package.Bytes).ThenBy(static package => package.Package!.Name, StringComparer.Ordinal).Select(package => Row(
                Cell(Html.Foreign(package.Package!.Name)),
                Cell(Html.Foreign(package.Package.Version)),
                Cell(Html.Foreign(package.Package.SourceName)),
                Cell(Html.Foreign(package.Package.License)),
                Number(package.Files),
                SizeCell(package.Bytes),
                Meter(package.Bytes, size.Unpacked)))
            .Append(Row(Cell(Html.Tag("span", "class=\"quiet\"", "no package")), Cell(""), Cell(""), Cell(""), Number(size.Unowned.Files), SizeCell(size.Unowned.Bytes), Meter(size.Unowned.Bytes, size.Unpacked)))));

    private static Html Layers(SizeReport size) => Card(
        "layers",
        "Layers",
        "lowest first",
        Table(
            "layer-table",
            [("Layer", "number"), ("Made by", "text"), ("Files", "number"), ("Compressed", "number"), ("Unpacked", "number"), ("Hidden later", "number"), ("Share", "plain")],
            size.Layers.Select(layer => Row(
                Number(layer.Index + 1),
                Cell(layer.CreatedBy is { } command ? Html.Tag("code", "", Html.Foreign(command)) : Html.Tag("span", "class=\"digest quiet\"", layer.Blob.ToString()[..19])),
                Number(layer.Files),
                SizeCell(layer.Compressed),
                SizeCell(layer.Unpacked),
                SizeCell(layer.Hidden),
                Meter(layer.Unpacked, size.Layers.Max(static other => other.Unpacked)))),
            tall: size.Layers.Length > 12));

    private static Html Hidden(SizeReport size) => Card(
        "hidden",
        "Hidden by later layers",
        $"{Bothy.Formats.Text.ByteSize.Text(size.Waste)} in {Text(size.Hidden.Length)} files that are transferred and stored, and that no container sees{(size.Hidden.Length > MostHidden ? $"; the largest {Text(MostHidden)}" : "")}",
        Table(
            "hidden-table",
            [("Path", "text"), ("In layer", "number"), ("Hidden by layer", "number"), ("How", "text"), ("Size", "number")],
            size.Hidden.Take(MostHidden).Select(static file => Row(
                Cell(Path(file.Path), "class=\"path\""),
                Number(file.Layer + 1),
                Number(file.HiddenIn + 1),
                Cell(file.How()),
                SizeCell(file.Bytes)))));

    private static Html SharedCard(SharedBytes shared) => Card(
        "beside",
        "Beside other images",
        "what this image costs where these live already",
        Table(
            "beside-table",
            [("Kept by", "plain"), ("Alone", "plain"), ("Beside them", "plain"), ("Shared", "plain")],
            [
                Row(Cell("a registry, compressed"), SizeCell(shared.Registry.Images[0].Alone), SizeCell(shared.Registry.Images[0].Marginal), SizeCell(shared.Registry.Images[0].Shared)),
                Row(Cell("a host, unpacked"), SizeCell(shared.Host.Images[0].Alone), SizeCell(shared.Host.Images[0].Marginal), SizeCell(shared.Host.Images[0].Shared)),
            ],
            tall: false),
        Html.Tag("p", "class=\"quiet\"", "Beside ", Html.Foreign(string.Join(", ", shared.Beside))));

    private static Html Parts(MovingParts parts) => Card(
        "parts",
        "Moving parts",
        "what can be started, changed or misused",
        Html.Tag(
            "div",
            "class=\"columns\"",
            Listed("Setuid", parts.SetUserIds),
            Listed("Setgid", parts.SetGroupIds),
            Listed("Capabilities", parts.Capabilities.Select(static file => Html.Foreign($"{file.Path} {file.Capabilities}")), parts.Capabilities.Length),
            Listed("World-writable", parts.WorldWritable),
            Listed("Shells", parts.Shells),
            Listed("Package managers", parts.PackageManagers),
            Listed("Interpreters", parts.Interpreters),
            Listed("Accounts that may log in", parts.Users.Where(static user => user.MayLogIn).Select(static user => Html.Foreign($"{user.Name} {user.UserId}:{user.GroupId} {user.Shell}")), parts.Users.Count(static user => user.MayLogIn))));

    private static Html HardeningCard(InspectReport report) => Card(
        "hardening",
        "Hardening",
        "for how many programs and libraries each property holds",
        Table(
            "hardening-table",
            [("Property", "plain"), ("Holds for", "plain"), ("Share", "plain")],
            report.Hardening.Select(static share => Row(Cell(share.Property), Cell(share.Text()), Meter(share.Met, share.Counted))),
            tall: false));

    private static Html Configuration(InspectReport report) => Card(
        "configuration",
        "Configuration",
        "how a container starts",
        Html.Tag(
            "dl",
            "class=\"pairs\"",
            Pair("user", report.Container.User ?? "root"),
            Pair("entrypoint", ConfigChange.Words(report.Container.Entrypoint)),
            Pair("cmd", ConfigChange.Words(report.Container.Cmd)),
            Pair("directory", report.Container.WorkingDir ?? "/"),
            Pair("ports", string.Join(' ', report.Container.ExposedPorts)),
            Pair("volumes", string.Join(' ', report.Container.Volumes)),
            Pair("stop signal", report.Container.StopSignal ?? ""),
            Pair("health check", report.Container.HealthCheck?.ToString() ?? ""),
            Html.Join(report.Container.OnBuild.Select(static instruction => Pair("on build", instruction))),
            Html.Join(report.Container.Env.Select(static variable => Pair("environment", variable))),
            Html.Join(report.Container.Labels.Select(static label => Pair(label.Key, label.Value)))));

    private static Html Answer(string question, Html big, Html more) =>
        Html.Tag("section", "", Html.Tag("h2", "", question), Html.Tag("p", "class=\"big\"", big), more);

    private static Html Pair(string name, string value) =>
        value.Length == 0 ? Html.Nothing : Html.Join(Html.Tag("dt", "", Html.Foreign(name)), Html.Tag("dd", "", Html.Tag("code", "", Html.Foreign(value))));

    private static Html Listed(string heading, ImmutableArray<TreePath> paths) => Listed(heading, paths.Select(Path), paths.Length);

    private static Html Listed(string heading, IEnumerable<Html> items, int count) => Html.Tag(
        "div",
        "",
        Html.Tag("h3", "", heading, " ", Html.Number(count)),
        Html.Tag("ul", "", (count == 0 ? [Html.Tag("li", "class=\"quiet\"", "none")] : items.Take(MostListed).Select(static item => Html.Tag("li", "", item)))
            .Concat(count > MostListed ? [Html.Tag("li", "class=\"quiet\"", $"and {Text(count - MostListed)} more")] : [])));

    private static Html Names(ImmutableArray<TreePath> commands) =>
        commands.IsEmpty ? "none" : Html.Foreign(string.Join(", ", commands.Select(static command => command.Name).Distinct(StringComparer.Ordinal).Take(8)) + (commands.Length > 8 ? ", …" : ""));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
