using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Bothy.Packages.Indexes;

/// <summary>
/// How an index lies in memory and in the store: the same bytes in both, so that what was scanned is kept by copying it, and what was
/// kept is used without decoding it.
/// </summary>
/// <remarks>
/// <para>All numbers are little-endian. In order:</para>
/// <list type="number">
/// <item>The stanzas: length (4 bytes) and bytes. None crosses a block of the store, so that looking at it is one read of one block; one
/// that is longer than a block starts at a block of its own. What is left over is zero, and so is the length that tells it.</item>
/// <item>The tables, each from names to stanzas: for each slot, and for the end, the number of its first entry (4 bytes), then the
/// entries: hash of the name, the stanza's number, the name's place, the name's length (4 bytes each), those of a slot
/// in the order in which they were added.</item>
/// <item>Facts: bytes that mean something to whoever wrote them.</item>
/// <item>The end: number of stanzas (4), number of tables (4), seed of the hash (8), length of the stanzas (8), length of
/// the facts (4), zero (4); then for each table its place (8), its number of slots (4), its number of entries (4).</item>
/// </list>
/// </remarks>
internal static class IndexFormat
{
    /// <summary>Counts changes that a reader of an earlier version would misread, also of what lies in a stanza, and of which stanzas are kept.</summary>
    public const int Version = 2;

    public const int LengthSize = sizeof(int);
    public const int EntrySize = 16;
    public const int EndSize = 32;
    public const int TableSize = 16;

    /// <summary>The stanzas lie in slabs of this size while they are in memory; a power of two.</summary>
    public const int SlabSize = 1 << 20;

    public const int LongestStanza = SlabSize - LengthSize;

    /// <summary>A seed that nobody could have had in mind when choosing names.</summary>
    public static ulong NewSeed() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>A name's hash: words of eight bytes, each multiplied to 128 bits and folded.</summary>
    public static uint Hash(ulong seed, ReadOnlySpan<byte> name)
    {
        const ulong Odd = 0x9e3779b97f4a7c15;
        ulong hash = seed ^ (ulong)name.Length;
        for (; name.Length >= sizeof(ulong); name = name[sizeof(ulong)..])
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name));
        }

        ulong rest = 0;
        foreach (byte next in name)
        {
            rest = (rest << 8) | next;
        }

        hash = Fold(hash ^ rest);
        return (uint)(hash ^ (hash >> 32));

        ulong Fold(ulong value)
        {
            ulong high = Math.BigMul(value ^ seed, Odd, out ulong low);
            return BitOperations.RotateLeft(high ^ low, 23);
        }
    }
}

/// <summary>An entry of a table: that the stanza with that number bears, or provides, the name which lies at <see cref="Name"/>.</summary>
internal readonly record struct IndexEntry(uint Hash, int Stanza, int Name, int NameLength)
{
    public static IndexEntry Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]));

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Hash);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Stanza);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Name);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], NameLength);
    }
}
