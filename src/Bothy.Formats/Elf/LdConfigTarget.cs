using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Elf;

/// <summary>The glibc that a tree holds: for which processor, where it looks for libraries, and how its <c>ldconfig</c> names itself.</summary>
/// <param name="Triplet">The multiarch name by which Debian names directories of libraries, such as <c>x86_64-linux-gnu</c>.</param>
/// <param name="Machine">See <see cref="ElfMachine"/>.</param>
/// <param name="Bits">32 or 64.</param>
/// <param name="CacheFlags">What the cache says of each library of this processor.</param>
/// <param name="Generator">Such as <c>ldconfig (Debian GLIBC 2.36-9+deb12u14) stable release version 2.36</c>.</param>
public sealed record LdConfigTarget(string Triplet, int Machine, int Bits, int CacheFlags, string Generator)
{
    private const int MaxLibc = 64 << 20;
    private const int MaxBanner = 200;

    // Both flags were compared with what the ldconfig of that processor writes.
    private static readonly ImmutableArray<LdConfigTarget> Known =
    [
        new("x86_64-linux-gnu", ElfMachine.X8664, 64, 0x0303, ""),
        new("aarch64-linux-gnu", ElfMachine.AArch64, 64, 0x0a03, ""),
    ];

    // Where distributions without multiarch have their libraries, Wolfi among them.
    private static readonly ImmutableArray<string> PlainDirectories = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

    /// <summary>Whether libraries are in directories of their processor's name, as Debian has them; else they are in <c>lib64</c> or <c>lib</c> itself.</summary>
    public bool IsMultiarch { get; init; } = true;

    /// <summary>The directories searched without being configured, in their order; with multiarch, Debian's.</summary>
    public ImmutableArray<string> SystemDirectories => IsMultiarch ? [$"/lib/{Triplet}", $"/usr/lib/{Triplet}", "/lib", "/usr/lib"] : PlainDirectories;

    /// <summary>
    /// The target of the <c>libc.so.6</c> in <paramref name="tree"/>, at the place where Debian puts it or others do; null where there is none
    /// for a known processor. The generator is made from the banner in the library, since package versions differ from it.
    /// </summary>
    /// <exception cref="BothyException">The library cannot be read or, at Debian's place, has no banner.</exception>
    public static LdConfigTarget? Find(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        foreach (var target in Known)
        {
            var path = TreePath.Parse($"lib/{target.Triplet}/libc.so.6");
            var usr = TreePath.Parse($"usr/lib/{target.Triplet}/libc.so.6");
            if ((tree.Find(path) ?? tree.Find(usr)) is { Kind: EntryKind.File, Content: { } content })
            {
                return target with
                {
                    Generator = ReadGenerator(content.ReadAll(MaxLibc))
                        ?? throw new MalformedDataException(path.ToString(), 0, "no banner ('GNU C Library …') that tells its version"),
                };
            }
        }

        return FindPlain(tree);
    }

    // musl has files of this name too, for programs that were built for glibc: without glibc's banner it is none.
    private static LdConfigTarget? FindPlain(FileTree tree)
    {
        foreach (string directory in PlainDirectories)
        {
            if (tree.Find(TreePath.Parse($"{directory[1..]}/libc.so.6")) is { Kind: EntryKind.File, Content: { } content }
                && content.ReadAll(MaxLibc) is var libc
                && ReadGenerator(libc) is { } generator
                && ElfFile.TryRead(libc, directory, out var facts)
                && Known.FirstOrDefault(target => target.Machine == facts.Machine && target.Bits == facts.Bits) is { } found)
            {
                return found with { Generator = generator, IsMultiarch = false };
            }
        }

        return null;
    }

    private static string? ReadGenerator(ReadOnlySpan<byte> libc)
    {
        var prefix = "GNU C Library ("u8;
        for (int at = libc.IndexOf(prefix); at >= 0; at = Next(libc, at, prefix))
        {
            var rest = libc[(at + prefix.Length)..];
            int end = rest[..Math.Min(MaxBanner, rest.Length)].IndexOf(".\n"u8);
            if (end >= 0)
            {
                return "ldconfig (" + Encoding.UTF8.GetString(rest[..end]);
            }
        }

        return null;
    }

    private static int Next(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<byte> wanted)
    {
        int found = bytes[(at + 1)..].IndexOf(wanted);
        return found < 0 ? -1 : at + 1 + found;
    }
}
