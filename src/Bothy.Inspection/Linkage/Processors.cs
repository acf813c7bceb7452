using Bothy.Formats.Elf;
using Bothy.Oci;

namespace Bothy.Inspection.Linkage;

/// <summary>Which programs a platform's kernel starts.</summary>
internal static class Processors
{
    /// <summary>Whether it starts a file; also true for a platform that is not known here.</summary>
    public static bool Runs(Platform platform, ElfFacts facts) => platform.Architecture switch
    {
        "amd64" => facts.Machine is ElfMachine.X8664 or ElfMachine.X86,
        "386" => facts.Machine == ElfMachine.X86,
        "arm64" => facts.Machine is ElfMachine.AArch64 or ElfMachine.Arm,
        "arm" => facts.Machine == ElfMachine.Arm,
        "ppc64le" => facts is { Machine: ElfMachine.Ppc64, IsBigEndian: false },
        "s390x" => facts.Machine == ElfMachine.S390,
        "riscv64" => facts.Machine == ElfMachine.RiscV,
        _ => true,
    };
}
