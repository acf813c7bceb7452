using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Bothy.Store;

/// <summary>The file of a derived result, opened: every block of its content is checked before a byte of it is given away. Safe for concurrent use.</summary>
/// <remarks>
/// The content comes first, then the SHA-256 of each of its blocks of 8 KiB, then a trailer, its numbers little-endian: magic
/// (8 bytes), length of the content (8), and SHA-256 (32) over the result's name, that length and the blocks' digests. So a reader
/// that wants a few hundred bytes of a large result reads and hashes only the blocks in which they are.
/// </remarks>
internal sealed class ResultFile : IDisposable
{
    public const int BlockSize = 8 << 10;

    private const int TrailerSize = 16 + SHA256.HashSizeInBytes;

    private readonly SafeFileHandle _handle;
    private readonly StoreDirectory _directory;
    private readonly string _path;
    private readonly ResultName _name;
    private byte[] _digests = [];

    private ResultFile(SafeFileHandle handle, StoreDirectory directory, string path, ResultName name)
    {
        _handle = handle;
        _directory = directory;
        _path = path;
        _name = name;
    }

    /// <summary>The length of the content.</summary>
    public long Length { get; private set; }

    // The last byte counts the changes of the format; a file of another one is none.
    private static ReadOnlySpan<byte> Magic => "BOTHYRS2"u8;

    /// <summary>What follows the content: the digests of its blocks, and the trailer.</summary>
    public static byte[] End(ResultName name, long length, ReadOnlySpan<byte> digests)
    {
        byte[] end = new byte[digests.Length + TrailerSize];
        digests.CopyTo(end);
        var trailer = end.AsSpan(digests.Length);
        Magic.CopyTo(trailer);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[8..], length);
        Hash(name, length, digests).CopyTo(trailer[16..]);
        return end;
    }

    /// <summary>Opens a result; null where there is none, or only one of another version of the format.</summary>
    /// <exception cref="DamagedItemException">The digests of its blocks are damaged; it was removed.</exception>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static ResultFile? TryOpen(StoreDirectory directory, ResultName name)
    {
        string path = directory.Result(name);
        if (directory.TryOpenRead(path, name.ToString()) is not { } handle)
        {
            return null;
        }

        var file = new ResultFile(handle, directory, path, name);
        try
        {
            if (file.ReadEnd())
            {
                return file;
            }

            file.Dispose();
            return null;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads blocks from <paramref name="block"/> on: as many as <paramref name="destination"/> has room for, and the last one however long it is.</summary>
    /// <exception cref="DamagedItemException">One of them is not what was written; the result was removed.</exception>
    public int ReadBlocks(long block, Span<byte> destination)
    {
        long offset = block * BlockSize;
        int wanted = (int)Math.Min(destination.Length, Length - offset);
        if (offset + wanted < Length)
        {
            wanted -= wanted % BlockSize;
        }

        var bytes = destination[..wanted];
        Fill(offset, bytes);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        for (int at = 0; at < wanted; at += BlockSize, block++)
        {
            SHA256.HashData(bytes.Slice(at, Math.Min(BlockSize, wanted - at)), digest);
            if (!digest.SequenceEqual(_digests.AsSpan((int)block * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)))
            {
                throw Damaged("a part of it has another digest");
            }
        }

        return wanted;
    }

    /// <summary>Removes the result and returns the exception to throw.</summary>
    public DamagedItemException Damaged(string problem) => _directory.Damaged(_path, _name.ToString(), problem);

    public void Dispose() => _handle.Dispose();

    // False where the file is of another version.
    private bool ReadEnd()
    {
        long fileLength = RandomAccess.GetLength(_handle);
        byte[] trailer = new byte[TrailerSize];
        if (fileLength < TrailerSize)
        {
            throw Damaged("it is too short");
        }

        Fill(fileLength - TrailerSize, trailer);
        if (!trailer.AsSpan().StartsWith(Magic))
        {
            return trailer.AsSpan().StartsWith(Magic[..^1]) ? false : throw Damaged("it does not end like a result");
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(8));
        long digests = fileLength - TrailerSize - length;
        if (length < 0 || digests < 0 || digests > int.MaxValue || digests != ((length + BlockSize - 1) / BlockSize) * SHA256.HashSizeInBytes)
        {
            throw Damaged("it is not as long as it says");
        }

        _digests = GC.AllocateUninitializedArray<byte>((int)digests);
        Fill(length, _digests);
        Length = length;
        return Hash(_name, length, _digests).AsSpan().SequenceEqual(trailer.AsSpan(16)) ? true : throw Damaged("its digests have another digest");
    }

    private void Fill(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count;
            try
            {
                count = RandomAccess.Read(_handle, buffer, offset);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw StoreDirectory.Unreadable(_name.ToString(), failure);
            }

            if (count == 0)
            {
                throw Damaged("it ends too early");
            }

            buffer = buffer[count..];
            offset += count;
        }
    }

    private static byte[] Hash(ResultName name, long length, ReadOnlySpan<byte> digests)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, length);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(name.Prefix);
        hash.AppendData(number);
        hash.AppendData(digests);
        return hash.GetHashAndReset();
    }
}
