using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.EndToEnd.Tests;

/// <summary>Debian images built here, scanned, beside a second implementation: straight over the tracker's JSON, with dpkg as the judge of what is installed and of its versions.</summary>
[Collection(RealImages.Name)]
public sealed class ScannedImagesTests(SharedStore store) : IDisposable
{
    private const string ImageFile = """
        contents:
          repositories:
            - deb bookworm main
          packages: [base-files, netbase, tzdata, openssl, bash]
          database: DATABASE

        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresFact(Needs.Network, "judges:dpkg-query")]
    public async Task Findings_are_those_of_the_second_implementation_and_no_other_whatever_form_the_database_has()
    {
        Build("dpkg");
        Build("status.d");
        Directory.CreateDirectory(_directory["root"]);
        Judge.Run("tar", "-xf", _directory["dpkg.tar"], "-C", _directory["root"], "var/lib/dpkg").Succeeded();
        var installed = Judge.Run("dpkg-query", $"--admindir={_directory["root/var/lib/dpkg"]}", "-W", "-f", "${source:Package} ${source:Version}\n").Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static line => line.Split(' '))
            .Select(static words => (Source: words[0], Version: words[1]))
            .Distinct()
            .ToList();

        var tracker = Tracker(installed);
        var judged = Judged(tracker, installed);
        var report = await ScanAsync("dpkg", tracker);
        Assert.Equal(judged, Lines(report));
        Assert.True(judged.Count > 4 * installed.Count, $"only {judged.Count} findings");
        Assert.Empty(report.Unjudged);

        // What is code is told by files, and the small form lists them as well.
        var small = await ScanAsync("status.d", tracker);
        Assert.Equal(judged, Lines(small));
        foreach (var scan in new[] { report, small })
        {
            Assert.Equal(CodePresence.Absent, Evidence(scan, "netbase").Presence);
            Assert.Equal(CodePresence.Present, Evidence(scan, "openssl").Presence);
            Assert.Contains("/usr/lib/x86_64-linux-gnu/libssl.so.3", Evidence(scan, "openssl").Code.Select(static path => path.ToString()));
        }
    }

    private void Build(string database)
    {
        File.WriteAllText(_directory[$"{database}.yaml"], ImageFile.Replace("DATABASE", database, StringComparison.Ordinal));
        BothyProgram.Build(store.Path, _directory[$"{database}.yaml"], $"oci:{_directory[database]}", "--arch", "amd64", "-o", $"rootfs:{_directory[$"{database}.tar"]}");
    }

    // Each source with every state that the tracker has, at its own version and around it.
    private static JsonObject Tracker(List<(string Source, string Version)> installed)
    {
        var tracker = new JsonObject();
        foreach (var (source, version) in installed)
        {
            var vulnerabilities = new JsonObject();
            (string Release, string Status, string? Fixed, string Urgency)[] states =
            [
                ("bookworm", "resolved", version, "low"),
                ("bookworm", "resolved", $"{version}+deb12u99", "high"),
                ("bookworm", "resolved", $"{version}~", "high"),
                ("bookworm", "resolved", "0", "unimportant"),
                ("bookworm", "resolved", "99:0", "not yet assigned"),
                ("bookworm", "open", null, "unimportant"),
                ("bookworm", "open", null, "end-of-life"),
                ("bookworm", "undetermined", null, "not yet assigned"),
                ("trixie", "open", null, "high"),
            ];
            foreach (var state in states)
            {
                var said = new JsonObject { ["status"] = state.Status, ["urgency"] = state.Urgency };
                if (state.Fixed is not null)
                {
                    said["fixed_version"] = state.Fixed;
                }

                string name = string.Create(CultureInfo.InvariantCulture, $"CVE-2099-{1000 + (tracker.Count * 10) + vulnerabilities.Count}");
                vulnerabilities[name] = new JsonObject { ["releases"] = new JsonObject { [state.Release] = said } };
            }

            tracker[source] = vulnerabilities;
        }

        return tracker;
    }

    private static SortedSet<string> Judged(JsonObject tracker, List<(string Source, string Version)> installed)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (source, version) in installed)
        {
            foreach (var (name, vulnerability) in tracker[source]!.AsObject())
            {
                if (vulnerability!["releases"]!["bookworm"] is not { } said)
                {
                    continue;
                }

                string? fixedIn = (string?)said["fixed_version"];
                bool isFound = (string?)said["status"] != "resolved" || (fixedIn != "0" && Judge.Run("dpkg", "--compare-versions", version, "lt", fixedIn!).ExitCode == 0);
                found.UnionWith(isFound ? [$"{source} {version} {name} {fixedIn}"] : []);
            }
        }

        return found;
    }

    private async Task<ScanReport> ScanAsync(string layout, JsonObject tracker)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(tracker.ToJsonString()));
        var document = AdvisoryDocument.Read(stream, "tracker.json", null, CancellationToken.None);
        var access = new ImageAccess(_directory.Path, static reference => throw new InvalidOperationException(reference.ToString()));
        await using var source = await ImageLocation.Parse($"oci:{_directory[layout]}", "/").OpenAsync(access, CancellationToken.None);
        using var image = await new ImageReader(new ContentStore(store.Path), 2).OpenAsync(source, null, CancellationToken.None);
        var subject = ScanSubjects.Of(ImageContents.Of(image), layout, CancellationToken.None);
        return Scanner.Scan(subject, new AdvisoryMemory(document.Entries), ScanRules.None(DateTimeOffset.UnixEpoch), CancellationToken.None);
    }

    private static CodeEvidence Evidence(ScanReport report, string source) => report.Vulnerabilities.First(found => found.Package.SourceName == source).Code;

    private static SortedSet<string> Lines(ScanReport report) =>
        new(report.Vulnerabilities.Select(static found => $"{found.Package.SourceName} {found.Package.SourceVersion} {found.Id} {found.FixedVersion}"), StringComparer.Ordinal);
}
