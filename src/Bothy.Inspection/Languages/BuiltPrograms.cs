using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>ELF files whose compilers left a list of what was built into them. Of a file only its headers and that list are read.</summary>
internal static class BuiltPrograms
{
    private const int MaxForward = 256 << 20;

    // Programs are executable, libraries are called so; opening every other file of an image would be most of the work.
    public static bool MayHold(TreeEntry entry, ReadOnlySpan<char> name) =>
        entry.Content!.Length > 4096 && ((entry.Mode & 0b001_001_001) != 0 || name.IndexOf(".so", StringComparison.Ordinal) >= 0);

    public static IEnumerable<LanguagePackage> Read(TreeEntry entry)
    {
        using var stream = OpenSeekable(entry);
        if (stream is null || !ElfSectionReader.TryOpen(stream, entry.Path.ToString(), out var sections))
        {
            return [];
        }

        return [.. GoBuildInfo.Read(sections, entry.Path), .. RustAuditData.Read(sections, entry.Path)];
    }

    private static Stream? OpenSeekable(TreeEntry entry)
    {
        var stream = entry.Content!.OpenParts();
        if (stream.CanSeek)
        {
            return stream;
        }

        stream.Dispose();
        return entry.Content.Length <= MaxForward ? new MemoryStream(entry.Content.ReadAll(MaxForward), writable: false) : null;
    }
}
