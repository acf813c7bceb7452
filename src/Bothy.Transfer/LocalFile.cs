using System.Buffers;

namespace Bothy.Transfer;

/// <summary>
/// Addresses of the machine's own files: <c>file:/srv/mirror/…</c>, or apt's other word for them, <c>copy:/srv/mirror/…</c>. They are read on the
/// caller's thread: handing each read to another takes longer than the read.
/// </summary>
internal static class LocalFile
{
    /// <summary>The path that <paramref name="address"/> means, or null where it is not a local file.</summary>
    public static string? PathOf(Uri address) =>
        address.IsFile ? address.LocalPath
        : address.Scheme == "copy" ? Uri.UnescapeDataString(address.AbsolutePath)
        : null;

    public static FetchResult Fetch(Uri address, FetchOptions options)
    {
        try
        {
            using var file = Open(address);
            if (file.Length > options.MaxBytes)
            {
                throw TooLong(address, options.MaxBytes);
            }

            var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle));
            if (modified <= options.IfModifiedSince)
            {
                return new FetchResult.NotModified();
            }

            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return new FetchResult.Found(bytes, modified, EntityTag: null);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new FetchResult.NotFound(Failure(address, failure));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(address, failure);
        }
    }

    public static async Task CopyAsync(Uri address, Stream destination, DownloadOptions options, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var file = Guarded(address, () => Open(address));
        long limit = options.ExpectedSize ?? options.MaxBytes;
        destination.SetLength(0);
        destination.Position = 0;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            for (long total = 0; ;)
            {
                int count = Guarded(address, () => file.Read(buffer));
                if (count == 0)
                {
                    break;
                }

                total += count;
                if (total > limit)
                {
                    throw TooLong(address, limit);
                }

                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                progress?.Report(total);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (options.ExpectedSize is { } expected && destination.Length < expected)
        {
            // A copy always begins at the start, so what there is of it is of no use later.
            long length = destination.Length;
            destination.SetLength(0);
            throw TransferFailure.Permanent(address, FormattableString.Invariant($"it has {length} bytes where {expected} are expected"), TransferFailure.OtherSizeHint);
        }
    }

    private static FileStream Open(Uri address) => new(PathOf(address)!, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);

    private static BothyException TooLong(Uri address, long limit) =>
        TransferFailure.Permanent(address, FormattableString.Invariant($"it has more than {limit} bytes"));

    private static BothyException Failure(Uri address, Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => TransferFailure.NotFound(address, "there is no such file", inner: failure),
        UnauthorizedAccessException => TransferFailure.Permanent(address, "it may not be read", inner: failure),
        _ => TransferFailure.Permanent(address, FileFailure.Reason(failure), inner: failure),
    };

    private static T Guarded<T>(Uri address, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(address, failure);
        }
    }
}
