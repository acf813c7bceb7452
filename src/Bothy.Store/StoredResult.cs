using System.Security.Cryptography;

namespace Bothy.Store;

/// <summary>
/// The file of a derived result: its content, then a trailer of eight bytes that name the format and the SHA-256 (32 bytes) over the
/// result's name and the content.
/// </summary>
internal static class StoredResult
{
    private const int TrailerSize = 8 + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Magic => "BOTHYRS1"u8;

    /// <summary>The trailer of content with that hash.</summary>
    public static byte[] Trailer(ReadOnlySpan<byte> hash) => [.. Magic, .. hash];

    /// <summary>The whole content, verified; null where there is none that is good.</summary>
    public static byte[]? TryRead(StoreDirectory directory, ResultName name, int limit)
    {
        using var content = TryOpen(directory, name);
        if (content is null)
        {
            return null;
        }

        if (content.Length > limit)
        {
            throw new BothyException(FormattableString.Invariant($"cannot read {name} from the store: it has {content.Length} bytes, more than {limit}"));
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)content.Length);
        try
        {
            // The read behind the last byte is the one that verifies an empty result.
            content.ReadExactly(bytes);
            _ = content.ReadByte();
            return bytes;
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    /// <summary>The content, verified as it is read; null where there is none.</summary>
    public static Stream? TryOpen(StoreDirectory directory, ResultName name)
    {
        FileStream file;
        try
        {
            file = new FileStream(directory.Result(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {name} from the store: {FileFailure.Reason(failure)}", failure);
        }

        Span<byte> trailer = stackalloc byte[TrailerSize];
        long length = file.Length - TrailerSize;
        if (length < 0 || RandomAccess.Read(file.SafeFileHandle, trailer, length) != TrailerSize || !trailer.StartsWith(Magic))
        {
            // Of another version, or cut short by a power cut.
            file.Dispose();
            StoreDirectory.RemoveQuietly(directory.Result(name));
            return null;
        }

        return new VerifyingStream(file, length, Digest.FromHash(trailer[Magic.Length..]), Damaged) { Prefix = name.Prefix };

        DamagedItemException Damaged()
        {
            StoreDirectory.RemoveQuietly(directory.Result(name));
            return new DamagedItemException(name.ToString(), "its bytes have another digest");
        }
    }
}
