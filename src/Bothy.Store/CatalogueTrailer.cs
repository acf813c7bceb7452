using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Store;

/// <summary>
/// The file of a catalogue: the bytes of all its files one after the other (the pack), the table of its entries, and a trailer of
/// fixed size that says where the table is and what its digest is.
/// </summary>
/// <remarks>
/// All numbers of the trailer are little-endian: magic (8 bytes), version (4), zero (4), offset of the table (8), its length (8),
/// SHA-256 (32) over what comes before in the trailer, the name of the catalogue and the table. The table consists of
/// sections: number, length, content; a reader passes over sections that it does not know, so that facts about
/// files can be added without making every catalogue anew. See <see cref="TableWriter"/> for what they hold.
/// </remarks>
internal readonly record struct CatalogueTrailer(long TableOffset, int TableLength, Digest TableDigest)
{
    public const int Size = 64;

    /// <summary>Counts changes that a reader of an earlier version would misread.</summary>
    public const uint Version = 1;

    private const int Covered = 32;

    private static ReadOnlySpan<byte> Magic => "BOTHYCAT"u8;

    /// <summary>The trailer of a table that starts at <paramref name="offset"/>.</summary>
    public static byte[] Write(long offset, ReadOnlySpan<byte> table, CatalogueName name)
    {
        byte[] trailer = new byte[Size];
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(16), offset);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(24), table.Length);
        Hash(trailer, table, name).CopyTo(trailer, Covered);
        return trailer;
    }

    /// <summary>Reads the trailer of a file; null where its version is another.</summary>
    /// <exception cref="MalformedDataException">It is not a trailer.</exception>
    public static CatalogueTrailer? Read(ReadOnlySpan<byte> trailer, long fileLength, string source)
    {
        long at = fileLength - Size;
        if (trailer.Length != Size || !trailer.StartsWith(Magic))
        {
            throw new MalformedDataException(source, Math.Max(at, 0), "it does not end like a catalogue");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer[8..]) != Version)
        {
            return null;
        }

        long offset = BinaryPrimitives.ReadInt64LittleEndian(trailer[16..]);
        long length = BinaryPrimitives.ReadInt64LittleEndian(trailer[24..]);
        return offset >= 0 && length is >= 0 and <= int.MaxValue && offset <= at && at - offset == length
            ? new CatalogueTrailer(offset, (int)length, Digest.FromHash(trailer[Covered..]))
            : throw new MalformedDataException(source, at, "the table is not where the trailer says");
    }

    /// <summary>Whether <paramref name="table"/> is the one that <paramref name="trailer"/> was written for.</summary>
    public static bool Covers(ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> table, CatalogueName name) =>
        trailer[Covered..].SequenceEqual(Hash(trailer, table, name));

    private static byte[] Hash(ReadOnlySpan<byte> trailer, ReadOnlySpan<byte> table, CatalogueName name)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(trailer[..Covered]);
        hash.AppendData(Encoding.ASCII.GetBytes($"{name.Source} {name.Kind}\n"));
        hash.AppendData(table);
        return hash.GetHashAndReset();
    }
}
