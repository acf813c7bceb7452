using Bothy.Formats.Trees;

namespace Bothy.Oci;

/// <summary>What a build has for its destinations.</summary>
/// <param name="Image">The image, or the index of images.</param>
/// <param name="Trees">The files of each image, in the order of the index.</param>
/// <param name="Epoch">The latest time of a file, in seconds since 1970.</param>
public sealed record Delivery(OciContent Image, IReadOnlyList<FileTree> Trees, long Epoch);
