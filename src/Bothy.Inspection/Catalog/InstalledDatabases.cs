using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Catalog;

/// <summary>The packages that the databases of a tree know, and whose its files are.</summary>
internal sealed class InstalledDatabases
{
    public InstalledDatabases(FileTree tree, ImmutableArray<string>.Builder warnings)
    {
        Owners = new FileOwners(tree);
        var found = new List<InstalledPackage>();
        found.AddRange(new ApkDatabase(tree, Owners, warnings).Read());
        found.AddRange(new DpkgDatabase(tree, Owners, warnings).Read());
        Packages =
        [
            .. found
                .OrderBy(package => package.Name, StringComparer.Ordinal)
                .ThenBy(package => package.Version, StringComparer.Ordinal)
                .ThenBy(package => package.Architecture, StringComparer.Ordinal),
        ];
    }

    /// <summary>The packages, sorted.</summary>
    public ImmutableArray<InstalledPackage> Packages { get; }

    /// <summary>Whose the files are.</summary>
    public FileOwners Owners { get; }
}
