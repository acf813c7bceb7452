using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>
/// Findings by Debian's real list of notices and the sample of its tracker, beside a second implementation: straight over their texts, with <c>dpkg --compare-versions</c> as the judge. What is
/// installed is every package that the list has for a release, in versions around those that it names.
/// </summary>
public sealed partial class JudgedDebianTests
{
    private const string EndOfLife = "<end-of-life>";

    [RequiresTheory(Needs.Data, "judges:dpkg")]
    [InlineData("bullseye", "11", 300)]
    [InlineData("buster", "10", 300)]
    [InlineData("wheezy", "7", 200)]
    public void Notices_give_the_findings_of_the_second_implementation_and_no_other(string release, string number, int atLeast)
    {
        var notices = Notices(release);
        var installed = notices.Keys.Order(StringComparer.Ordinal).Select((package, i) => (Package: package, Version: Around(notices[package], i))).Where(static pair => pair.Version.Length > 0).ToList();
        var report = Planted.Scan(Image(number, installed), Advisories("DSA-list"));

        // The later of two notices about the same vulnerability has the version that counts.
        var judged = new ConcurrentBag<string>();
        Parallel.ForEach(installed, new ParallelOptions { MaxDegreeOfParallelism = 4 }, pair =>
        {
            var fixes = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, version) in notices[pair.Package])
            {
                if (!fixes.TryGetValue(name, out string? before) || version == EndOfLife || (before != EndOfLife && IsEarlier(before, version)))
                {
                    fixes[name] = version;
                }
            }

            foreach (var (name, version) in fixes.Where(fix => fix.Value == EndOfLife || IsEarlier(pair.Version, fix.Value)))
            {
                judged.Add($"{pair.Package} {pair.Version} {name} {(version == EndOfLife ? "" : version)}");
            }
        });

        Assert.Equal(judged.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), Lines(report));
        Assert.True(judged.Count >= atLeast, $"only {judged.Count} findings");
        Assert.DoesNotContain(report.Unjudged, static unjudged => unjudged.Reason != UnjudgedReason.NoRecord);
    }

    [RequiresFact(Needs.Data, "judges:dpkg")]
    public void The_trackers_sample_gives_the_findings_of_the_second_implementation_and_no_other()
    {
        var tracker = JsonNode.Parse(File.ReadAllText(PathOf("tracker-sample.json")))!.AsObject();
        int seen = 0;
        foreach (var (release, number) in new[] { ("jessie", "8"), ("stretch", "9"), ("buster", "10"), ("bullseye", "11"), ("bookworm", "12"), ("trixie", "13") })
        {
            foreach (string version in new[] { "0.1-1", "1.5.5-4", "1.6.0.2-1", "5.0.1-2+deb11u1", "98.0.4758.80-1~deb11u1", "98.0.4758.80-1", "99~rc1-1", "1:0-1" })
            {
                var report = Planted.Scan(Image(number, [.. tracker.Select(source => (source.Key, version))]), Advisories("tracker-sample.json"));
                var judged = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var (source, vulnerabilities) in tracker)
                {
                    foreach (var (name, vulnerability) in vulnerabilities!.AsObject())
                    {
                        if (vulnerability!["releases"] is JsonObject releases && releases[release] is { } state)
                        {
                            string? fixedIn = (string?)state["fixed_version"];
                            bool isAffected = (string?)state["status"] == "open" ? fixedIn != "0" : fixedIn is not null && fixedIn != "0" && IsEarlier(version, fixedIn);
                            judged.UnionWith(isAffected ? [$"{source} {version} {name} {fixedIn}"] : []);
                        }
                    }
                }

                Assert.Equal(judged, Lines(report));
                seen += judged.Count;
            }
        }

        Assert.True(seen > 50, $"only {seen} findings");
    }

    // By turns before the first fix, at one of them, at it with an epoch, at it as a rebuild, and just before it.
    private static string Around(List<(string Name, string Version)> fixes, int turn)
    {
        string version = fixes[turn % fixes.Count].Version is var named && named != EndOfLife ? named : "1-1";
        return (turn % 6) switch
        {
            0 => "0~0",
            1 => version,
            2 => $"{version}+b1",
            3 => $"{version}~bpo1",
            4 => version.Contains(':', StringComparison.Ordinal) ? version : $"1:{version}",
            _ => fixes[^1].Version is var last && last != EndOfLife ? last : "1-1",
        };
    }

    // A notice whose number goes on past -1 and that names no vulnerability corrects what an earlier one broke.
    private static SortedDictionary<string, List<(string Name, string Version)>> Notices(string release)
    {
        var found = new SortedDictionary<string, List<(string, string)>>(StringComparer.Ordinal);
        string heading = "";
        string[] names = [];
        foreach (string line in File.ReadLines(PathOf("DSA-list")))
        {
            if (Heading().Match(line) is { Success: true } match)
            {
                heading = match.Groups["name"].Value;
                names = heading.EndsWith("-1", StringComparison.Ordinal) ? [heading] : [];
            }
            else if (line.StartsWith("\t{", StringComparison.Ordinal))
            {
                names = line.Trim().Trim('{', '}').Split(' ', StringSplitOptions.RemoveEmptyEntries);
            }
            else if (Fix().Match(line) is { Success: true } fix && fix.Groups["release"].Value == release)
            {
                string package = fix.Groups["package"].Value;
                if (fix.Groups["version"].Value == "<not-affected>")
                {
                    continue;
                }

                found.TryAdd(package, []);
                found[package].AddRange(names.Select(name => (name, fix.Groups["version"].Value)));
            }
        }

        foreach (string package in found.Where(static pair => pair.Value.Count == 0).Select(static pair => pair.Key).ToList())
        {
            found.Remove(package);
        }

        return found;
    }

    private static ScanSubject Image(string number, IReadOnlyList<(string Package, string Version)> installed)
    {
        var status = new StringBuilder();
        foreach (var (package, version) in installed)
        {
            status.Append(System.Globalization.CultureInfo.InvariantCulture, $"Package: {package}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n");
        }

        return Planted.Image(("etc/os-release", $"ID=debian\nVERSION_ID=\"{number}\"\n"), ("var/lib/dpkg/status", status.ToString()));
    }

    private static AdvisoryMemory Advisories(string file)
    {
        using var stream = File.OpenRead(PathOf(file));
        return new AdvisoryMemory(AdvisoryDocument.Read(stream, file, null, CancellationToken.None).Entries);
    }

    private static string[] Lines(ScanReport report) =>
    [
        .. report.Vulnerabilities.Select(static found => $"{found.Package.SourceName} {found.Packages[0].Version} {found.Id} {found.FixedVersion}").Order(StringComparer.Ordinal),
    ];

    private static bool IsEarlier(string a, string b) => Judge.Run("dpkg", "--compare-versions", a, "lt", b).ExitCode == 0;

    private static string PathOf(string file) => Path.Combine(RealData.Directory, "advisories", "debian", file);

    [GeneratedRegex(@"^\[[^\]]+\] (?<name>\S+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\t\[(?<release>\S+)\] - (?<package>\S+)\s+(?<version>[0-9<]\S*)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Fix();
}
