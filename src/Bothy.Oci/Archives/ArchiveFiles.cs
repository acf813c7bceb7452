using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Archives;

/// <summary>The files of an archive of an image, in the order of their paths and without a time, an owner or a machine.</summary>
internal sealed class ArchiveFiles
{
    private static readonly Origin Written = new Origin.Effect("archive");

    private readonly FileTree _tree = new();

    public void Add(string name, ReadOnlyMemory<byte> bytes) => Add(name, FileContent.Of(bytes));

    public void Add(string name, FileContent content)
    {
        var path = TreePath.Parse(name);
        for (var parent = path.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            _tree.Set(TreeEntry.Directory(parent, Written));
        }

        _tree.Set(TreeEntry.File(path, content, Written));
    }

    public void WriteTo(Stream output, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        foreach (var entry in _tree.Entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(entry);
        }

        writer.Finish();
    }
}
