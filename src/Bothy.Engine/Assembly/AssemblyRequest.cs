using System.Collections.Immutable;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Engine.Slicing;
using Bothy.Inspection.Catalog;
using Bothy.Packages;

namespace Bothy.Engine.Assembly;

/// <summary>What an image is assembled from. Nothing else decides the result.</summary>
/// <param name="Packages">The packages in installation order: what a package needs before it is configured comes before it.</param>
/// <param name="Omitted">Names of packages that count as satisfied but bring no file.</param>
/// <param name="Image">The image file.</param>
public sealed record AssemblyRequest(ImmutableArray<PackageContents> Packages, ImmutableArray<string> Omitted, ImageSpec Image)
{
    /// <summary>
    /// Whether <c>/bin</c>, <c>/sbin</c> and <c>/lib*</c> of a Debian image are links into <c>/usr</c>; null to let the release of
    /// <c>base-files</c> decide: since Debian 12 they are, and where nothing tells the release too.
    /// </summary>
    public bool? MergedUsr { get; init; }

    /// <summary>The image to build on; null for none. Its entries have the origin <see cref="Formats.Trees.Origin.Layer"/>.</summary>
    public ImageContents? Base { get; init; }

    /// <summary>What is cut of packages instead of taken whole; null where all of them are whole.</summary>
    public SliceAssembly? Slices { get; init; }

    /// <summary>The local files to lay over the packages; null for none.</summary>
    public LocalFileSet? Files { get; init; }

    /// <summary>What an image of apk packages has besides; null says that the packages are Debian's.</summary>
    public ApkAssembly? Apk { get; init; }
}
