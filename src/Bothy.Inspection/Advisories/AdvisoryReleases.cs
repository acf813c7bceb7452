using Bothy.Inspection.Catalog;

namespace Bothy.Inspection.Advisories;

/// <summary>
/// The one form of each release's name: Alpine's <c>v3.19</c> and <c>edge</c>, Debian's code names with <c>sid</c> for unstable, Ubuntu's
/// numbers. Spaces without releases have the empty one.
/// </summary>
public static class AdvisoryReleases
{
    // What "testing" is called; unstable keeps its name.
    private const string DebianTesting = "forky";

    // https://www.debian.org/releases/ ; from 10 on the number before the point is the release.
    private static readonly (string Number, string Codename)[] Debian =
    [
        ("2.0", "hamm"), ("2.1", "slink"), ("2.2", "potato"), ("3.0", "woody"), ("3.1", "sarge"), ("4", "etch"), ("5", "lenny"), ("6", "squeeze"),
        ("7", "wheezy"), ("8", "jessie"), ("9", "stretch"), ("10", "buster"), ("11", "bullseye"), ("12", "bookworm"), ("13", "trixie"),
        ("14", "forky"), ("15", "duke"),
    ];

    // https://wiki.ubuntu.com/Releases
    private static readonly (string Number, string Codename)[] Ubuntu =
    [
        ("12.04", "precise"), ("14.04", "trusty"), ("16.04", "xenial"), ("16.10", "yakkety"), ("17.04", "zesty"), ("17.10", "artful"),
        ("18.04", "bionic"), ("18.10", "cosmic"), ("19.04", "disco"), ("19.10", "eoan"), ("20.04", "focal"), ("20.10", "groovy"),
        ("21.04", "hirsute"), ("21.10", "impish"), ("22.04", "jammy"), ("22.10", "kinetic"), ("23.04", "lunar"), ("23.10", "mantic"),
        ("24.04", "noble"), ("24.10", "oracular"), ("25.04", "plucky"), ("25.10", "questing"), ("26.04", "resolute"),
    ];

    /// <summary>
    /// The one form of <paramref name="release"/>, which may be a number, a code name or a point release; null where it names no release.
    /// A code name that is not known here stays as it is.
    /// </summary>
    public static string? Canonical(AdvisorySpace space, string release)
    {
        ArgumentNullException.ThrowIfNull(release);
        string name = release.Trim();
        return space switch
        {
            AdvisorySpace.Alpine => OfAlpine(name),
            AdvisorySpace.Debian => OfDebian(name.ToLowerInvariant()),
            AdvisorySpace.Ubuntu => OfUbuntu(name.ToLowerInvariant()),
            _ => "",
        };
    }

    /// <summary>The space and the release of an image that says this of itself; null where it is none that advisories are read for.</summary>
    public static (AdvisorySpace Space, string Release)? Of(OsRelease osRelease)
    {
        ArgumentNullException.ThrowIfNull(osRelease);
        return osRelease.Id switch
        {
            "alpine" => With(AdvisorySpace.Alpine, OfAlpineImage(osRelease.VersionId ?? "")),
            "wolfi" => (AdvisorySpace.Wolfi, ""),
            "chainguard" => (AdvisorySpace.Chainguard, ""),
            "debian" => With(AdvisorySpace.Debian, OfDebianImage(osRelease)),
            "ubuntu" => With(AdvisorySpace.Ubuntu, OfUbuntu(osRelease.VersionId ?? osRelease.VersionCodename ?? "")),
            _ => null,
        };
    }

    private static (AdvisorySpace Space, string Release)? With(AdvisorySpace space, string? release) => release is { Length: > 0 } ? (space, release) : null;

    // Edge calls itself by the date of a snapshot of the release to come: 3.22.0_alpha20250108.
    private static string? OfAlpineImage(string version) => version.Contains("_alpha", StringComparison.Ordinal) ? "edge" : OfAlpine(version);

    private static string? OfAlpine(string name)
    {
        if (name == "edge")
        {
            return name;
        }

        string[] parts = name.TrimStart('v').Split('.', '-', '_');
        return parts.Length >= 2 && IsNumber(parts[0]) && IsNumber(parts[1]) ? $"v{parts[0]}.{parts[1]}" : null;
    }

    // Neither testing nor unstable has a number, and both call themselves by testing's code name: the name with a slash tells which may be meant.
    private static string? OfDebianImage(OsRelease osRelease) =>
        OfDebian((osRelease.VersionCodename ?? osRelease.VersionId ?? TestingName(osRelease.PrettyName)).ToLowerInvariant());

    private static string TestingName(string prettyName) =>
        prettyName.Split(' ') is [.., var last] && last.EndsWith("/sid", StringComparison.Ordinal) ? last[..^4] : "";

    private static string? OfDebian(string name)
    {
        if (name is "sid" or "unstable")
        {
            return "sid";
        }

        if (name == "testing")
        {
            return DebianTesting;
        }

        foreach (var (number, codename) in Debian)
        {
            if (codename == name || number == name || (!number.Contains('.', StringComparison.Ordinal) && name.StartsWith($"{number}.", StringComparison.Ordinal)))
            {
                return codename;
            }
        }

        return IsCodename(name) ? name : null;
    }

    private static string? OfUbuntu(string name)
    {
        foreach (var (number, codename) in Ubuntu)
        {
            if (codename == name || number == name || name.StartsWith($"{number}.", StringComparison.Ordinal))
            {
                return number;
            }
        }

        return name.Split('.') is [var year, var month, ..] && IsNumber(year) && IsNumber(month) ? $"{year}.{month}" : IsCodename(name) ? name : null;
    }

    private static bool IsNumber(string text) => text.Length is > 0 and <= 4 && text.All(char.IsAsciiDigit);

    private static bool IsCodename(string name) => name.Length is > 1 and <= 32 && name.All(char.IsAsciiLetterLower);
}
