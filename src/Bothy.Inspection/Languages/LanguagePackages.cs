using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>What was found in a tree.</summary>
/// <param name="Packages">The packages by ecosystem, name, version and place.</param>
/// <param name="PassedOver">Why files that look like the metadata of a package tell nothing; sorted.</param>
public sealed record LanguageFindings(ImmutableArray<LanguagePackage> Packages, ImmutableArray<string> PassedOver);

/// <summary>Finds the packages of programming languages in a tree.</summary>
public static class LanguagePackages
{
    /// <summary>How many packages one tree may hold: far more than real ones do.</summary>
    public const int MaxPackages = 200_000;

    /// <summary>Looks at every file whose name, mode or first bytes say that it may tell of packages. A file that does not follow its format is passed over.</summary>
    /// <exception cref="BothyException">A file of the tree cannot be read, or there are more than <see cref="MaxPackages"/>.</exception>
    public static LanguageFindings Find(FileTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var found = new List<LanguagePackage>();
        var passedOver = new List<string>();
        foreach (var entry in tree.Entries)
        {
            if (entry.Kind != EntryKind.File || ReaderOf(entry) is not { } reader)
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                found.AddRange(reader(entry, tree));
            }
            catch (MalformedDataException malformed)
            {
                passedOver.Add(malformed.Message);
            }

            if (found.Count > MaxPackages)
            {
                throw new BothyException(FormattableString.Invariant($"cannot look for packages of programming languages: there are more than {MaxPackages}"));
            }
        }

        passedOver.Sort(StringComparer.Ordinal);
        return new LanguageFindings(NodeModules.WithFiles(Sorted(found), tree), [.. passedOver]);
    }

    private static Func<TreeEntry, FileTree, IEnumerable<LanguagePackage>>? ReaderOf(TreeEntry entry)
    {
        string path = entry.Path.Value;
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        return PythonDistributions.IsMetadata(entry.Path, name) ? PythonDistributions.Read
            : NodeModules.IsMetadata(entry.Path, name) ? (file, _) => NodeModules.Read(file)
            : name.EndsWith(".deps.json", StringComparison.Ordinal) ? (file, _) => DotnetDependencies.Read(file)
            : JavaArchives.IsArchive(name) ? (file, _) => JavaArchives.Read(file)
            : BuiltPrograms.MayHold(entry, name) ? (file, _) => BuiltPrograms.Read(file)
            : null;
    }

    private static ImmutableArray<LanguagePackage> Sorted(List<LanguagePackage> found) =>
    [
        .. found
            .OrderBy(static package => package.Ecosystem)
            .ThenBy(static package => package.Group, StringComparer.Ordinal)
            .ThenBy(static package => package.Name, StringComparer.Ordinal)
            .ThenBy(static package => package.Version, StringComparer.Ordinal)
            .ThenBy(static package => package.Location)
            .ThenBy(static package => package.Inside, StringComparer.Ordinal)
            .DistinctBy(static package => (package.Ecosystem, package.Group, package.Name, package.Version, package.Location, package.Inside)),
    ];
}
