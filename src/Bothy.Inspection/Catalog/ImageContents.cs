using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Reading;

namespace Bothy.Inspection.Catalog;

/// <summary>
/// What is in an image: its files, its packages, and which package each file is of. Every report is a function of this, for an image that was read back and for a tree
/// in memory alike.
/// </summary>
public sealed class ImageContents
{
    private readonly FileOwners _owners;

    private ImageContents(FileTree tree, ContainerConfig container, Platform platform, OpenedImage? image)
    {
        Tree = tree;
        Container = container;
        Platform = platform;
        Image = image;
        var warnings = ImmutableArray.CreateBuilder<string>();
        Release = DatabaseReading.Try(() => OsRelease.Of(tree), warnings);
        var installed = new InstalledDatabases(tree, warnings);
        Packages = installed.Packages;
        _owners = installed.Owners;
        Warnings = warnings.ToImmutable();
    }

    /// <summary>The files.</summary>
    public FileTree Tree { get; }

    /// <summary>How containers start.</summary>
    public ContainerConfig Container { get; }

    /// <summary>What it runs on.</summary>
    public Platform Platform { get; }

    /// <summary>What it says it is; null where it does not say.</summary>
    public OsRelease? Release { get; }

    /// <summary>The installed packages, sorted by name, then version, then architecture.</summary>
    public ImmutableArray<InstalledPackage> Packages { get; }

    /// <summary>What of its databases could not be read, in sentences for people.</summary>
    public ImmutableArray<string> Warnings { get; }

    /// <summary>The image that was read; null for a tree in memory.</summary>
    public OpenedImage? Image { get; }

    /// <summary>The contents of an image that was read.</summary>
    public static ImageContents Of(OpenedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return new ImageContents(image.Tree, image.Config.Container, image.Config.Platform, image);
    }

    /// <summary>The contents of a tree in memory.</summary>
    public static ImageContents Of(FileTree tree, ContainerConfig container, Platform platform)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return new ImageContents(tree, container, platform, image: null);
    }

    /// <summary>
    /// The package whose file is at <paramref name="path"/>; null where no database knows it. Names that lead through links to the same file count, so a file that Debian lists below
    /// <c>/lib</c> is found below <c>/usr/lib</c>. Of a directory, which many packages may share, the only one that lists it; null where there are several.
    /// </summary>
    public InstalledPackage? OwnerOf(TreePath path) => _owners.Of(path);

    /// <summary>The paths of the image that are <paramref name="package"/>'s, as they are in <see cref="Tree"/>, sorted; what its database lists and the image lacks is not among them.</summary>
    public IReadOnlyList<TreePath> FilesOf(InstalledPackage package) => _owners.FilesOf(package);

    /// <summary>Whether a database of the image has a list of the files of <paramref name="package"/>; without one, that it has none says nothing.</summary>
    public bool ListsFilesOf(InstalledPackage package) => _owners.IsListed(package);

    /// <summary>The number of the layer that the entry at <paramref name="path"/> is of; null for a tree in memory.</summary>
    public int? LayerOf(TreePath path) => Image?.LayerOf(path);
}
