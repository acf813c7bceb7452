using System.Globalization;
using System.Text.RegularExpressions;
using Bothy.Oci;

namespace Bothy.Inspection.Linkage;

/// <summary>What a wheel says that it fits (PEP 425, 600 and 656): <c>cp311-cp311-manylinux_2_17_x86_64</c>.</summary>
internal static partial class PythonTag
{
    /// <summary>Whether one of the tags that <paramref name="tag"/> stands for fits Python 3.<paramref name="minor"/>.</summary>
    public static bool FitsPython(string tag, int minor)
    {
        string[] parts = tag.Split('-');
        return parts.Length != 3 || parts[0].Split('.').Any(python => parts[1].Split('.').Any(abi => Fits(python, abi, minor)));
    }

    /// <summary>Whether its platform has that C library and processor; null for either to take any.</summary>
    public static bool FitsPlatform(string tag, LoaderFamily libc, Platform platform)
    {
        string[] parts = tag.Split('-');
        return parts.Length != 3 || parts[2].Split('.').Any(name => FitsLibc(name, libc) && FitsProcessor(name, platform));
    }

    /// <summary>Whether the C library alone is what does not fit.</summary>
    public static bool FitsLibc(string platform, LoaderFamily libc) => libc switch
    {
        LoaderFamily.Musl => !platform.StartsWith("manylinux", StringComparison.Ordinal),
        LoaderFamily.Glibc => !platform.StartsWith("musllinux", StringComparison.Ordinal),
        _ => true,
    };

    private static bool Fits(string python, string abi, int minor)
    {
        if (VersionPattern().Match(python) is not { Success: true } match)
        {
            return true;
        }

        int? wanted = match.Groups["minor"].Value is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
        return match.Groups["major"].Value == "3"
            && (wanted is not { } number || (number <= minor && (number == minor || abi is "abi3" or "none" || match.Groups["kind"].Value == "py")));
    }

    private static bool FitsProcessor(string name, Platform platform) => platform.Architecture switch
    {
        _ when name == "any" => true,
        "amd64" => name.EndsWith("x86_64", StringComparison.Ordinal),
        "386" => name.EndsWith("i686", StringComparison.Ordinal),
        "arm64" => name.EndsWith("aarch64", StringComparison.Ordinal),
        "arm" => name.Contains("armv", StringComparison.Ordinal),
        var other => name.EndsWith(other, StringComparison.Ordinal),
    };

    [GeneratedRegex(@"^(?<kind>cp|py)(?<major>\d)(?<minor>\d*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionPattern();
}
