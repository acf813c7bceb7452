using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Layers;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>The blobs of layers between being made and being delivered: files without a name to others, gone with this object.</summary>
internal sealed class LayerFiles : IDisposable
{
    // No build takes that long: what is older was left by a process that was killed.
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    private readonly string _parent;
    private readonly string _directory;
    private int _count;

    /// <summary>Keeps them in a directory below <paramref name="parent"/>, which holds packages many times their size already.</summary>
    public LayerFiles(string parent)
    {
        _parent = parent;
        _directory = Path.Combine(parent, "layers", Path.GetRandomFileName());
    }

    /// <summary>Writes the layer of <paramref name="tree"/>; its content is there until this object is disposed of.</summary>
    /// <exception cref="StoreWriteException">The layer cannot be written.</exception>
    public (Layer Layer, FileContent Content) Write(FileTree tree, LayerOptions options, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_directory, FormattableString.Invariant($"{_count++}.tar.gz"));
        try
        {
            if (Directory.CreateDirectory(_directory).Parent is { } all)
            {
                Sweep(all.FullName);
            }

            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var layer = new LayerWriter(options).Write(tree, file, cancellationToken);
            return (layer, new FileOnDisk(path, layer.Blob.Size, layer.Blob.Digest));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreWriteException(_parent, failure);
        }
    }

    /// <inheritdoc />
    public void Dispose() => Remove(_directory);

    private static void Sweep(string all)
    {
        foreach (string directory in Directory.EnumerateDirectories(all))
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(directory) > Abandoned)
            {
                Remove(directory);
            }
        }
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The next build sweeps it away.
        }
    }
}
