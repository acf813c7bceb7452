using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>Where the files of an image come from: as the build recorded it, as a tree in memory says itself, or as far as the package database tells.</summary>
public sealed class ImageOrigins
{
    private readonly ImageContents _contents;
    private readonly IReadOnlyDictionary<TreePath, Origin>? _recorded;
    private readonly Lazy<ILookup<PackageId, TreeEntry>> _files;

    /// <summary>The origins of the files of <paramref name="contents"/>.</summary>
    /// <param name="contents">The image.</param>
    /// <param name="recorded">What is recorded of the build that made it; null where nothing is.</param>
    public ImageOrigins(ImageContents contents, IReadOnlyDictionary<TreePath, Origin>? recorded)
    {
        _contents = contents;
        _recorded = recorded;
        _files = new Lazy<ILookup<PackageId, TreeEntry>>(() => contents.Tree.Entries
            .Where(static entry => entry.Kind != EntryKind.Directory)
            .Select(entry => (Entry: entry, Package: PackageOf(entry.Path)))
            .Where(static one => one.Package is not null)
            .ToLookup(static one => one.Package!, static one => one.Entry));
    }

    /// <summary>Where the file or link at <paramref name="path"/> comes from; null where nobody knows.</summary>
    public Origin? Of(TreePath path) =>
        _recorded?.GetValueOrDefault(path)
        ?? (_contents.Image is null && _contents.Tree.TryGet(path, out var entry) ? entry.Origin : null)
        ?? (_contents.OwnerOf(path) is { } owner ? new Origin.Package(owner.Name, owner.Version, owner.Architecture) : null);

    /// <summary>The package that the file or link at <paramref name="path"/> is of; null where it is of none.</summary>
    public PackageId? PackageOf(TreePath path) => Of(path) is Origin.Package package ? new PackageId(package.Name, package.Version, package.Architecture) : null;

    /// <summary>The files and links of <paramref name="package"/>, by path.</summary>
    public IEnumerable<TreeEntry> FilesOf(PackageId package) => _files.Value[package];

    /// <summary>The content of those files in bytes; a file counts once, however many names it has.</summary>
    public long BytesOf(PackageId package) => FilesOf(package).Sum(static entry => entry.Content?.Length ?? 0);

    /// <summary>The layers that hold files of <paramref name="package"/>, from 0, lowest first; empty for a tree in memory.</summary>
    public ImmutableArray<int> LayersOf(PackageId package) => [.. FilesOf(package).Select(entry => _contents.LayerOf(entry.Path)).OfType<int>().Distinct().Order()];
}
