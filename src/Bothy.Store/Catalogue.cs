using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Microsoft.Win32.SafeHandles;

namespace Bothy.Store;

/// <summary>
/// A tree of files frozen on disk, opened: its table was read and checked, its files are read when asked for. Safe for concurrent
/// use. Keep it open for as long as the contents of its tree are needed.
/// </summary>
public sealed class Catalogue : IDisposable
{
    private const int TailSize = 32 << 10;

    private readonly CatalogueSource _source;
    private readonly ReadOnlyMemory<byte> _table;
    private readonly long _packLength;

    private Catalogue(CatalogueSource source, ReadOnlyMemory<byte> table, long packLength)
    {
        _source = source;
        _table = table;
        _packLength = packLength;
        Attachments = source.Guard(() => new TableReader(Section(TableSection.Attachments), source.ToString()).Attachments());
    }

    /// <summary>What was attached to the tree, by name.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Attachments { get; }

    /// <summary>
    /// The tree, with <paramref name="origin"/> as the origin of every entry. Each file is a <see cref="PackedFile"/>.
    /// </summary>
    /// <exception cref="DamagedItemException">The table does not follow the format; the catalogue was removed.</exception>
    public FileTree ReadTree(Origin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        return _source.Guard(() =>
        {
            // A copy: files live as long as their tree, and would keep the whole table.
            byte[] elf = Section(TableSection.ElfFacts).ToArray();
            var kept = new TableReader(elf, _source.ToString()).ElfFacts();
            return new TableReader(Section(TableSection.Entries), _source.ToString()).Entries(
                origin,
                _packLength,
                (file, offset, length, sha256, sha1) => new PackedFile(_source, offset, length, sha256, sha1, kept?.Find(file) is { } range ? elf.AsMemory(range) : default(ReadOnlyMemory<byte>?)));
        });
    }

    /// <summary>Closes the file; contents of the tree cannot be read any more.</summary>
    public void Dispose() => _source.Dispose();

    internal static Catalogue? TryOpen(StoreDirectory directory, CatalogueName name)
    {
        string path = directory.Catalogue(name);
        if (directory.TryOpenRead(path, name.ToString()) is not { } handle)
        {
            return null;
        }

        var source = new CatalogueSource(handle, directory, path, name.ToString());
        try
        {
            var opened = source.Guard(() => Read(source, name));
            if (opened is null)
            {
                source.Dispose();
            }

            return opened;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    // The table is at the end and mostly small: one read gets it with the trailer.
    private static Catalogue? Read(CatalogueSource source, CatalogueName name)
    {
        long fileLength = source.FileLength;
        byte[] tail = source.Read(Math.Max(0, fileLength - TailSize), (int)Math.Min(fileLength, TailSize));
        var trailer = tail.AsSpan(Math.Max(0, tail.Length - CatalogueTrailer.Size));
        if (CatalogueTrailer.Read(trailer, fileLength, source.ToString()) is not { } place)
        {
            return null;
        }

        int inTail = tail.Length - CatalogueTrailer.Size - place.TableLength;
        ReadOnlyMemory<byte> table = inTail >= 0 ? tail.AsMemory(inTail, place.TableLength) : source.Read(place.TableOffset, place.TableLength);
        return CatalogueTrailer.Covers(trailer, table.Span, name)
            ? new Catalogue(source, table, place.TableOffset)
            : throw new MalformedDataException(source.ToString(), place.TableOffset, "the table has another digest");
    }

    private ReadOnlySpan<byte> Section(int number) => _table.Span[TableReader.Section(_table.Span, number, _source.ToString())];
}

/// <summary>The open file of a catalogue, and what to do when it is damaged.</summary>
internal sealed class CatalogueSource(SafeFileHandle handle, StoreDirectory directory, string path, string name) : IDisposable
{
    public long FileLength => RandomAccess.GetLength(handle);

    /// <summary>Reads at a place; fewer bytes than asked for mean the end of the file. Many threads may read at once.</summary>
    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(handle, buffer, offset);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreDirectory.Unreadable(name, failure);
        }
    }

    public byte[] Read(long offset, int length)
    {
        byte[] bytes = new byte[length];
        return TryFill(offset, bytes) ? bytes : throw new MalformedDataException(ToString(), offset, "it ends too early");
    }

    public bool TryFill(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = Read(offset, buffer);
            if (count == 0)
            {
                return false;
            }

            buffer = buffer[count..];
            offset += count;
        }

        return true;
    }

    /// <summary>Runs <paramref name="read"/>; bytes that do not follow the format are damage.</summary>
    public T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedDataException malformed)
        {
            throw Damaged(malformed.Problem, malformed);
        }
    }

    /// <summary>Removes the catalogue and returns the exception to throw.</summary>
    public DamagedItemException Damaged(string problem, Exception? inner = null) =>
        directory.Damaged(path, name, problem, inner);

    public void Dispose() => handle.Dispose();

    public override string ToString() => name;
}
