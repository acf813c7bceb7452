using System.Collections.Immutable;
using Bothy.Formats.Text;

namespace Bothy.Inspection.Advisories;

/// <summary>The documents that distributions and databases publish, by short names. None is fetched unless it is asked for.</summary>
public static class AdvisorySets
{
    private const string OsvArchives = "https://osv-vulnerabilities.storage.googleapis.com/";

    private static readonly ImmutableSortedDictionary<string, string[]> Fixed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["chainguard"] = ["https://packages.cgr.dev/chainguard/security.json"],
        ["crates.io"] = [OsvArchives + "crates.io/all.zip"],
        ["debian"] = ["https://security-tracker.debian.org/tracker/data/json"],
        ["epss"] = ["https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"],
        ["go"] = [OsvArchives + "Go/all.zip"],
        ["kev"] = ["https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"],
        ["maven"] = [OsvArchives + "Maven/all.zip"],
        ["npm"] = [OsvArchives + "npm/all.zip"],
        ["nuget"] = [OsvArchives + "NuGet/all.zip"],
        ["pypi"] = [OsvArchives + "PyPI/all.zip"],
        ["ubuntu"] = [OsvArchives + "Ubuntu/all.zip"],
        ["wolfi"] = ["https://packages.wolfi.dev/os/security.json"],
    }.ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static readonly string[] AlpineRepositories = ["main", "community"];

    /// <summary>All names, for help.</summary>
    public static string Names => string.Join(", ", Fixed.Keys.Prepend("alpine:RELEASE"));

    /// <summary>Some names, for hints.</summary>
    public static string SomeNames => "alpine:3.20, debian or pypi";

    /// <summary>The addresses of a set; an error message where there is none of that name.</summary>
    public static (ImmutableArray<Uri> Addresses, string? Problem) Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(':');
        if (parts[0] == "alpine")
        {
            return parts is [_, var release] && AdvisoryReleases.Canonical(AdvisorySpace.Alpine, release) is { } known
                ? ([.. AlpineRepositories.Select(repository => new Uri($"https://secdb.alpinelinux.org/{known}/{repository}.json"))], null)
                : ([], $"'{name}' does not say which release: want alpine:3.20 or alpine:edge");
        }

        if (Fixed.TryGetValue(name, out string[]? addresses))
        {
            return ([.. addresses.Select(address => new Uri(address))], null);
        }

        string near = NearName.Find(name, Fixed.Keys.Append("alpine")) is { } meant ? $" (did you mean '{meant}'?)" : "";
        return ([], $"there is no set '{name}'{near}: want {Names}");
    }
}
