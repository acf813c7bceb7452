using System.Security.Cryptography;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>
/// Lays packages over each other as dpkg unpacks them: directories are shared and the first one's mode stays, a file in two
/// packages needs a <c>Replaces</c>, a diversion, or the same bytes in another architecture's build of the same package.
/// </summary>
/// <remarks>
/// The first package to unpack into an empty root makes a directory with its mode; dpkg leaves what exists alone. A link
/// and a directory at one path are no conflict either while the link leads to a directory: whichever came first stays.
/// </remarks>
internal sealed class DebOverlay(FileTree tree, ContentFilter filter, DiversionTable diversions, bool mergedUsr, BaseFiles? files)
{
    private const string UsrMergeEffect = "usrmerge";
    private const string BesideSuffix = ".dpkg-dist";

    private readonly Dictionary<TreePath, UnpackedDeb> _owners = [];
    private readonly HashSet<TreePath> _aliases = [];
    private readonly HashSet<TreePath> _directories = [];
    private readonly Dictionary<TreePath, TreePath> _places = [];

    /// <summary>The directories that the packages have.</summary>
    public IReadOnlySet<TreePath> Directories => _directories;

    /// <summary>Lays <paramref name="package"/> over what is there.</summary>
    /// <exception cref="BothyException">It has a file of another package without leave to replace it.</exception>
    public void Add(UnpackedDeb package)
    {
        foreach (var shipped in package.Contents.Tree.Entries)
        {
            var entry = Place(shipped, package);
            if (entry.Kind == EntryKind.Directory)
            {
                _directories.Add(entry.Path);
            }

            if (!entry.Path.IsRoot && filter.Keeps(entry) && MayTake(entry, package))
            {
                tree.Set(entry);
                if (entry.Kind != EntryKind.Directory)
                {
                    _owners[entry.Path] = package;
                }
            }
        }
    }

    /// <summary>Makes the links of the merged <c>/usr</c>, and drops what lost its first name.</summary>
    public void Finish()
    {
        foreach (var alias in _aliases.Where(alias => !tree.Contains(alias)))
        {
            tree.Set(TreeEntry.SymbolicLink(alias, "usr/" + alias.Value, new Origin.Effect(UsrMergeEffect)));
        }

        filter.Finish(tree);
        HardLinks.Mend(tree, _owners, path => mergedUsr ? UsrMerge.Rehome(path) : path, static (file, _) => file);
    }

    private TreeEntry Place(TreeEntry shipped, UnpackedDeb package)
    {
        var entry = shipped;
        if (mergedUsr)
        {
            entry = UsrMerge.Rehome(shipped);
            if (!ReferenceEquals(entry, shipped))
            {
                string top = shipped.Path.Value.Split('/', 2)[0];
                _aliases.Add(TreePath.Parse(top is "usr" ? "" : top));
            }
        }

        return diversions.Divert(files is null ? entry : Followed(entry), package.Name);
    }

    // The image to build on may have made a link of any directory, and dpkg goes where it leads.
    private TreeEntry Followed(TreeEntry entry)
    {
        var parent = entry.Path.Parent;
        if (!_places.TryGetValue(parent, out var place))
        {
            _places[parent] = place = tree.Follow(parent) ?? parent;
        }

        return place == parent ? entry : entry with { Path = place.Append(entry.Path.Name) };
    }

    private bool MayTake(TreeEntry entry, UnpackedDeb package)
    {
        if (!tree.TryGet(entry.Path, out var present))
        {
            return true;
        }

        bool isDirectory = present.Kind == EntryKind.Directory || LeadsToDirectory(present);
        if (isDirectory && (entry.Kind == EntryKind.Directory || entry.Kind == EntryKind.SymbolicLink))
        {
            return false;
        }

        if (!_owners.TryGetValue(entry.Path, out var owner))
        {
            if (AssemblyState.IsOfBase(present) && present.Kind != EntryKind.Directory)
            {
                return MayTakeOfBase(entry, package, present);
            }

            throw Conflict(entry, package, present.Origin.ToString());
        }

        if (owner == package || package.MayReplace(owner))
        {
            return true;
        }

        if (owner.MayReplace(package) || (SharesFiles(package, owner) && IsSameFile(entry, present)))
        {
            return false;
        }

        throw Conflict(entry, package, owner.Id.ToString());
    }

    private bool MayTakeOfBase(TreeEntry entry, UnpackedDeb package, TreeEntry present)
    {
        if (files!.OwnerOf(entry.Path) is { } owner)
        {
            return package.MayReplace(owner) || (UnpackedDeb.MayReplace(owner, package) ? false : throw Conflict(entry, package, $"{owner}, which is in the base,"));
        }

        // What somebody put there, or changed, in place of a configuration file stays, and the package's goes beside it.
        bool isChanged = package.IsConfigurationFile(entry.Path) && present.Content?.Digest != entry.Content?.Digest
            && !(files.Earlier(package.Id) is { } earlier && IsAsShipped(earlier, present));
        if (isChanged)
        {
            tree.Set(entry with { Path = TreePath.Parse(entry.Path.Value + BesideSuffix) });
        }

        return !isChanged;
    }

    private static bool IsAsShipped(InstalledPackage package, TreeEntry file) => file.Content is { } content
        && (DpkgRecord.ShippedSum(package, file.Path) is not { } sum || sum == Convert.ToHexStringLower(MD5.HashData(content.ReadAll())));

    private bool LeadsToDirectory(TreeEntry entry) =>
        entry.Kind == EntryKind.SymbolicLink && tree.Find(entry.Path)?.Kind == EntryKind.Directory;

    // Slices of two packages may make one link or file, where they agree on it.
    private static bool SharesFiles(UnpackedDeb package, UnpackedDeb owner) =>
        (package.IsSliced && owner.IsSliced) || (package.Name == owner.Name && package.IsMultiArchSame && owner.IsMultiArchSame);

    private static bool IsSameFile(TreeEntry entry, TreeEntry present) =>
        entry.Kind == present.Kind
        && entry.LinkTarget == present.LinkTarget
        && entry.Content?.Digest == present.Content?.Digest;

    private static BothyException Conflict(TreeEntry entry, UnpackedDeb package, string other) =>
        new($"cannot assemble: {entry.Path} is in both {other} and {package.Id}")
        {
            Hint = "Leave one of the two out of 'contents.packages', or name it in 'contents.omit' or the path in 'contents.exclude'.",
        };
}
