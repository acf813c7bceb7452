using Bothy.Formats.Trees;

namespace Bothy.Oci;

/// <summary>What a build has for its destinations.</summary>
/// <param name="Image">The image, or the index of images.</param>
/// <param name="Trees">The files of each image, in the order of the index.</param>
/// <param name="Epoch">The latest time of a file, in seconds since 1970.</param>
public sealed record Delivery(OciContent Image, IReadOnlyList<FileTree> Trees, long Epoch)
{
    /// <summary>How many threads may work at once.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>The files and the image of the only platform.</summary>
    /// <param name="file">What is to be written, for messages.</param>
    /// <param name="what">What that is, such as <c>a rootfs</c>.</param>
    /// <exception cref="BothyException">There are several.</exception>
    internal (FileTree Tree, OciImage Image) OnlyTree(string file, string what) => this is { Trees: [var tree], Image: OciImage image }
        ? (tree, image)
        : throw new BothyException($"cannot write {file}: {what} holds one platform") { Hint = "Build for one with --arch." };
}
