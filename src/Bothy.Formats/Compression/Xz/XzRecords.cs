using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// The sizes of a stream's blocks, once as they were met and once as the index lists them. Only a hash of each list is kept:
/// a hostile file could have a million blocks.
/// </summary>
internal sealed class XzRecords : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the sizes of the next block.</summary>
    public void Add(long unpaddedSize, long uncompressedSize)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(record, unpaddedSize);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], uncompressedSize);
        _hash.AppendData(record);
        Count++;
    }

    /// <summary>Whether <paramref name="other"/> lists the same blocks; both start over.</summary>
    public bool EndsLike(XzRecords other)
    {
        bool same = Count == other.Count & _hash.GetHashAndReset().AsSpan().SequenceEqual(other._hash.GetHashAndReset());
        Count = 0;
        other.Count = 0;
        return same;
    }

    public void Dispose() => _hash.Dispose();
}
