using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Building;

/// <summary>Which architectures are built for.</summary>
internal static class BuildArchitectures
{
    /// <summary>Those of <paramref name="asked"/>, else those of <paramref name="spec"/>, else this machine's.</summary>
    /// <exception cref="BothyException">It is this machine's, and none that there are images for.</exception>
    public static ImmutableArray<ImageArchitecture> Of(ImageSpec spec, ImmutableArray<ImageArchitecture> asked)
    {
        if (asked.Length > 0)
        {
            return [.. asked.Distinct()];
        }

        return spec.Architectures.Length > 0 ? [.. spec.Architectures.Select(architecture => architecture.Value)] : [OfMachine()];
    }

    /// <summary>The architecture that a lock calls <paramref name="name"/>.</summary>
    /// <exception cref="BothyException">There is none.</exception>
    public static ImageArchitecture Named(string name) =>
        ImageArchitecture.TryParse(name, preferDebian: false, out var architecture)
            ? architecture
            : throw new BothyException($"cannot build for '{name}': no such architecture");

    private static ImageArchitecture OfMachine()
    {
        string name = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            Architecture.Arm => "arm/v7",
            Architecture.X86 => "386",
            Architecture.Ppc64le => "ppc64le",
            Architecture.S390x => "s390x",
            Architecture.RiscV64 => "riscv64",
            var other => throw new BothyException($"cannot tell which architecture to build for: this machine is {other}") { Hint = "Say it with --arch." },
        };
        return Named(name);
    }
}
