using System.Security.Cryptography;

namespace Bothy.Oci.Layout;

/// <summary>
/// Something being put into a layout directory. Blobs may come from several threads; what is not finished is taken away again. A new layout is made
/// beside its place and moved there at the end; an existing one is locked for as long as it changes.
/// </summary>
internal sealed class LayoutChange : IDisposable
{
    private readonly string _directory;
    private readonly string _place;
    private readonly CreatedPaths _created = new();
    private readonly CreatedPaths _above = new();
    private IDisposable? _turn;

    private LayoutChange(string directory, string place)
    {
        _directory = directory;
        _place = place;
    }

    private bool IsNew => _directory != _place;

    /// <summary>The one spelling of a layout's directory.</summary>
    public static string FullPath(string directory) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));

    /// <summary>Begins to change the layout in <paramref name="directory"/>, a full path, or to make it.</summary>
    /// <exception cref="BothyException">There is something else.</exception>
    public static LayoutChange Begin(string directory, CancellationToken cancellationToken)
    {
        if (File.Exists(directory))
        {
            throw Occupied(directory, "it is a file");
        }

        bool exists = Directory.Exists(directory);
        if (exists && !OciLayout.IsLayout(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw Occupied(directory, "it is neither empty nor an OCI layout");
        }

        var change = new LayoutChange(exists ? directory : AtomicFile.TemporaryNameFor(directory), directory);
        try
        {
            change.Prepare(cancellationToken);
            return change;
        }
        catch
        {
            change.Dispose();
            throw;
        }
    }

    /// <summary>Where a blob is, or will be until the change is finished.</summary>
    public string PathOf(Descriptor blob) => Path.Combine(_directory, LayoutFiles.BlobName(blob.Digest));

    /// <summary>Whether the blob is there, and is what its name says: others can write to a layout too.</summary>
    public bool Has(Descriptor blob)
    {
        var existing = new FileInfo(PathOf(blob));
        if (!existing.Exists || existing.Length != blob.Size)
        {
            return false;
        }

        // Hashing what is there takes less time than writing it once more.
        using var content = new FileStream(existing.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Digest.FromHash(SHA256.HashData(content)) == blob.Digest;
    }

    /// <summary>Puts a blob, in place of what has its name.</summary>
    public void Add(Descriptor blob, Action<FileStream> write)
    {
        Note(blob);
        AtomicFile.Write(PathOf(blob), write);
    }

    /// <summary>The same for one that takes its time to come.</summary>
    public async Task AddAsync(Descriptor blob, Func<Stream, Task> write)
    {
        Note(blob);
        await AtomicFile.WriteAsync(PathOf(blob), write);
    }

    /// <summary>Writes the index that <paramref name="edit"/> makes of the existing one, null for none; everything that was put stays.</summary>
    public void Finish(Func<ImageIndex?, ImageIndex> edit, CancellationToken cancellationToken)
    {
        string index = Path.Combine(_directory, LayoutFiles.Index);
        var existing = File.Exists(index) ? ImageIndex.Parse(File.ReadAllBytes(index), index) : null;
        byte[] json = edit(existing).ToJson();
        cancellationToken.ThrowIfCancellationRequested();
        AtomicFile.Write(index, stream => stream.Write(json));
        if (IsNew)
        {
            Directory.Move(_directory, _place);
        }

        _created.Keep();
        _above.Keep();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (IsNew && Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }

        // Goes before the lock does: the next in turn must not count on a blob that is about to be taken away.
        _created.Dispose();
        _turn?.Dispose();
        _above.Dispose();
    }

    private static BothyException Occupied(string directory, string reason) => new($"cannot write {directory}: {reason}")
    {
        Hint = "Name a directory that is new, empty or an OCI layout.",
    };

    private void Prepare(CancellationToken cancellationToken)
    {
        if (IsNew)
        {
            _above.MakeDirectory(Path.GetDirectoryName(_place)!);
            AtomicFile.CreateDirectory(_directory);
        }

        WriteMarker(_above);
        if (!IsNew)
        {
            _turn = LayoutLock.Take(Path.Combine(_directory, LayoutFiles.Marker), cancellationToken);
        }

        _created.MakeDirectory(Path.Combine(_directory, LayoutFiles.Blobs));

        // Whoever had the turn before may have failed and taken the marker away with the rest of what it made.
        WriteMarker(_created);
    }

    private void WriteMarker(CreatedPaths created)
    {
        string marker = Path.Combine(_directory, LayoutFiles.Marker);
        if (!File.Exists(marker))
        {
            created.Add(marker);
            AtomicFile.Write(marker, stream => stream.Write(LayoutFiles.MarkerContent));
        }
    }

    private void Note(Descriptor blob)
    {
        lock (_created)
        {
            if (!File.Exists(PathOf(blob)))
            {
                _created.Add(PathOf(blob));
            }
        }
    }
}
