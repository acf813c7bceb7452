using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Reading;

/// <summary>The architectures that definitions may name, as Debian calls them.</summary>
internal static class ArchitectureNames
{
    private static readonly string[] Known =
        ["amd64", "arm64", "armel", "armhf", "i386", "loong64", "mips64el", "ppc64el", "riscv64", "s390x"];

    public static ImmutableArray<string> Read(YamlMapReader map, FindingList findings)
    {
        var architectures = ImmutableArray.CreateBuilder<string>();
        foreach (var text in map.Texts("arch", orOne: true))
        {
            if (!Known.Contains(text.Text, StringComparer.Ordinal))
            {
                findings.Add(text, $"'{text.Text}' is not an architecture{FindingList.DidYouMean(text.Text, Known)}");
            }

            architectures.Add(text.Text);
        }

        return architectures.ToImmutable();
    }
}
