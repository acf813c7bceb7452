using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Scans;
using Bothy.Inspection.Size;

namespace Bothy.Cli.Rendering;

/// <summary>Prints the answers about an image on one page.</summary>
internal static class InspectText
{
    private const int MostRows = 12;
    private const int MostPaths = 6;

    public static string Of(InspectReport report, PageStyle style)
    {
        var page = new StringBuilder();
        page.Append(style.Bold(VisibleText.Of(report.Name))).Append('\n');
        page.Append(VisibleText.Of(string.Join("  ", new[] { report.Platform.ToString(), report.Distribution, Time(report.Created) }.OfType<string>()))).Append('\n');
        if (report.Digest is { } digest)
        {
            page.Append(style.Dim(digest.ToString())).Append('\n');
        }

        HowBig(page, report, style);
        HowMany(page, report.Parts, style);
        WillItRun(page, report, style);
        Vulnerabilities(page, report, style);
        return page.ToString().TrimEnd('\n');
    }

    private static void HowBig(StringBuilder page, InspectReport report, PageStyle style)
    {
        var size = report.Size;
        style.Heading(page, "how big");
        var totals = new TextTable("", "", "").AlignRight(1).WithoutHeadings();
        if (size.Compressed is { } compressed)
        {
            totals.Add("compressed", ByteSize.Text(compressed), Count(size.Layers.Length, "layer"));
        }

        totals.Add("unpacked", ByteSize.Text(size.Unpacked), $"{Count(size.Files, "file")}, {Count(size.Directories, "directory", "directories")}, {Count(size.Links, "link")}");
        if (size.Compressed is not null)
        {
            totals.Add("hidden", ByteSize.Text(size.Waste), size.Waste == 0 ? "no layer hides files of another" : $"{Count(size.Hidden.Length, "file")} that later layers hide");
        }

        totals.Add("unowned", ByteSize.Text(size.Unowned.Bytes), $"{Count(size.Unowned.Files, "file")} of no package");
        if (report.Shared is { } shared)
        {
            totals.Add("shared", ByteSize.Text(shared.Registry.Images[0].Shared), $"compressed, with {string.Join(", ", shared.Beside)}");
            totals.Add("", ByteSize.Text(shared.Host.Images[0].Shared), "unpacked, on a host");
        }

        page.Append(Indented(totals.ToString()));
        Packages(page, size, style);
        Layers(page, size, style);
        Hidden(page, size, style);
    }

    private static void Packages(StringBuilder page, SizeReport size, PageStyle style)
    {
        var largest = size.Packages.OrderByDescending(static package => package.Bytes).ThenBy(static package => package.Package!.Name, StringComparer.Ordinal).Take(MostRows).ToList();
        if (largest.Count == 0)
        {
            return;
        }

        long most = Math.Max(largest[0].Bytes, 1);
        var table = new TextTable("PACKAGE", "VERSION", "FILES", "SIZE", "").AlignRight(2).AlignRight(3);
        foreach (var package in largest)
        {
            table.Add(style.Cut(package.Package!.Name, 28), style.Cut(package.Package.Version, 24), Number(package.Files), ByteSize.Text(package.Bytes), style.Bar(package.Bytes, most));
        }

        int left = size.Packages.Length - largest.Count;
        if (left > 0)
        {
            table.Add($"{Number(left)} more", "", Number(size.Packages.Sum(static package => package.Files) - largest.Sum(static package => package.Files)), ByteSize.Text(size.Packages.Sum(static package => package.Bytes) - largest.Sum(static package => package.Bytes)), "");
        }

        page.Append('\n').Append(Indented(table.ToString()));
    }

    private static void Layers(StringBuilder page, SizeReport size, PageStyle style)
    {
        if (size.Layers.IsEmpty)
        {
            return;
        }

        var table = new TextTable("LAYER", "COMPRESSED", "UNPACKED", "HIDDEN", "MADE BY").AlignRight(0).AlignRight(1).AlignRight(2).AlignRight(3);
        foreach (var layer in size.Layers)
        {
            table.Add(
                Number(layer.Index + 1), ByteSize.Text(layer.Compressed), ByteSize.Text(layer.Unpacked), layer.Hidden == 0 ? "-" : ByteSize.Text(layer.Hidden),
                style.Cut(layer.CreatedBy?.Trim() is { Length: > 0 } command ? command : layer.Blob.ToString()[..19], style.Width - 48));
        }

        page.Append('\n').Append(Indented(table.ToString()));
    }

    private static void Hidden(StringBuilder page, SizeReport size, PageStyle style)
    {
        if (size.Hidden.IsEmpty)
        {
            return;
        }

        var table = new TextTable("HIDDEN FILE", "SIZE", "LAYER", "BY", "HOW").AlignRight(1).AlignRight(2).AlignRight(3);
        foreach (var file in size.Hidden.Take(MostPaths))
        {
            table.Add(style.Cut(file.Path.ToString(), style.Width - 52), ByteSize.Text(file.Bytes), Number(file.Layer + 1), Number(file.HiddenIn + 1), file.How());
        }

        if (size.Hidden.Length > MostPaths)
        {
            table.Add($"{Number(size.Hidden.Length - MostPaths)} more", ByteSize.Text(size.Hidden.Skip(MostPaths).Sum(static file => file.Bytes)), "", "", "");
        }

        page.Append('\n').Append(Indented(table.ToString()));
    }

    private static void HowMany(StringBuilder page, MovingParts parts, PageStyle style)
    {
        style.Heading(page, "how many moving parts");
        var table = new TextTable("", "", "").AlignRight(1).WithoutHeadings();
        table.Add("packages", Number(parts.Packages), "");
        table.Add("programs", Number(parts.Executables.Length), $"{Count(parts.Commands.Length, "command")} in the directories of PATH");
        Add("setuid", parts.SetUserIds);
        Add("setgid", parts.SetGroupIds);
        table.Add("capabilities", Number(parts.Capabilities.Length), style.List(parts.Capabilities.Select(static file => $"{file.Path} {file.Capabilities}"), MostPaths, 26));
        Add("world-writable", parts.WorldWritable);
        Add("shells", parts.Shells);
        Add("package managers", parts.PackageManagers);
        Add("interpreters", parts.Interpreters);
        table.Add("accounts", Number(parts.Users.Length), style.List(parts.Users.Where(static user => user.MayLogIn).Select(static user => user.Name), MostPaths, 38, " may log in"));
        table.Add("runs as", "", parts.RunsAsRoot ? parts.User is { } root ? $"root ({root})" : "root" : parts.User!);
        page.Append(Indented(table.ToString()));

        void Add(string name, ImmutableArray<TreePath> paths) =>
            table.Add(name, Number(paths.Length), style.List(paths.Select(static path => path.ToString()), MostPaths, 26));
    }

    private static void WillItRun(StringBuilder page, InspectReport report, PageStyle style)
    {
        var run = report.Run;
        style.Heading(page, "will it run");
        var table = new TextTable("", "").WithoutHeadings();
        table.Add("verdict", run.Verdict().Word());
        table.Add("C library", run.Libraries.IsEmpty ? "none: only static programs run" : string.Join(", ", run.Libraries.Select(static library => $"{library.Text()}, loader {library.Loader}")));
        table.Add("starts", run.Start is { } start ? style.Cut(ConfigChange.Words(start.Command), style.Width - 14) : "nothing by itself");
        if (run.StartProblem() is { } problem)
        {
            table.Add("problem", problem);
        }

        foreach (var finding in run.Problems.Take(MostPaths))
        {
            table.Add("error", $"{finding.Path}: {finding.Reason}");
        }

        if (run.Problems.Length > MostPaths)
        {
            table.Add("", $"and {Number(run.Problems.Length - MostPaths)} more");
        }

        int others = run.Findings.Length - run.Problems.Length;
        if (others > 0)
        {
            table.Add("", $"{Count(others, "lesser finding")}; --format json has them");
        }

        string[] shares = [.. report.Hardening.Where(static share => share.Counted > 0 && share.Met < share.Counted).Select(static share => $"{share.Property} {share.Text()}")];
        if (report.Hardening.Any(static share => share.Counted > 0))
        {
            table.Add("hardening", shares.Length == 0 ? "everything that is looked for" : shares[0]);
            foreach (string share in shares.Skip(1))
            {
                table.Add("", share);
            }
        }

        page.Append(Indented(table.ToString()));
    }

    private static void Vulnerabilities(StringBuilder page, InspectReport report, PageStyle style)
    {
        style.Heading(page, "known vulnerabilities");
        if (report.Scan is not { } scan)
        {
            page.Append(Indented(style.Wrapped(InspectReport.ScanRemark)));
            return;
        }

        string[] lines = [ScanWords.Summary(scan), .. ScanWords.Remarks(scan), ScanWords.Snapshot(scan.Report)];
        page.Append(Indented(string.Join('\n', lines.Select(line => style.Wrapped(VisibleText.Of(line))))));
        if (scan.Report.Vulnerabilities.IsEmpty)
        {
            return;
        }

        var table = new TextTable("FINDING", "SEVERITY", "SOURCE", "VERSION", "FIXED IN");
        foreach (var finding in scan.Report.Vulnerabilities.Take(MostRows))
        {
            table.Add(finding.Id, finding.Severity.Level.Word(), style.Cut(finding.Package.SourceName, 20), style.Cut(finding.Package.SourceVersion ?? "-", 18), style.Cut(finding.Remedy(), 18));
        }

        page.Append('\n').Append(Indented(table.ToString()));
        if (scan.Report.Vulnerabilities.Length > MostRows)
        {
            page.Append(CultureInfo.InvariantCulture, $"  and {scan.Report.Vulnerabilities.Length - MostRows} more; 'bothy scan' lists them\n");
        }
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Count(int number, string one, string? many = null) => $"{Number(number)} {(number == 1 ? one : many ?? one + "s")}";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Indented(string text) => string.Concat(text.Split('\n').Select(static line => $"  {line}\n"));
}
