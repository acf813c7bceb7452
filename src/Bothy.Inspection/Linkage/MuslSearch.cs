using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>
/// Musl's rules: the names of its own libraries always mean itself; <c>LD_LIBRARY_PATH</c>; the search path of the file, whichever kind, and
/// of those that loaded it; then <c>/etc/ld-musl-ARCH.path</c>, or <c>/lib:/usr/local/lib:/usr/lib</c> where that is absent. The first
/// file of the name is taken, whatever it is. Versions of symbols are not looked at, and all symbols are bound at the start.
/// </summary>
internal sealed class MuslSearch : LoaderSearch
{
    private const int MaxPathFile = 1 << 20;
    private static readonly ImmutableArray<string> Own = ["c", "pthread", "rt", "m", "dl", "util", "xnet"];
    private static readonly char[] Separators = [':', '\n'];

    private readonly ImmutableArray<TreePath> _system;

    public MuslSearch(ElfObjects objects, int machine, int bits, string loaderName)
        : base(objects, machine, bits)
    {
        // ld-musl-x86_64.so.1 reads /etc/ld-musl-x86_64.path.
        int end = loaderName.IndexOf(".so", StringComparison.Ordinal);
        string file = $"etc/{(end < 0 ? loaderName : loaderName[..end])}.path";
        string path = objects.Tree.Find(TreePath.Parse(file)) is { Kind: EntryKind.File, Content: { Length: <= MaxPathFile } content }
            ? Encoding.UTF8.GetString(content.ReadAll(MaxPathFile))
            : "/lib:/usr/local/lib:/usr/lib";
        _system = [.. path.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Select(objects.Resolve).OfType<TreePath>()];
    }

    public override bool ChecksVersions => false;

    public override bool BindsAtOnce => true;

    /// <summary>Whether that name means the C library.</summary>
    public static bool IsOwnName(string name) =>
        name.StartsWith("lib", StringComparison.Ordinal) && Own.Any(own => name.AsSpan(3).StartsWith(own) && name.Length > own.Length + 3 && name[own.Length + 3] == '.');

    // Its own SONAME means nothing to musl; what was asked for by a path is known by that path alone.
    public override bool IsName(LoadedObject loaded, string name) =>
        loaded.Names.Contains(name) || (loaded.File == Loader && (IsOwnName(name) || name == Loader?.Path.Name));

    public override LibraryLookup Find(string name, LoadedObject by)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return Objects.Resolve(name) is { } absolute && TryOpen(absolute) is { } there ? there : new LibraryLookup.NotFound(null, null);
        }

        foreach (var directory in ByEnvironment(by).Concat(Inherited(by)))
        {
            if (TryOpen(directory.Append(name)) is { } found)
            {
                return found;
            }
        }

        return FindCommon(name);
    }

    protected override LibraryLookup SearchCommon(string name) =>
        _system.Select(directory => TryOpen(directory.Append(name))).FirstOrDefault(static found => found is not null) ?? new LibraryLookup.NotFound(null, null);

    private IEnumerable<TreePath> ByEnvironment(LoadedObject by) => LibraryPath is null ? [] : Directories(LibraryPath, by, lib: null, platform: null, Separators);

    private IEnumerable<TreePath> Inherited(LoadedObject by)
    {
        for (var at = by; at is not null; at = at.By)
        {
            if ((at.File.Facts.RunPath ?? at.File.Facts.RPath) is not { } path)
            {
                continue;
            }

            // A path with anything else that begins with a dollar sign is not used at all.
            string rest = path.Replace("$ORIGIN", "", StringComparison.Ordinal).Replace("${ORIGIN}", "", StringComparison.Ordinal);
            if (rest.Contains('$', StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var directory in Directories(path, at, lib: null, platform: null, Separators))
            {
                yield return directory;
            }
        }
    }
}
