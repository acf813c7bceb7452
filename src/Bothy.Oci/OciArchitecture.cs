using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci;

/// <summary>The names that distributions have for architectures, as platforms.</summary>
public static class OciArchitecture
{
    // Pairs, not a dictionary: the order is the one messages list them in.
    private static readonly (string Debian, Platform Platform)[] Known =
    [
        ("amd64", new("linux", "amd64")),
        ("arm64", new("linux", "arm64")),
        ("armel", new("linux", "arm", "v5")),
        ("armhf", new("linux", "arm", "v7")),
        ("i386", new("linux", "386")),
        ("mips64el", new("linux", "mips64le")),
        ("ppc64el", new("linux", "ppc64le")),
        ("riscv64", new("linux", "riscv64")),
        ("s390x", new("linux", "s390x")),
    ];

    /// <summary>Debian's names that have a platform, sorted.</summary>
    public static IEnumerable<string> DebianNames => Known.Select(known => known.Debian);

    /// <summary>The platform of Debian's architecture <paramref name="name"/>; false for names that have none, such as <c>all</c>.</summary>
    public static bool TryFromDebian(string name, [NotNullWhen(true)] out Platform? platform)
    {
        platform = Array.Find(Known, known => known.Debian == name).Platform;
        return platform is not null;
    }

    /// <summary>Debian's name of the architecture of <paramref name="platform"/>; <c>arm64/v8</c> is <c>arm64</c>.</summary>
    public static bool TryToDebian(Platform platform, [NotNullWhen(true)] out string? name)
    {
        var plain = platform is { Architecture: "arm64", Variant: "v8" } ? platform with { Variant = null } : platform;
        name = Array.Find(Known, known => known.Platform == plain).Debian;
        return name is not null;
    }
}
