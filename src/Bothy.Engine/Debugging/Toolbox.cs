using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Building;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Debugging;

/// <summary>
/// A shell and the programs that go with it, for an image that has none: the statically linked BusyBox of a distribution and a link for each of its
/// programs, in a directory of their own, so that they hide nothing of the image and are in nobody's way.
/// </summary>
public static class Toolbox
{
    /// <summary>The package that has it, in Debian and Ubuntu as in Alpine.</summary>
    public const string Package = "busybox-static";

    /// <summary>The directory.</summary>
    public const string Directory = "/busybox";

    /// <summary>Where programs are looked for in an image that does not say so.</summary>
    public const string UsualPath = ImageComposer.DefaultPath;

    private const int Program = 0b111_101_101;
    private const int MaxProgram = 64 << 20;

    private static readonly TreePath Place = TreePath.Parse(Directory[1..]);
    private static readonly Origin Made = new Origin.Effect("toolbox");

    /// <summary>The search path of programs that has the toolbox behind what <paramref name="path"/> has, so that the image's own programs come first.</summary>
    public static string Behind(string path) => $"{path}:{Directory}";

    /// <summary>The toolbox of <paramref name="package"/>: the directory, and what is in it.</summary>
    /// <exception cref="BothyException">BusyBox is not in it, or which programs it has is not to be found.</exception>
    public static FileTree Of(PackageContents package)
    {
        ArgumentNullException.ThrowIfNull(package);

        // Alpine's is called busybox.static, beside which the dynamic one has its place.
        var program = package.Tree.Entries.FirstOrDefault(static entry =>
            entry is { Kind: EntryKind.File, Path.Name: "busybox" or "busybox.static", Content: not null } && entry.Path.Parent.Name == "bin")
            ?? throw new BothyException($"cannot make a toolbox of {package.Id}: it has no BusyBox");
        var content = program.Content!;
        var names = content.Length > MaxProgram ? null : BusyboxApplets.Find(content.ReadAll())?.Select(static path => path[(path.LastIndexOf('/') + 1)..]).ToHashSet(StringComparer.Ordinal);
        if (names is null || !names.Contains("sh"))
        {
            throw new BothyException($"cannot make a toolbox of {package.Id}: {(names is null ? "which programs its BusyBox has is not to be found" : "its BusyBox has no shell")}");
        }

        var tree = new FileTree();
        tree.Set(TreeEntry.Directory(Place, Made));
        tree.Set(TreeEntry.File(Place.Append("busybox"), content, new Origin.Package(package.Id.Name, package.Id.Version, package.Id.Architecture), Program) with { ModifiedTime = program.ModifiedTime });
        foreach (string name in names.Where(static name => name != "busybox").Order(StringComparer.Ordinal))
        {
            tree.Set(TreeEntry.SymbolicLink(Place.Append(name), "busybox", Made));
        }

        return tree;
    }

    /// <summary>The toolbox in the files of an image: the directory, the program and its links, and nothing else that may be there.</summary>
    /// <param name="image">The files.</param>
    /// <param name="name">The image, for messages.</param>
    /// <exception cref="BothyException">The image has none.</exception>
    public static FileTree In(FileTree image, string name)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Find(Place) is not { Kind: EntryKind.Directory } directory || image.Find(Place.Append("busybox")) is not { Kind: EntryKind.File, Content: not null } program
            || !image.Contains(Place.Append("sh")))
        {
            throw new BothyException($"cannot take the toolbox of {name}: it has no shell in {Directory}") { Hint = "Name a debug image, as 'bothy build --debug' makes it." };
        }

        var tree = new FileTree();
        tree.Set(directory);
        tree.Set(program);
        foreach (var link in image.Entries.Where(static entry => entry.Kind is EntryKind.SymbolicLink or EntryKind.HardLink && entry.Path.Parent == Place))
        {
            // However an image has them: all are names of the one program.
            tree.Set(TreeEntry.SymbolicLink(link.Path, "busybox", Made));
        }

        return tree;
    }
}
