using System.Text.Json.Nodes;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>
/// Findings in real root file systems, beside a second implementation: straight over Alpine's JSON and the lines of apk's database, with apk itself as the judge of versions; and beside
/// a list that was looked at pair by pair.
/// </summary>
public sealed class JudgedAlpineTests
{
    private const string Need = ApkJudge.Need;

    [RequiresTheory(Needs.Data, Need)]
    [InlineData("3.10.3", 12)]
    [InlineData("3.10.9", 1)]
    public void A_root_file_system_has_the_findings_of_the_second_implementation_and_no_other(string release, int findings)
    {
        using var apk = new ApkJudge(release);
        var report = Planted.Scan(ScanSubjects.OfDirectory(apk.Root, CancellationToken.None), Advisories("v3.10"));

        Check(report, Judged(apk, File.ReadAllLines(apk["lib/apk/db/installed"]), "v3.10"), findings);
        CheckByHand(report, release, complete: release == "3.10.3");
        Assert.All(report.Vulnerabilities, static found => Assert.Equal(CodePresence.Present, found.Code.Presence));
    }

    [RequiresFact(Needs.Data, Need)]
    public async Task An_image_has_the_findings_of_the_second_implementation_and_no_other()
    {
        string archive = Path.Combine(RealData.Directory, "images", "alpine-311.tar.gz");
        using var directory = new TemporaryDirectory();
        var access = new ImageAccess(directory.Path, static reference => throw new InvalidOperationException(reference.ToString()));
        await using var source = await ImageLocation.Parse(archive, "/").OpenAsync(access, CancellationToken.None);
        using var image = await new ImageReader(new ContentStore(directory["store"]), 2).OpenAsync(source, platform: null, CancellationToken.None);
        var report = Planted.Scan(ScanSubjects.Of(ImageContents.Of(image), "alpine:3.11", CancellationToken.None), Advisories("v3.11"));

        Judge.Run("tar", "-xf", archive, "-C", directory.Path).Succeeded();
        string layer = Assert.Single(Directory.GetFiles(directory.Path, "layer.tar", SearchOption.AllDirectories));
        string database = Judge.Run("tar", "-xOf", layer, "lib/apk/db/installed").Succeeded().Output;
        using var apk = new ApkJudge("3.10.9");
        Check(report, Judged(apk, database.Split('\n'), "v3.11"), 24);
        CheckByHand(report, "3.11", complete: true);
    }

    [RequiresFact(Needs.Data, Need)]
    public void Another_releases_advisories_judge_nothing()
    {
        using var apk = new ApkJudge("3.10.3");
        var report = Planted.Scan(ScanSubjects.OfDirectory(apk.Root, CancellationToken.None), Advisories("v3.11"));

        Assert.Empty(report.Vulnerabilities);
        var unjudged = Assert.Single(report.Unjudged);
        Assert.Equal((UnjudgedReason.NoSource, "no advisories are known for Alpine v3.10", 14), (unjudged.Reason, unjudged.Sentence, unjudged.Packages.Length));
    }

    [RequiresFact(Needs.Data, Need)]
    public void The_bill_of_what_was_scanned_has_the_same_findings()
    {
        using var apk = new ApkJudge("3.10.3");
        var subject = ScanSubjects.OfDirectory(apk.Root, CancellationToken.None);
        var components = new JsonArray([.. subject.Packages.Select(static package => new JsonObject { ["type"] = "library", ["name"] = package.Name, ["version"] = package.Version, ["purl"] = package.Purl!.ToString() })]);
        byte[] bill = System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["bomFormat"] = "CycloneDX", ["specVersion"] = "1.6", ["components"] = components }.ToJsonString());

        var lookup = Advisories("v3.10");
        Assert.Equal(Lines(Planted.Scan(subject, lookup)), Lines(Planted.Scan(ScanSubjects.OfBill(bill, "bill.json"), lookup)));
    }

    private static AdvisoryMemory Advisories(string release)
    {
        var documents = new[] { "main", "community" }.Select(repository => Path.Combine(RealData.Directory, "advisories", "alpine", release, $"{repository}.json")).Select(static path =>
        {
            using var stream = File.OpenRead(path);
            return AdvisoryDocument.Read(stream, path, null, CancellationToken.None);
        }).ToList();
        return new AdvisoryMemory(documents.SelectMany(static document => document.Entries));
    }

    private static SortedSet<string> Judged(ApkJudge apk, string[] database, string release)
    {
        var sources = new SortedSet<(string Origin, string Version)>();
        var stanza = new Dictionary<char, string>();
        foreach (string line in database.Append(""))
        {
            if (line.Length > 2 && line[1] == ':' && line[0] is 'P' or 'V' or 'o')
            {
                stanza[line[0]] = line[2..];
            }
            else if (line.Length == 0 && stanza.Count > 0)
            {
                sources.Add((stanza.GetValueOrDefault('o', stanza['P']), stanza['V']));
                stanza.Clear();
            }
        }

        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string repository in new[] { "main", "community" })
        {
            var document = JsonNode.Parse(File.ReadAllText(Path.Combine(RealData.Directory, "advisories", "alpine", release, $"{repository}.json")))!;
            foreach (var package in document["packages"]!.AsArray().Select(static item => item!["pkg"]!))
            {
                foreach (var (_, version) in sources.Where(source => source.Origin == (string)package["name"]!))
                {
                    foreach (var (fixedIn, names) in package["secfixes"]!.AsObject().Where(static fix => fix.Key != "0"))
                    {
                        if (apk.Apk("version", "-t", version, fixedIn).Output.Trim() == "<")
                        {
                            found.UnionWith(names!.AsArray().Select(name => $"{(string)package["name"]!} {version} {((string)name!).Split(' ')[0]} {fixedIn}"));
                        }
                    }
                }
            }
        }

        return found;
    }

    private static void Check(ScanReport report, SortedSet<string> judged, int findings)
    {
        Assert.Equal(judged, Lines(report));
        Assert.Equal(findings, judged.Count);
    }

    private static void CheckByHand(ScanReport report, string root, bool complete)
    {
        string file = Path.Combine(RealData.Project, "tests", "Bothy.Inspection.Tests", "Matching", "Testdata", "alpine-by-hand.txt");
        var rows = File.ReadLines(file)
            .Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(" | "))
            .Where(row => row[0] == root)
            .ToList();
        var affected = new SortedSet<string>(rows.Where(static row => row[5] == "affected").Select(static row => $"{row[1]} {row[2]} {row[4]} {row[3]}"), StringComparer.Ordinal);

        Assert.Equal(affected, Lines(report));
        Assert.All(rows, static row => Assert.True(row is [_, _, _, _, _, "affected" or "free", { Length: > 20 }]));
        Assert.True(!complete || rows.Count >= 28);
    }

    private static SortedSet<string> Lines(ScanReport report) =>
        new(report.Vulnerabilities.Select(static found => $"{found.Package.SourceName} {found.Package.SourceVersion} {found.Id} {found.FixedVersion}"), StringComparer.Ordinal);
}
