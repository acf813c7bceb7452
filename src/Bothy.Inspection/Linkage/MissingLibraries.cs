using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>A library that a file needs and that the tree does not have.</summary>
/// <param name="File">The program or library that needs it.</param>
/// <param name="Library">The name it is needed by (<c>DT_NEEDED</c>).</param>
public sealed record MissingLibrary(TreeEntry File, string Library);

/// <summary>The bare question whether libraries are absent, for who leaves packages out; <see cref="LinkageCheck"/> tells all that is wrong.</summary>
public static class MissingLibraries
{
    /// <summary>
    /// The libraries that dynamic ELF files of <paramref name="tree"/> need and that their loaders would not find, in the order of the files; where the
    /// image has no loader, in the usual places. Damaged files are passed over.
    /// </summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static ImmutableArray<MissingLibrary> Find(FileTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var objects = ElfObjects.Of(tree, cancellationToken);
        var loaders = new ImageLoaders(objects, libraryPath: null);
        var missing = new SortedDictionary<TreePath, List<MissingLibrary>>();
        var loaded = new HashSet<TreePath>();
        foreach (var file in objects.All.Where(static file => file.Facts.IsDynamic).OrderByDescending(static file => file.IsDynamicProgram))
        {
            cancellationToken.ThrowIfCancellationRequested();
            // How a library is found may depend on who loads it: what a program has loaded is not looked at alone.
            if (!file.IsDynamicProgram && loaded.Contains(file.Path))
            {
                continue;
            }

            var closure = Closure.Load(file, file.IsDynamicProgram ? loaders.For(file) : loaders.ForModule(file) ?? loaders.For(file));
            loaded.UnionWith(closure.Objects.Select(static one => one.File.Path));
            foreach (var (by, name, _) in closure.Missing)
            {
                var known = missing.TryGetValue(by.File.Path, out var list) ? list : missing[by.File.Path] = [];
                if (!known.Exists(one => one.Library == name))
                {
                    known.Add(new MissingLibrary(by.File.Entry, name));
                }
            }
        }

        return [.. missing.Values.SelectMany(static one => one)];
    }
}
