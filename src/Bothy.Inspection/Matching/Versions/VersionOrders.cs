using Bothy.Inspection.Advisories;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>The orders of the worlds whose packages are judged.</summary>
public static class VersionOrders
{
    /// <summary>apk's (apk-package(5)). Distributions have packages whose versions break its grammar (<c>sudo-1.9.5p2-r0</c>); apk orders them all the same, and so does this.</summary>
    public static VersionOrder Apk { get; } = new VersionOrder<ApkVersion>("an apk version", TryReadApk, static (a, b) => a.CompareTo(b));

    /// <summary>dpkg's (deb-version(7)).</summary>
    public static VersionOrder Debian { get; } = new VersionOrder<DebianVersion>("a Debian version", static (string text, out DebianVersion version) => DebianVersion.TryParse(text, null, out version), static (a, b) => a.CompareTo(b));

    /// <summary>Semantic Versioning 2.0.0, as npm and crates.io use it.</summary>
    public static VersionOrder Semantic { get; } = new VersionOrder<SemanticVersion>("a semantic version", SemanticVersion.TryParse, static (a, b) => a.Order(b));

    /// <summary>Go's: semantic versions with a <c>v</c> or without, pseudo-versions and <c>+incompatible</c> among them, and the releases of Go itself.</summary>
    public static VersionOrder Go { get; } = new VersionOrder<SemanticVersion>("a Go version", SemanticVersion.TryParseGo, static (a, b) => a.Order(b));

    /// <summary>Python's (PEP 440).</summary>
    public static VersionOrder Python { get; } = new VersionOrder<PythonVersion>("a Python version", PythonVersion.TryParse, static (a, b) => a.Order(b));

    /// <summary>Maven's (POM reference, Version Order Specification).</summary>
    public static VersionOrder Maven { get; } = new VersionOrder<MavenVersion>("a Maven version", MavenVersion.TryParse, static (a, b) => a.Order(b));

    /// <summary>NuGet's: up to four numbers, and labels that compare without regard to case.</summary>
    public static VersionOrder NuGet { get; } = new VersionOrder<NuGetVersion>("a NuGet version", NuGetVersion.TryParse, static (a, b) => a.Order(b));

    /// <summary>The order in which advisories of <paramref name="space"/> compare versions.</summary>
    public static VersionOrder Of(AdvisorySpace space) => space switch
    {
        AdvisorySpace.Alpine or AdvisorySpace.Wolfi or AdvisorySpace.Chainguard => Apk,
        AdvisorySpace.Debian or AdvisorySpace.Ubuntu => Debian,
        AdvisorySpace.PyPI => Python,
        AdvisorySpace.Npm or AdvisorySpace.CratesIo => Semantic,
        AdvisorySpace.Go => Go,
        AdvisorySpace.Maven => Maven,
        AdvisorySpace.NuGet => NuGet,
        _ => throw new InvalidOperationException($"no such space: {space}"),
    };

    private static bool TryReadApk(string text, out ApkVersion version)
    {
        bool beginsWell = text.Length > 0 && char.IsAsciiDigit(text[0]) && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
        version = beginsWell ? ApkVersion.Any(text) : default;
        return beginsWell;
    }
}
