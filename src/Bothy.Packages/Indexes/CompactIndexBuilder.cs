using System.Buffers.Binary;
using System.Numerics;
using Bothy.Store;

namespace Bothy.Packages.Indexes;

/// <summary>Makes a <see cref="CompactIndex"/> in one pass over an index as it comes, and hands its bytes to a keeper while it grows. Not for concurrent use.</summary>
/// <param name="tables">How many tables of names there are to be.</param>
/// <param name="keeper">What puts it into the store; null where it is not to be kept.</param>
internal sealed class CompactIndexBuilder(int tables, IndexKeeper? keeper)
{
    private const int MostSlabs = 1024;

    private readonly ulong _seed = IndexFormat.NewSeed();
    private readonly List<byte[]> _slabs = [];
    private readonly List<IndexEntry>[] _entries = [.. Enumerable.Range(0, tables).Select(_ => new List<IndexEntry>())];
    private readonly List<int> _places = [];
    private int _used = IndexFormat.SlabSize;

    /// <summary>Adds a stanza; false where there is too much already.</summary>
    /// <param name="stanza">Its bytes: at least one, at most <see cref="IndexFormat.LongestStanza"/>.</param>
    public bool TryAdd(ReadOnlySpan<byte> stanza)
    {
        int record = IndexFormat.LengthSize + stanza.Length;
        int room = ResultParts.BlockSize - (_used % ResultParts.BlockSize);
        if (record > room && room < ResultParts.BlockSize)
        {
            Pad(room);
        }

        if (record > IndexFormat.SlabSize - _used)
        {
            if (_slabs.Count == MostSlabs)
            {
                return false;
            }

            Pad(IndexFormat.SlabSize - _used);
            HandOver();
            _slabs.Add(GC.AllocateUninitializedArray<byte>(IndexFormat.SlabSize));
            _used = 0;
        }

        _places.Add(((_slabs.Count - 1) * IndexFormat.SlabSize) + _used);
        var place = _slabs[^1].AsSpan(_used, record);
        BinaryPrimitives.WriteInt32LittleEndian(place, stanza.Length);
        stanza.CopyTo(place[IndexFormat.LengthSize..]);
        _used += record;
        return true;
    }

    /// <summary>Makes the stanza that was added last findable by a name in it.</summary>
    /// <param name="table">In which table.</param>
    /// <param name="name">The name.</param>
    /// <param name="within">Where in the stanza's bytes it is.</param>
    public void AddName(int table, ReadOnlySpan<byte> name, int within) =>
        _entries[table].Add(new IndexEntry(IndexFormat.Hash(_seed, name), _places.Count - 1, _places[^1] + IndexFormat.LengthSize + within, name.Length));

    /// <summary>Closes the index; nothing can be added afterwards.</summary>
    /// <param name="facts">What else is to be found in it.</param>
    public CompactIndex Finish(ReadOnlySpan<byte> facts)
    {
        Pad((IndexFormat.SlabSize - _used) % ResultParts.BlockSize);
        long stanzasLength = Math.Max(0, _slabs.Count - 1) * (long)IndexFormat.SlabSize + (_slabs.Count == 0 ? 0 : _used);
        HandOver();
        byte[] rest = new byte[(_places.Count * sizeof(int)) + _entries.Sum(SizeOf) + facts.Length + IndexFormat.EndSize + (tables * IndexFormat.TableSize)];
        var end = rest.AsSpan(^(IndexFormat.EndSize + (tables * IndexFormat.TableSize))..);
        BinaryPrimitives.WriteInt32LittleEndian(end, _places.Count);
        BinaryPrimitives.WriteInt32LittleEndian(end[4..], tables);
        BinaryPrimitives.WriteUInt64LittleEndian(end[8..], _seed);
        BinaryPrimitives.WriteInt64LittleEndian(end[16..], stanzasLength);
        BinaryPrimitives.WriteInt32LittleEndian(end[24..], facts.Length);
        int at = 0;
        foreach (int place in _places)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest.AsSpan(at), place);
            at += sizeof(int);
        }

        for (int i = 0; i < tables; i++)
        {
            var place = end[(IndexFormat.EndSize + (i * IndexFormat.TableSize))..];
            BinaryPrimitives.WriteInt64LittleEndian(place, stanzasLength + at);
            BinaryPrimitives.WriteInt32LittleEndian(place[8..], SlotsOf(_entries[i]));
            BinaryPrimitives.WriteInt32LittleEndian(place[12..], _entries[i].Count);
            WriteTable(_entries[i], rest.AsSpan(at, SizeOf(_entries[i])));
            at += SizeOf(_entries[i]);
        }

        facts.CopyTo(rest.AsSpan(at));
        keeper?.Append(rest);
        return new CompactIndex(new IndexBytes.InMemory(_slabs, stanzasLength, rest), tables);
    }

    private static int SlotsOf(List<IndexEntry> entries) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, entries.Count));

    private static int SizeOf(List<IndexEntry> entries) => ((SlotsOf(entries) + 1) * sizeof(int)) + (entries.Count * IndexFormat.EntrySize);

    // Counts the entries of each slot, then puts each to where those before it end: two passes, and the order within a slot stays.
    private static void WriteTable(List<IndexEntry> entries, Span<byte> table)
    {
        int slots = SlotsOf(entries);
        uint mask = (uint)slots - 1;
        int[] next = new int[slots + 1];
        foreach (var entry in entries)
        {
            next[(entry.Hash & mask) + 1]++;
        }

        for (int slot = 0; slot <= slots; slot++)
        {
            next[slot] += slot == 0 ? 0 : next[slot - 1];
            BinaryPrimitives.WriteInt32LittleEndian(table[(slot * sizeof(int))..], next[slot]);
        }

        var places = table[((slots + 1) * sizeof(int))..];
        foreach (var entry in entries)
        {
            entry.Write(places[(next[entry.Hash & mask]++ * IndexFormat.EntrySize)..]);
        }
    }

    private void Pad(int count)
    {
        if (count > 0)
        {
            _slabs[^1].AsSpan(_used, count).Clear();
            _used += count;
        }
    }

    private void HandOver()
    {
        if (_slabs.Count > 0)
        {
            keeper?.Append(_slabs[^1].AsMemory(0, _used));
        }
    }
}
