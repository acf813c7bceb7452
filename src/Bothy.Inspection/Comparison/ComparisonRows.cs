using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Inspection.Hardening;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Parts;
using Bothy.Inspection.Scans;

namespace Bothy.Inspection.Comparison;

/// <summary>One figure of each image.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Values">Its value for each image, as people read it.</param>
public sealed record ComparisonRow(string Name, ImmutableArray<string> Values);

/// <summary>The figures by which images are put side by side, in the order and words that every form of the report uses.</summary>
public static class ComparisonRows
{
    /// <summary>The figures of <paramref name="report"/>.</summary>
    public static ImmutableArray<ComparisonRow> Of(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            Row("distribution", static image => image.Distribution ?? "–"),
            Row("platform", static image => image.Platform.ToString()),
            Row("compressed", static image => ByteSize.Text(image.Size.Compressed ?? 0)),
            Row("unpacked", static image => ByteSize.Text(image.Size.Unpacked)),
            Row("hidden by later layers", static image => ByteSize.Text(image.Size.Waste)),
            Row("layers", static image => Number(image.Size.Layers.Length)),
            new("layers shared with first", [.. report.Differences.Select(static difference => Number(difference.SharedLayers))]),
            Row("files", static image => Number(image.Size.Files)),
            Row("packages", static image => Number(image.Parts.Packages)),
            Row("programs", static image => Number(image.Parts.Executables.Length)),
            Row("commands", static image => Number(image.Parts.Commands.Length)),
            Row("setuid", static image => Number(image.Parts.SetUserIds.Length)),
            Row("setgid", static image => Number(image.Parts.SetGroupIds.Length)),
            Row("with capabilities", static image => Number(image.Parts.Capabilities.Length)),
            Row("world-writable", static image => Number(image.Parts.WorldWritable.Length)),
            Row("shells", static image => Number(image.Parts.Shells.Length)),
            Row("package managers", static image => Number(image.Parts.PackageManagers.Length)),
            Row("interpreters", static image => Number(image.Parts.Interpreters.Length)),
            Row("runs as", static image => image.Parts.RunsAsRoot ? "root" : image.Parts.User ?? ""),
            Row("C library", static image => image.Run.Libraries.IsEmpty ? "none" : string.Join(", ", image.Run.Libraries.Select(static library => library.Text()))),
            Row("will it run", static image => image.Run.Verdict().Word()),
            Row("known vulnerabilities", static image => image.Scan is { } scan ? Short(scan) : "not looked up"),
            .. HardeningReport.Properties.Select((property, i) => Row(property, image => image.Hardening[i].Text())),
        ];

        ComparisonRow Row(string name, Func<InspectReport, string> value) => new(name, [.. report.Images.Select(value)]);
    }

    // The numbers alone: "12: 1 critical, 3 high".
    private static string Short(ScanOutcome scan)
    {
        var counts = ScanCounts.Of(scan.Report.Vulnerabilities);
        string levels = string.Join(", ", counts.BySeverity.Where(static level => level.Count > 0 && level.Level >= SeverityLevel.High).Select(static level => string.Create(CultureInfo.InvariantCulture, $"{level.Count} {level.Level.Word()}")));
        return levels.Length == 0 ? Number(counts.Total) : $"{Number(counts.Total)}: {levels}";
    }

    /// <summary>A difference of bytes, with its sign.</summary>
    public static string WithSign(long bytes) => bytes switch
    {
        0 => "0 B",
        > 0 => $"+{ByteSize.Text(bytes)}",
        _ => $"-{ByteSize.Text(-bytes)}",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What one image costs as a base, in one place.</summary>
/// <param name="Image">The image.</param>
/// <param name="Where">The place: a registry or a host.</param>
/// <param name="Cost">The cost.</param>
public sealed record BaseRow(string Image, string Where, BaseCost Cost)
{
    /// <summary>The rows of all images, in a registry, then on a host.</summary>
    public static ImmutableArray<BaseRow> Of(ComparisonReport report, int services)
    {
        ArgumentNullException.ThrowIfNull(report);
        return
        [
            .. Rows("registry", report.Registry),
            .. Rows("host", report.Host),
        ];

        IEnumerable<BaseRow> Rows(string where, Company company) =>
            report.Images.Select((image, i) => new BaseRow(image.Name, where, new BaseCost(company.Images[i].Alone, services)));
    }

    /// <summary>What follows from the rows: from how many services on the smallest base, not shared, costs more than a larger one that is.</summary>
    public static IEnumerable<string> Sentences(ComparisonReport report, int services)
    {
        foreach (var place in Of(report, services).GroupBy(static row => row.Where, StringComparer.Ordinal))
        {
            var smallest = place.MinBy(static row => row.Cost.Bytes)!;
            foreach (var row in place.Where(row => row.Cost.Bytes > smallest.Cost.Bytes))
            {
                string extra = $"{ByteSize.Text(row.Cost.Bytes - smallest.Cost.Bytes)} more once, {ByteSize.Text(row.Cost.PerService - smallest.Cost.PerService)} more for each of {services.ToString(CultureInfo.InvariantCulture)} services";
                string turn = smallest.Cost.BreakEven(row.Cost) is { } count
                    ? string.Create(CultureInfo.InvariantCulture, $"; {count} services with {smallest.Image} in each cost as much")
                    : "";
                yield return $"{row.Where}: {row.Image}, shared, costs {extra}{turn}";
            }
        }
    }
}

/// <summary>Words for what changed.</summary>
public static class ChangeWords
{
    /// <summary>As people say it.</summary>
    public static string Word(this PackageChangeKind kind) => kind switch
    {
        PackageChangeKind.Added => "added",
        PackageChangeKind.Removed => "removed",
        PackageChangeKind.Upgraded => "newer",
        PackageChangeKind.Downgraded => "older",
        _ => "changed",
    };

    /// <summary>For how many files of those that it applies to it holds.</summary>
    public static string Text(this HardeningShare share)
    {
        ArgumentNullException.ThrowIfNull(share);
        return share.Counted == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{share.Met} of {share.Counted}");
    }

    /// <summary>As people say it.</summary>
    public static string Word(this RunVerdict verdict) => verdict switch
    {
        RunVerdict.Yes => "yes",
        RunVerdict.Partly => "not all of it",
        RunVerdict.No => "no",
        _ => "it starts nothing",
    };

    /// <summary>What the entry of one side of <paramref name="change"/> is, as far as it differs: <c>0755 0:0</c>, <c>-> target</c>, <c>12.0 KiB</c>.</summary>
    public static string Side(this FileChange change, Formats.Trees.TreeEntry? entry)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (entry is null)
        {
            return "";
        }

        var parts = new List<string>();
        bool alone = change.Before is null || change.After is null;
        if (change.Difference.HasFlag(FileDifference.Kind) || alone)
        {
            parts.Add(KindOf(entry));
        }

        if ((change.Difference.HasFlag(FileDifference.Content) || alone) && entry.Content is { } content)
        {
            parts.Add(alone || change.Bytes != 0 ? ByteSize.Text(content.Length) : content.Digest.Hex[..12]);
        }

        if (change.Difference.HasFlag(FileDifference.Mode))
        {
            parts.Add(Convert.ToString(entry.Mode, 8).PadLeft(4, '0'));
        }

        if (change.Difference.HasFlag(FileDifference.Owner))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{entry.UserId}:{entry.GroupId}"));
        }

        if ((change.Difference.HasFlag(FileDifference.Link) || alone || change.Difference.HasFlag(FileDifference.Kind)) && entry.LinkTarget is { } target)
        {
            parts.Add($"-> {target}");
        }

        if (change.Difference.HasFlag(FileDifference.Attributes))
        {
            parts.Add(entry.ExtendedAttributes.IsEmpty ? "no attributes" : string.Join(' ', entry.ExtendedAttributes.Keys));
        }

        return string.Join(' ', parts);
    }

    private static string KindOf(Formats.Trees.TreeEntry entry) => entry.Kind switch
    {
        Formats.Trees.EntryKind.File => "file",
        Formats.Trees.EntryKind.Directory => "directory",
        Formats.Trees.EntryKind.SymbolicLink => "link",
        Formats.Trees.EntryKind.HardLink => "hard link",
        Formats.Trees.EntryKind.Fifo => "pipe",
        _ => "device",
    };
}
