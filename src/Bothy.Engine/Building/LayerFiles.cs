using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Layers;

namespace Bothy.Engine.Building;

/// <summary>The blobs of layers between being made and being delivered: files without a name to others, gone with this object.</summary>
internal sealed class LayerFiles : IDisposable
{
    private readonly string _directory;
    private int _count;

    /// <summary>Makes a directory for them below <paramref name="parent"/>, which holds packages many times their size already.</summary>
    public LayerFiles(string parent)
    {
        _directory = Path.Combine(parent, "layers", Path.GetRandomFileName());
        Directory.CreateDirectory(_directory);
    }

    /// <summary>Writes the layer of <paramref name="tree"/>; its content is there until this object is disposed of.</summary>
    /// <exception cref="BothyException">The layer cannot be written.</exception>
    public (Layer Layer, FileContent Content) Write(FileTree tree, LayerOptions options, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_directory, FormattableString.Invariant($"{_count++}.tar.gz"));
        try
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var layer = new LayerWriter(options).Write(tree, file, cancellationToken);
            return (layer, new FileOnDisk(path, layer.Blob.Size, layer.Blob.Digest));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write a layer to {_directory}: {failure.Message}", failure);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What is left is swept away with the other temporary files of the store.
        }
    }
}
