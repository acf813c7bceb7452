using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Parts;

/// <summary>Whose C library it is.</summary>
public enum CLibraryKind
{
    /// <summary>The GNU C library.</summary>
    Glibc,

    /// <summary>musl.</summary>
    Musl,
}

/// <summary>A C library of an image: what its dynamic programs stand on.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Loader">The program that loads programs.</param>
/// <param name="Version">The version of the library, such as <c>2.36</c>; null where nothing in the image says it.</param>
public sealed record CLibrary(CLibraryKind Kind, TreePath Loader, string? Version)
{
    private const string MuslLoader = "ld-musl-";
    private const string GlibcVersion = "GLIBC_";

    /// <summary>As people say it: <c>glibc 2.36</c>.</summary>
    public string Text() => $"{(Kind == CLibraryKind.Musl ? "musl" : "glibc")} {Version ?? "of a version that the image does not say"}";

    /// <summary>
    /// The C libraries of <paramref name="tree"/>, told by their loaders; mostly one, none in an image of static programs. musl says its version only through its
    /// package: <paramref name="packageVersion"/> gives the version of the package that a path belongs to.
    /// </summary>
    public static ImmutableArray<CLibrary> Of(FileTree tree, Func<TreePath, string?> packageVersion)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(packageVersion);
        return
        [
            .. tree.Entries
                .Where(static entry => entry.Kind is EntryKind.File or EntryKind.SymbolicLink && IsLoader(entry.Path))
                .Select(entry => tree.Find(entry.Path))
                .OfType<TreeEntry>()
                .Where(static entry => entry.Kind == EntryKind.File)
                .DistinctBy(static entry => entry.Path)
                .Select(loader => Read(tree, loader, packageVersion)),
        ];
    }

    private static bool IsLoader(TreePath path) =>
        (path.Name.StartsWith(MuslLoader, StringComparison.Ordinal) && path.Name.EndsWith(".so.1", StringComparison.Ordinal))
        || (path.Name.StartsWith("ld", StringComparison.Ordinal) && path.Name.Contains(".so.", StringComparison.Ordinal)
            && (path.Name.StartsWith("ld-linux", StringComparison.Ordinal) || path.Name.StartsWith("ld64.so.", StringComparison.Ordinal)));

    private static CLibrary Read(FileTree tree, TreeEntry loader, Func<TreePath, string?> packageVersion)
    {
        bool isMusl = loader.Path.Name.StartsWith(MuslLoader, StringComparison.Ordinal) || loader.Path.Name == "libc.so";
        string? version = isMusl ? Upstream(packageVersion(loader.Path)) : NewestInterface(tree) ?? Upstream(packageVersion(loader.Path));
        return new CLibrary(isMusl ? CLibraryKind.Musl : CLibraryKind.Glibc, loader.Path, version);
    }

    // glibc names the release in which each of its interfaces appeared; the newest is its own.
    private static string? NewestInterface(FileTree tree) => tree.Entries
        .Where(static entry => entry.Kind is EntryKind.File && (entry.Path.Name == "libc.so.6" || (entry.Path.Name.StartsWith("libc-2.", StringComparison.Ordinal) && entry.Path.Name.EndsWith(".so", StringComparison.Ordinal))))
        .SelectMany(Interfaces)
        .MaxBy(static version => version)?.ToString();

    private static IEnumerable<System.Version> Interfaces(TreeEntry library)
    {
        try
        {
            return library.Content!.ReadElf(library.Path.ToString()) is { } facts
                ? facts.VersionDefinitions
                    .Where(static name => name.StartsWith(GlibcVersion, StringComparison.Ordinal))
                    .Select(static name => System.Version.TryParse(name.AsSpan(GlibcVersion.Length), out var version) ? version : null)
                    .OfType<System.Version>()
                : [];
        }
        catch (MalformedDataException)
        {
            return [];
        }
    }

    // '1.2.5-r9' and '2.36-9+deb12u10' are packagings of 1.2.5 and 2.36.
    private static string? Upstream(string? version) => version?.Split('-')[0];
}
