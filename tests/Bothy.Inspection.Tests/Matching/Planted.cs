using System.Globalization;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Matching;
using Bothy.Oci;
using Bothy.Packages;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>Subjects and advisories for tests, in a few words each, and reports as text.</summary>
internal static class Planted
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Origin Test = new Origin.ImageFile("test");

    public static OsRelease Bookworm { get; } = OsRelease.Parse("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");

    public static OsRelease Alpine319 { get; } = OsRelease.Parse("ID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME=\"Alpine Linux v3.19\"\n");

    public static AdvisoryEntry Debian(string id, string package, string? fixedVersion = null, string release = "bookworm", AdvisoryState state = AdvisoryState.Affected) => new()
    {
        Id = id,
        Feed = AdvisoryFeed.DebianTracker,
        Space = AdvisorySpace.Debian,
        Release = release,
        Package = package,
        State = state,
        Ranges = state is AdvisoryState.Affected or AdvisoryState.EndOfLife ? [fixedVersion is null ? VersionRange.All : VersionRange.Before(fixedVersion)] : [],
    };

    public static AdvisoryEntry Notice(string id, string package, string fixedVersion, params string[] cves) => new()
    {
        Id = id,
        Upstream = [.. cves],
        Feed = AdvisoryFeed.DebianNotices,
        Space = AdvisorySpace.Debian,
        Release = "bookworm",
        Package = package,
        State = AdvisoryState.Affected,
        Ranges = [VersionRange.Before(fixedVersion)],
    };

    public static AdvisoryEntry Alpine(string id, string package, string fixedVersion, string release = "v3.19") => new()
    {
        Id = id,
        Feed = AdvisoryFeed.Secdb,
        Space = AdvisorySpace.Alpine,
        Release = release,
        Package = package,
        State = fixedVersion == "0" ? AdvisoryState.NotAffected : AdvisoryState.Affected,
        Ranges = fixedVersion == "0" ? [] : [VersionRange.Before(fixedVersion)],
    };

    public static AdvisoryEntry Osv(AdvisorySpace space, string id, string package, params VersionRange[] ranges) => new()
    {
        Id = id,
        Feed = AdvisoryFeed.Osv,
        Space = space,
        Package = space.Normalise(package),
        State = AdvisoryState.Affected,
        Ranges = [.. ranges],
    };

    /// <summary>A Debian package: <c>libssl3 3.0.11-1 of openssl 3.0.11-1</c>; the source only where it differs.</summary>
    public static ScanSubject Deb(params string[] packages) => Deb(Bookworm, packages);

    public static ScanSubject Deb(OsRelease? release, params string[] packages) => Of(PackageSystem.Dpkg, "amd64", release, packages);

    public static ScanSubject Apk(params string[] packages) => Apk(Alpine319, packages);

    public static ScanSubject Apk(OsRelease? release, params string[] packages) => Of(PackageSystem.Apk, "x86_64", release, packages);

    public static ScanSubject Language(Ecosystem ecosystem, string name, string? version, string? group = null) => ScanSubjects.Of(
        "test",
        ScanSubjectKind.Lock,
        null,
        [ScanSubjects.Package(new LanguagePackage { Ecosystem = ecosystem, Name = name, Version = version, Group = group, Location = TreePath.Parse("app/x") })]);

    /// <summary>An image of these files, by path; a path that ends with a star is executable.</summary>
    public static ScanSubject Image(params (string Path, string Text)[] files)
    {
        var tree = new FileTree();
        foreach (var (path, text) in files)
        {
            var at = TreePath.Parse(path.TrimEnd('*'));
            for (var parent = at.Parent; !parent.IsRoot; parent = parent.Parent)
            {
                tree.Set(TreeEntry.Directory(parent, Test));
            }

            tree.Set(TreeEntry.File(at, FileContent.Of(Encoding.Latin1.GetBytes(text)), Test, path.EndsWith('*') ? 0b111_101_101 : TreeEntry.DefaultFileMode));
        }

        return ScanSubjects.Of(ImageContents.Of(tree, new ContainerConfig(), Platform.Parse("linux/amd64")), "image", CancellationToken.None);
    }

    public static ScanReport Scan(ScanSubject subject, AdvisoryMemory advisories, ScanRules? rules = null)
    {
        var report = Scanner.Scan(subject, advisories, rules ?? ScanRules.None(Now), CancellationToken.None);

        // What is kept of a subject is judged alike, but for what only its files tell.
        var kept = RecordedSubject.Parse(RecordedSubject.Format(subject)) with { Products = subject.Products };
        Assert.Equal(WithoutCode(Text(report)), WithoutCode(Text(Scanner.Scan(kept, advisories, rules ?? ScanRules.None(Now), CancellationToken.None))));
        return report;

        static string WithoutCode(string text) => text.Replace(" code present", "", StringComparison.Ordinal).Replace(" code absent", "", StringComparison.Ordinal);
    }

    public static ScanReport Scan(ScanSubject subject, params AdvisoryEntry[] entries) => Scan(subject, new AdvisoryMemory(entries));

    /// <summary>A report, a line for each thing it says.</summary>
    public static string Text(ScanReport report)
    {
        var lines = new List<string>();
        lines.AddRange(report.Vulnerabilities.Select(Text));
        lines.AddRange(report.Suppressed.Select(static found => $"suppressed by {found.Suppression!.Word}: {found.Id} {found.Package.SourceName}{(found.Suppression.Reason.Length == 0 ? "" : $" ({found.Suppression.Reason})")}"));
        lines.AddRange(report.Known.Select(static found => $"known: {found.Id} {found.Package.SourceName}"));
        lines.AddRange(report.Unjudged.Select(static unjudged => $"unjudged: {string.Join(", ", unjudged.Packages)}: {unjudged.Sentence}"));
        lines.AddRange(report.Notes.Select(static note => $"note: {note}"));
        return lines.Count == 0 ? "nothing" : string.Join('\n', lines);
    }

    private static string Text(Vulnerability found)
    {
        var words = new List<string> { found.Id, found.Package.SourceName, found.Package.SourceVersion! };
        if (found.Packages is not [{ } only] || only.Name != found.Package.SourceName)
        {
            words.Add($"({string.Join(' ', found.Packages.Select(static package => package.Name))})");
        }

        words.Add(found.State switch
        {
            VulnerabilityState.Affected => found.FixedVersion is null ? "unfixed" : $"fixed in {found.FixedVersion}",
            VulnerabilityState.WontFix => "won't fix",
            VulnerabilityState.EndOfLife => "end of life",
            var state => state.ToString().ToLowerInvariant(),
        });
        if (found.Severity.Level != SeverityLevel.Unknown)
        {
            words.Add($"{found.Severity.Level.Word()} by {found.Severity.From}");
        }

        if (found.Aliases.Length > 0)
        {
            words.Add($"also {string.Join(' ', found.Aliases)}");
        }

        if (found.Code.Presence != CodePresence.Unknown)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"code {found.Code.Presence.ToString().ToLowerInvariant()}"));
        }

        return string.Join(' ', words);
    }

    private static ScanSubject Of(PackageSystem system, string architecture, OsRelease? release, string[] packages) => ScanSubjects.Of("test", ScanSubjectKind.Lock, release, packages.Select(line =>
    {
        string[] words = line.Split(' ');
        return ScanSubjects.Package(system, new PackageId(words[0], words[1], architecture), words.ElementAtOrDefault(3), words.ElementAtOrDefault(4), release);
    }));
}
