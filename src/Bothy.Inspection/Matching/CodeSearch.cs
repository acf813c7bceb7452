using System.Globalization;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Size;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Finds out which files of packages are in an image, and whether any of them is code. That none is says that nothing of the package can run, so it is said only where the image
/// lists the files of every package, and each of them was looked at: by its name and mode, and where these say nothing by its first bytes.
/// </summary>
internal sealed class CodeSearch(ImageContents contents)
{
    // More data files than any package has; past this, nothing is claimed.
    private const int MaxLooks = 20_000;
    private const int HeadLength = 8;

    /// <summary>What the image has of <paramref name="packages"/>, which are all that it has of their source.</summary>
    /// <exception cref="BothyException">A file cannot be read.</exception>
    public CodeEvidence Of(IReadOnlyList<ScanPackage> packages)
    {
        var code = new SortedSet<TreePath>();
        var others = new SortedSet<TreePath>();
        string? unlisted = null;
        foreach (var package in packages)
        {
            if (package.Language is not null && package.Location is { } location)
            {
                code.Add(location);
            }
            else if (package.Installed is { } installed)
            {
                unlisted ??= contents.ListsFilesOf(installed) ? null : package.Name;
                Sort(installed, code, others);
            }
        }

        bool overLimit = others.Count > MaxLooks;
        var presence = code.Count > 0 ? CodePresence.Present : unlisted is not null || overLimit ? CodePresence.Unknown : CodePresence.Absent;
        return new CodeEvidence(
            presence,
            [.. code.Take(CodeEvidence.MaxFiles)],
            code.Count,
            [.. others.Take(CodeEvidence.MaxFiles)],
            others.Count,
            Sentence(presence, code, others, unlisted));
    }

    private void Sort(InstalledPackage package, SortedSet<TreePath> code, SortedSet<TreePath> others)
    {
        // dpkg's sums leave out configuration, which its database lists elsewhere.
        foreach (var path in contents.FilesOf(package).Concat(package.Dpkg?.ConfigurationFiles ?? []))
        {
            // A link runs nothing by itself: what it leads to is some package's file as well.
            var file = contents.Tree.TryGet(path, out var entry) && entry.Kind is EntryKind.File or EntryKind.HardLink ? contents.Tree.Find(path) : null;
            if (file is not { Content: { } content })
            {
                continue;
            }

            bool isCode = FileKinds.Of(file) switch
            {
                FileKind.Program or FileKind.Library or FileKind.Code => true,
                FileKind.Documentation or FileKind.Locale or FileKind.PackageDatabase => false,
                _ => others.Count <= MaxLooks && BeginsAsCode(content),
            };
            (isCode ? code : others).Add(path);
        }
    }

    private static bool BeginsAsCode(FileContent content)
    {
        Span<byte> head = stackalloc byte[HeadLength];
        using var stream = content.OpenParts();
        head = head[..stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false)];

        // Scripts, ELF (kernel modules and plug-ins of any name), ar archives of objects, Java's classes, WebAssembly, Windows' programs.
        return head.StartsWith("#!"u8)
            || head.StartsWith("\u007FELF"u8)
            || head.StartsWith("!<arch>\n"u8)
            || head.StartsWith((ReadOnlySpan<byte>)[0xCA, 0xFE, 0xBA, 0xBE])
            || head.StartsWith("\0asm"u8)
            || head.StartsWith("MZ"u8);
    }

    private static string Sentence(CodePresence presence, SortedSet<TreePath> code, SortedSet<TreePath> others, string? unlisted)
    {
        string rest = others.Count == 0 ? "" : $" and {Count(others.Count, "other file")}";
        return presence switch
        {
            CodePresence.Present => $"{Count(code.Count, "program, library or script", "programs, libraries and scripts")}{rest}, such as {code.Min}",
            CodePresence.Absent when others.Count == 0 => "none of its files is in the image",
            CodePresence.Absent => $"only {Count(others.Count, "file")} that can be neither run nor loaded, such as {others.Min}",
            _ when unlisted is not null => $"the image has no list of the files of {unlisted}",
            _ => "too many files to look at each",
        };
    }

    private static string Count(int count, string one, string? many = null) => count == 1 ? $"1 {one}" : $"{count.ToString(CultureInfo.InvariantCulture)} {many ?? $"{one}s"}";
}
