using System.Text.RegularExpressions;

namespace Bothy.Engine.Building;

/// <summary>Tells which release of Alpine a repository is of.</summary>
internal static partial class AlpineRelease
{
    private const string Edge = "edge";

    /// <summary>
    /// The release, <c>v3.19</c> or <c>edge</c>, by what the index says about itself, else by the last parts of the address; null where neither
    /// tells, as with repositories of one's own.
    /// </summary>
    public static string? Of(string description, string uri)
    {
        if (Version().Match(description) is { Success: true } version)
        {
            return "v" + version.Groups["release"].Value;
        }

        string[] parts = uri.TrimEnd('/').Split('/');
        string place = parts.Length > 1 ? parts[^2] : "";
        return Date().IsMatch(description) || place == Edge ? Edge
            : Branch().IsMatch(place) ? place
            : null;
    }

    // git describe of a stable branch, v3.19.1-643-gec825d20535, or the release itself, 3.19.1.
    [GeneratedRegex(@"\Av?(?<release>[0-9]{1,4}\.[0-9]{1,4})\.[0-9]{1,4}(?:[-_]|\z)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();

    // git describe of edge, v20240807-1234-g0123456789a.
    [GeneratedRegex(@"\Av[0-9]{8}(?:-|\z)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Date();

    [GeneratedRegex(@"\Av[0-9]{1,4}\.[0-9]{1,4}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Branch();
}
