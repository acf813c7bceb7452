using System.Buffers;
using System.Security.Cryptography;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Store;

/// <summary>A file that was frozen.</summary>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="Sha1">The SHA-1 of its bytes (20 bytes).</param>
public readonly record struct FrozenFile(Digest Digest, ReadOnlyMemory<byte> Sha1);

/// <summary>
/// Freezes a tree of files into the store, in one pass over an archive. Nothing is visible before <see cref="Commit()"/>; disposing
/// without it leaves nothing behind. Not for concurrent use.
/// </summary>
public sealed class CatalogueWriter : IDisposable
{
    private const int BufferSize = 256 << 10;

    private static ReadOnlySpan<byte> ElfMagic => "\u007fELF"u8;

    private readonly StoreDirectory _directory;
    private readonly string _kind;
    private readonly FileStream _file;
    private readonly TableWriter _table = new();
    private readonly SortedDictionary<string, byte[]> _attachments = new(StringComparer.Ordinal);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private CatalogueName? _name;
    private int _buffered;
    private long _written;
    private bool _done;
    private bool _disposed;

    internal CatalogueWriter(StoreDirectory directory, string kind, Digest? source)
    {
        _directory = directory;
        _kind = ItemKind.Check(kind);
        _name = source is { } known ? new CatalogueName(known, kind) : null;
        _file = directory.CreateTemporary();
    }

    /// <summary>Adds an entry that is not a regular file. Its origin is not kept: the reader of a catalogue says it.</summary>
    /// <exception cref="BothyException">A name of it holds half a surrogate pair.</exception>
    public void AddEntry(TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentOutOfRangeException.ThrowIfEqual((int)entry.Kind, (int)EntryKind.File, nameof(entry));
        _table.Add(entry, 0, [], []);
    }

    /// <summary>Adds a regular file with the next <paramref name="length"/> bytes of <paramref name="content"/>; the entry's own content is not looked at.</summary>
    /// <returns>The digests of the bytes.</returns>
    /// <exception cref="BothyException">There are fewer bytes, or the store cannot be written.</exception>
    public FrozenFile AddFile(TreeEntry entry, Stream content, long length)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNotEqual((int)entry.Kind, (int)EntryKind.File, nameof(entry));
        long start = _written + _buffered;
        Span<byte> head = stackalloc byte[4];
        int headLength = 0;
        for (long left = length; left > 0;)
        {
            if (_buffered == BufferSize)
            {
                FlushBuffer();
            }

            int count = content.Read(_buffer, _buffered, (int)Math.Min(left, BufferSize - _buffered));
            if (count == 0)
            {
                throw new BothyException(FormattableString.Invariant($"cannot take {entry.Path} into the store: it ends {left} bytes too early"));
            }

            var chunk = _buffer.AsSpan(_buffered, count);
            _sha256.AppendData(chunk);
            _sha1.AppendData(chunk);
            _buffered += count;
            left -= count;
            var first = chunk[..Math.Min(count, head.Length - headLength)];
            first.CopyTo(head[headLength..]);
            headLength += first.Length;
        }

        Span<byte> sha256 = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> sha1 = stackalloc byte[SHA1.HashSizeInBytes];
        _sha256.GetHashAndReset(sha256);
        _sha1.GetHashAndReset(sha1);
        _table.Add(entry, length, sha256, sha1);
        if (head.SequenceEqual(ElfMagic) && length >= FileContent.MinElfLength)
        {
            AddElf(entry.Path, start, length);
        }

        return new FrozenFile(Digest.FromHash(sha256), sha1.ToArray());
    }

    /// <summary>Keeps bytes beside the tree, such as a package's control files; a second one of a name takes the place of the first.</summary>
    public void Attach(string name, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _attachments[name] = content.ToArray();
    }

    /// <summary>Makes the catalogue visible, in place of an earlier one, and opens it.</summary>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public Catalogue Commit()
    {
        ObjectDisposedException.ThrowIf(_done, this);
        var name = _name ?? throw new InvalidOperationException("nobody has said what the catalogue is made from");
        var table = _table.Finish(_attachments).Span;
        FlushBuffer();
        Write(table, _written);
        Write(CatalogueTrailer.Write(_written, table, name), _written + table.Length);
        _directory.Publish(_file, _directory.Catalogue(name));
        _done = true;
        return Catalogue.TryOpen(_directory, name)
            ?? throw new BothyException($"cannot use {name} from the store: another process removed it");
    }

    /// <summary>Says that the catalogue was made from the bytes with digest <paramref name="source"/>, which was not known when it was begun, and makes it visible.</summary>
    /// <inheritdoc cref="Commit()"/>
    public Catalogue Commit(Digest source)
    {
        _name = new CatalogueName(source, _kind);
        return Commit();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!_done)
        {
            StoreDirectory.Discard(_file);
            _done = true;
        }

        if (!_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _file.Dispose();
        _sha256.Dispose();
        _sha1.Dispose();
    }

    // Of a file that went to the disk already the parts that matter are read again, from memory that the kernel still has.
    private void AddElf(TreePath path, long start, long length)
    {
        Stream content;
        if (start >= _written)
        {
            content = new MemoryStream(_buffer, (int)(start - _written), (int)length, writable: false);
        }
        else
        {
            FlushBuffer();
            content = new PackSlice(new CatalogueSource(_file.SafeFileHandle, _directory, _file.Name, _name?.ToString() ?? "the files that are being decoded"), start, length);
        }

        using (content)
        {
            _table.AddElf(Facts(content, path.Value));
        }
    }

    private static byte[] Facts(Stream content, string name)
    {
        try
        {
            return ElfFile.TryRead(content, name, out var facts) ? ElfFactsForm.Write(facts) : [];
        }
        catch (MalformedDataException)
        {
            return [];
        }
    }

    private void FlushBuffer()
    {
        Write(_buffer.AsSpan(0, _buffered), _written);
        _written += _buffered;
        _buffered = 0;
    }

    private void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_file.SafeFileHandle, bytes, offset);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw _directory.Failure(failure);
        }
    }
}
