using System.Collections.Immutable;
using Bothy.Engine.Assembly.Accounts;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Assembly.Debian;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly;

/// <summary>An image in the making: what the effects read and change.</summary>
internal sealed class AssemblyState(FileTree tree, ImmutableArray<UnpackedPackage> packages, ImageSpec image, ContentFilter filter)
{
    public FileTree Tree { get; } = tree;

    public ImmutableArray<UnpackedPackage> Packages { get; } = packages;

    public ImageSpec Image { get; } = image;

    public ContentFilter Filter { get; } = filter;

    /// <summary>dpkg's diversions; no other package manager has them.</summary>
    public DiversionTable Diversions { get; init; } = new(mergedUsr: false);

    /// <summary>Whether scripts run in the root directory, so that a path without a slash at its beginning starts there too.</summary>
    public bool RunsScriptsInRoot { get; init; }

    /// <summary>Whether local files are still to be laid over what the effects make, after which some of them are applied again.</summary>
    public bool AwaitsLocalFiles { get; set; }

    public AccountTable Accounts { get; init; } = new();

    public List<string> Warnings { get; } = [];

    /// <summary>The packages whose scripts had each effect do something, by the effect's name.</summary>
    public SortedDictionary<string, SortedSet<string>> AskedBy { get; } = new(StringComparer.Ordinal);

    /// <summary>The image that is built upon; null for none.</summary>
    public BaseFiles? Base { get; init; }

    /// <summary>The architecture of the image in Debian's words.</summary>
    public string Architecture { get; } = packages.Select(static package => package.Id.Architecture).FirstOrDefault(static name => name != "all") ?? "all";

    /// <summary>Whether dpkg's own database is wanted instead of the small form that scanners read.</summary>
    public bool WantsFullDatabase => Image.Contents.Database switch
    {
        _ when Base is { HasDatabase: true } => Base.HasFullDatabase,
        DatabaseChoice.Dpkg => true,
        DatabaseChoice.Automatic => Has("dpkg"),
        _ => false,
    };

    /// <summary>Notes that a script of <paramref name="package"/> had the effect <paramref name="effect"/> do something.</summary>
    public void NoteAsked(string effect, string package)
    {
        if (!AskedBy.TryGetValue(effect, out var packages))
        {
            AskedBy[effect] = packages = new SortedSet<string>(StringComparer.Ordinal);
        }

        packages.Add(package);
    }

    /// <summary>Whether a package of that name is in the image.</summary>
    public bool Has(string package) => Brings(package) || Base?.Has(package) == true;

    /// <summary>Whether a package of that name is laid into the image: it is not one of those that the image to build on has.</summary>
    public bool Brings(string package) => Packages.Any(one => one.Name == package);

    /// <summary>Whether <paramref name="entry"/> is as it is in the image to build on, whose builder has decided what to make of it.</summary>
    public static bool IsOfBase(TreeEntry entry) => entry.Origin is Origin.Layer;

    /// <summary>
    /// Where <paramref name="path"/>, written from the root, is in the tree: links on its way are followed, its last part is not. Null where it is no
    /// path inside the image.
    /// </summary>
    public TreePath? Locate(string? path)
    {
        if (path is null || !(path.StartsWith('/') || (RunsScriptsInRoot && path.Length > 0)))
        {
            return null;
        }

        string clean = string.Join('/', path.Split('/').Where(static part => part is not ("" or ".")));
        return clean.Split('/').Contains("..") || !TreePath.TryParse(clean, null, out var result) ? null : Tree.Follow(result, last: false);
    }

    /// <summary>The entry that <paramref name="path"/> means, links followed; null where there is none.</summary>
    public TreeEntry? Find(string path) => Locate(path) is { } real ? (real.IsRoot ? Root : Tree.Find(real)) : null;

    /// <summary>Whether the filters would leave <paramref name="path"/> out, so that an effect need not make it either.</summary>
    public bool LeavesOut(TreePath path) => Filter.RuleFor(path) is not null;

    /// <summary>Makes a file, with the directories it needs.</summary>
    public void Write(string path, FileContent content, Origin origin, int mode = TreeEntry.DefaultFileMode, (int User, int Group) owner = default)
    {
        var place = Tree.Follow(TreePath.Parse(path)) ?? TreePath.Parse(path);
        Put(TreeEntry.File(place, content, origin, mode) with { UserId = owner.User, GroupId = owner.Group });
    }

    /// <summary>Makes a symbolic link, with the directories it needs, in place of what is not a directory.</summary>
    public void Link(string path, string target, Origin origin)
    {
        var place = Tree.Follow(TreePath.Parse(path), last: false) ?? TreePath.Parse(path);
        if (!Tree.TryGet(place, out var present) || present.Kind != EntryKind.Directory)
        {
            Put(TreeEntry.SymbolicLink(place, target, origin));
        }
    }

    /// <summary>Makes a directory where there is none, with those it needs.</summary>
    public TreePath MakeDirectory(string path, Origin origin, int mode = TreeEntry.DefaultDirectoryMode, (int User, int Group) owner = default)
    {
        var place = Tree.Follow(TreePath.Parse(path)) ?? TreePath.Parse(path);
        if (!place.IsRoot && !Tree.Contains(place))
        {
            Put(TreeEntry.Directory(place, origin, mode) with { UserId = owner.User, GroupId = owner.Group });
        }

        return place;
    }

    /// <summary>Sets an entry, and the directories on its way that are missing.</summary>
    public void Put(TreeEntry entry)
    {
        for (var parent = entry.Path.Parent; !parent.IsRoot && !Tree.Contains(parent); parent = parent.Parent)
        {
            Tree.Set(TreeEntry.Directory(parent, entry.Origin));
        }

        Tree.Set(entry);
    }

    private static TreeEntry Root { get; } = TreeEntry.Directory(TreePath.Root, new Origin.Effect("root"));
}
