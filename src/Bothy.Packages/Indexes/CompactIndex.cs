using System.Buffers.Binary;
using System.Numerics;
using Bothy.Store;

namespace Bothy.Packages.Indexes;

/// <summary>
/// The stanzas of a distribution's index, of which only those that somebody asks for are looked at, found by name through tables.
/// What a stanza holds is its distribution's business. Safe for use by several threads.
/// </summary>
internal sealed class CompactIndex
{
    private readonly IndexBytes _bytes;
    private readonly long _stanzasLength;
    private readonly ulong _seed;
    private readonly Table[] _tables;

    /// <summary>Opens an index over its bytes.</summary>
    /// <exception cref="DamagedItemException">They are not an index with that many tables; what the store had of it was removed.</exception>
    public CompactIndex(IndexBytes bytes, int tables)
    {
        _bytes = bytes;
        int size = IndexFormat.EndSize + (tables * IndexFormat.TableSize);
        Check(bytes.Length >= size, "it is too short");
        var end = bytes.Read(bytes.Length - size, size).Span;
        Count = BinaryPrimitives.ReadInt32LittleEndian(end);
        _seed = BinaryPrimitives.ReadUInt64LittleEndian(end[8..]);
        _stanzasLength = BinaryPrimitives.ReadInt64LittleEndian(end[16..]);
        int factsLength = BinaryPrimitives.ReadInt32LittleEndian(end[24..]);
        long factsAt = bytes.Length - size - factsLength;
        Check(
            BinaryPrimitives.ReadInt32LittleEndian(end[4..]) == tables && Count >= 0 && factsLength >= 0
                && _stanzasLength is >= 0 and <= int.MaxValue && _stanzasLength + (Count * (long)sizeof(int)) <= factsAt,
            "its end is none");
        Facts = bytes.Read(factsAt, factsLength);
        _tables = new Table[tables];
        for (int i = 0; i < tables; i++)
        {
            var place = end[(IndexFormat.EndSize + (i * IndexFormat.TableSize))..];
            var table = new Table(
                BinaryPrimitives.ReadInt64LittleEndian(place), BinaryPrimitives.ReadInt32LittleEndian(place[8..]), BinaryPrimitives.ReadInt32LittleEndian(place[12..]));
            Check(
                BitOperations.IsPow2(table.Slots) && table.Entries >= 0 && table.Offset >= _stanzasLength && table.Offset <= factsAt
                    && table.Size <= factsAt - table.Offset,
                "a table of it is elsewhere");
            _tables[i] = table;
        }
    }

    /// <summary>How many stanzas there are.</summary>
    public int Count { get; }

    /// <summary>What whoever made the index added to it.</summary>
    public ReadOnlyMemory<byte> Facts { get; }

    /// <summary>Opens what <see cref="IndexKeeper"/> kept; null where the store has none.</summary>
    /// <param name="store">Where to look.</param>
    /// <param name="kind">What index of the source.</param>
    /// <param name="source">The digest of the bytes that the index was made from.</param>
    /// <param name="tables">How many tables it has.</param>
    /// <exception cref="DamagedItemException">It is damaged, as far as opening tells; it was removed.</exception>
    public static CompactIndex? TryOpen(ContentStore store, string kind, Digest source, int tables) =>
        store.TryOpenResultParts(IndexKeeper.KindOf(kind), source) is { } parts ? new CompactIndex(new IndexBytes.Stored(parts), tables) : null;

    /// <summary>A stanza's bytes.</summary>
    /// <param name="number">Which, from 0, in the order in which they were added.</param>
    /// <exception cref="DamagedItemException">It is not where it should be; the index was removed from the store.</exception>
    public ReadOnlyMemory<byte> Stanza(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        int place = Number(_stanzasLength + (number * (long)sizeof(int)));
        Check(place >= 0 && place <= _stanzasLength - IndexFormat.LengthSize, "a stanza of it is elsewhere");
        int length = Number(place);
        Check(length is > 0 and <= IndexFormat.LongestStanza && length <= _stanzasLength - IndexFormat.LengthSize - place, "a stanza of it has no end");
        return _bytes.Read(place + IndexFormat.LengthSize, length);
    }

    /// <summary>The numbers of the stanzas that a table has for <paramref name="name"/>, ascending, each once.</summary>
    /// <exception cref="DamagedItemException">The table is damaged; the index was removed from the store.</exception>
    public List<int> Find(int table, ReadOnlySpan<byte> name)
    {
        var (offset, slots, entries) = _tables[table];
        uint hash = IndexFormat.Hash(_seed, name);
        var range = _bytes.Read(offset + ((hash & (uint)(slots - 1)) * sizeof(int)), 2 * sizeof(int)).Span;
        int first = BinaryPrimitives.ReadInt32LittleEndian(range);
        int end = BinaryPrimitives.ReadInt32LittleEndian(range[sizeof(int)..]);
        Check(first >= 0 && first <= end && end <= entries, "a table of it leads nowhere");
        var found = new List<int>();
        for (int i = first; i < end; i++)
        {
            var entry = IndexEntry.Read(_bytes.Read(_tables[table].EntryAt(i), IndexFormat.EntrySize).Span);
            if (entry.Hash == hash && entry.NameLength == name.Length && NameOf(entry).SequenceEqual(name) && (found.Count == 0 || found[^1] != entry.Stanza))
            {
                Check(entry.Stanza >= 0 && entry.Stanza < Count, "a table of it leads to a stanza that it does not have");
                found.Add(entry.Stanza);
            }
        }

        return found;
    }

    /// <summary>What to throw where the bytes of a stanza are not those that anybody would have written.</summary>
    public Exception Damaged(string problem) => _bytes.Damaged(problem);

    private ReadOnlySpan<byte> NameOf(IndexEntry entry)
    {
        Check(entry.Name >= 0 && entry.Name <= _stanzasLength - entry.NameLength, "a name of it is elsewhere");
        return _bytes.Read(entry.Name, entry.NameLength).Span;
    }

    private int Number(long offset) => BinaryPrimitives.ReadInt32LittleEndian(_bytes.Read(offset, sizeof(int)).Span);

    private void Check(bool condition, string problem)
    {
        if (!condition)
        {
            throw Damaged(problem);
        }
    }

    private readonly record struct Table(long Offset, int Slots, int Entries)
    {
        public long Size => ((Slots + 1L) * sizeof(int)) + ((long)Entries * IndexFormat.EntrySize);

        public long EntryAt(int number) => Offset + ((Slots + 1L) * sizeof(int)) + ((long)number * IndexFormat.EntrySize);
    }
}
