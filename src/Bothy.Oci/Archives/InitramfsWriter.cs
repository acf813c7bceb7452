using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Formats.Cpio;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Archives;

/// <summary>
/// Writes the files of an image as an initramfs: a cpio archive, compressed with gzip, that a kernel unpacks into memory and starts <c>/init</c> of.
/// Where the image has none, it gets one that starts what the image says, as a container's runtime would.
/// </summary>
public static class InitramfsWriter
{
    private const string Capabilities = "security.capability";
    private const int MostNamed = 5;

    private static readonly Origin Added = new Origin.Effect("initramfs");

    private static readonly TreePath Init = TreePath.Parse("init");

    /// <summary>Writes <paramref name="tree"/> to <paramref name="file"/>, no time later than <paramref name="epoch"/> (seconds since 1970).</summary>
    /// <param name="file">The file.</param>
    /// <param name="tree">The image's files.</param>
    /// <param name="container">How it starts.</param>
    /// <param name="epoch">The latest time of a file.</param>
    /// <param name="parallelism">How many threads may compress; the bytes are the same.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">Nothing in the image can start it, or the file cannot be written. Nothing is left behind.</exception>
    public static void Write(string file, FileTree tree, ContainerConfig container, long epoch, int parallelism, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(container);
        var bootable = Bootable(file, tree, container, epoch);
        ArchiveOutput.Write(file, output =>
        {
            using var compressed = new GzipEncodingStream(output, Math.Max(1, parallelism), leaveOpen: true);
            CpioWriter.Write([.. LayerOrder.ByPath(bootable, epoch)], compressed, cancellationToken);
        });
    }

    /// <summary>What of <paramref name="tree"/> an initramfs in <paramref name="file"/> has no place for, in sentences for people.</summary>
    public static ImmutableArray<string> Losses(string file, FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        string[] paths = [.. tree.Entries.Where(static entry => entry.ExtendedAttributes.ContainsKey(Capabilities)).Select(static entry => VisibleText.Of(entry.Path.ToString()))];
        string more = paths.Length > MostNamed ? FormattableString.Invariant($" and {paths.Length - MostNamed} more") : "";
        return paths.Length == 0 ? [] : [$"{file} has no place for the capabilities of files: {string.Join(", ", paths.Take(MostNamed))}{more} {(paths.Length == 1 ? "lacks its" : "lack theirs")}"];
    }

    private static FileTree Bootable(string file, FileTree tree, ContainerConfig container, long epoch)
    {
        var bootable = tree.Copy();
        if (!tree.Contains(Init))
        {
            var script = InitScript.Of(tree, container) ?? throw new BothyException($"cannot write {file}: {InitScript.Problem(tree, container)}")
            {
                Hint = "The packages busybox-static (Debian) and busybox (Alpine) have what starts an image from memory; an image with an /init of its own needs neither.",
            };
            bootable.Set(TreeEntry.File(Init, FileContent.Of(script), Added, TreeEntry.DefaultDirectoryMode) with { ModifiedTime = epoch });
        }

        // The kernel opens it for /init before anything is mounted.
        Add(TreeEntry.Directory(TreePath.Parse("dev"), Added));
        Add(new TreeEntry { Path = TreePath.Parse("dev/console"), Kind = EntryKind.CharacterDevice, Mode = 0b110_000_000, Origin = Added, DeviceMajor = 5, DeviceMinor = 1 });
        return bootable;

        void Add(TreeEntry entry)
        {
            if (!bootable.Contains(entry.Path))
            {
                bootable.Set(entry with { ModifiedTime = epoch });
            }
        }
    }
}
