using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Archives;

/// <summary>Writes the files of an image as one plain tar archive, to be unpacked as a root file system.</summary>
public static class RootfsWriter
{
    /// <summary>Writes <paramref name="tree"/> to <paramref name="file"/>, no time later than <paramref name="epoch"/> (seconds since 1970).</summary>
    /// <exception cref="BothyException">The file cannot be written. Nothing is left behind.</exception>
    public static void Write(string file, FileTree tree, long epoch, CancellationToken cancellationToken) =>
        ArchiveOutput.Write(file, output => LayerWriter.WriteArchive(tree, output, epoch, cancellationToken));
}
