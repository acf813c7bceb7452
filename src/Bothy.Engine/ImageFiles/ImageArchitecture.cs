using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Engine.ImageFiles;

/// <summary>A processor architecture, whichever of its names it was given by: OCI's, Debian's, apk's or the kernel's.</summary>
public sealed class ImageArchitecture
{
    private readonly ImmutableArray<string> _otherNames;

    private ImageArchitecture(string name, string? debian, string? apk, params ReadOnlySpan<string> otherNames)
    {
        Name = name;
        Debian = debian;
        Apk = apk;
        _otherNames = [.. otherNames];
    }

    /// <summary>Every architecture that is known, the common ones first.</summary>
    public static ImmutableArray<ImageArchitecture> All { get; } =
    [
        new("amd64", "amd64", "x86_64", "x86-64"),
        new("arm64", "arm64", "aarch64", "arm64/v8"),
        new("arm/v7", "armhf", "armv7", "armv7l"),
        new("arm/v6", null, "armhf", "armv6", "armv6l"),
        new("arm/v5", "armel", null),
        new("386", "i386", "x86", "i686"),
        new("ppc64le", "ppc64el", "ppc64le"),
        new("riscv64", "riscv64", "riscv64"),
        new("s390x", "s390x", "s390x"),
        new("loong64", "loong64", "loongarch64"),
        new("mips64le", "mips64el", null),
    ];

    /// <summary>Every name that <see cref="TryParse"/> takes.</summary>
    public static IEnumerable<string> Names => All.SelectMany(static architecture => architecture.AllNames).Distinct(StringComparer.Ordinal);

    /// <summary>OCI's name with its variant: <c>amd64</c>, <c>arm/v7</c>.</summary>
    public string Name { get; }

    /// <summary>OCI's name without a variant: <c>arm</c>.</summary>
    public string Oci => Name.Split('/')[0];

    /// <summary>OCI's variant, <c>v7</c>; null where there is none.</summary>
    public string? OciVariant => Name.Split('/') is [_, var variant] ? variant : null;

    /// <summary>Debian's name, <c>armhf</c>; null where Debian has no such architecture.</summary>
    public string? Debian { get; }

    /// <summary>apk's name, <c>x86_64</c>; null where Alpine has no such architecture.</summary>
    public string? Apk { get; }

    private IEnumerable<string> AllNames => [.. new[] { Name, Debian, Apk }.OfType<string>(), .. _otherNames];

    /// <summary>
    /// Reads any of the names. One is taken by two: <c>armhf</c> is Debian's for ARMv7, or apk's for ARMv6 unless
    /// <paramref name="preferDebian"/>.
    /// </summary>
    public static bool TryParse(string? text, bool preferDebian, [NotNullWhen(true)] out ImageArchitecture? result)
    {
        Func<ImageArchitecture, bool> preferred = preferDebian
            ? architecture => architecture.Name == text || architecture.Debian == text
            : architecture => architecture.Name == text || architecture.Apk == text;
        result = All.FirstOrDefault(preferred) ?? All.FirstOrDefault(architecture => architecture.AllNames.Contains(text, StringComparer.Ordinal));
        return result is not null;
    }

    /// <summary><see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
