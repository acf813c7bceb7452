using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Formats.Compression.Xz;

/// <summary>The integrity check at the end of each block (xz format §2.1.1.2).</summary>
internal sealed class XzCheck : IDisposable
{
    private const int None = 0;
    private const int IdOfCrc32 = 1;
    private const int IdOfCrc64 = 4;
    private const int IdOfSha256 = 10;

    private readonly int _id;
    private readonly IncrementalHash? _sha256;
    private uint _crc32;
    private ulong _crc64;

    private XzCheck(int id)
    {
        _id = id;
        _sha256 = id == IdOfSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>The bytes that the check takes in the file.</summary>
    public int Size => _id switch
    {
        None => 0,
        IdOfCrc32 => sizeof(uint),
        IdOfCrc64 => sizeof(ulong),
        _ => SHA256.HashSizeInBytes,
    };

    /// <summary>The check with this number; null where we know none such.</summary>
    public static XzCheck? Create(int id) => id is None or IdOfCrc32 or IdOfCrc64 or IdOfSha256 ? new XzCheck(id) : null;

    /// <summary>Takes the next uncompressed bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        switch (_id)
        {
            case IdOfCrc32:
                _crc32 = Crc32.Append(_crc32, bytes);
                break;
            case IdOfCrc64:
                _crc64 = Crc64.Append(_crc64, bytes);
                break;
            case IdOfSha256:
                _sha256!.AppendData(bytes);
                break;
        }
    }

    /// <summary>Whether the bytes since the last call have the check <paramref name="stored"/>; starts over.</summary>
    public bool Ends(ReadOnlySpan<byte> stored)
    {
        Span<byte> actual = stackalloc byte[SHA256.HashSizeInBytes];
        switch (_id)
        {
            case IdOfCrc32:
                BinaryPrimitives.WriteUInt32LittleEndian(actual, _crc32);
                break;
            case IdOfCrc64:
                BinaryPrimitives.WriteUInt64LittleEndian(actual, _crc64);
                break;
            case IdOfSha256:
                _sha256!.GetHashAndReset(actual);
                break;
        }

        _crc32 = 0;
        _crc64 = 0;
        return stored.SequenceEqual(actual[..Size]);
    }

    public void Dispose() => _sha256?.Dispose();
}
