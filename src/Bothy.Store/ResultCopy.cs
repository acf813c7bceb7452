using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Bothy.Store;

/// <summary>The content of a result on its way into a file: each part is checked before it is written, and parts are taken by several threads, since checking takes longest.</summary>
internal sealed class ResultCopy
{
    // Still in the cache of the processor that has read it when it is checked and written.
    private const int PartSize = 256 << 10;

    private readonly ResultFile _file;
    private readonly long _length;
    private readonly SafeFileHandle _destination;
    private readonly CancellationToken _cancellationToken;
    private long _next;
    private ExceptionDispatchInfo? _failure;

    private ResultCopy(ResultFile file, long length, SafeFileHandle destination, CancellationToken cancellationToken)
    {
        _file = file;
        _length = length;
        _destination = destination;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Copies the first <paramref name="length"/> bytes of <paramref name="file"/>.</summary>
    /// <exception cref="DamagedItemException">They are not those that were written; the result was removed.</exception>
    /// <exception cref="IOException">The destination cannot be written; other exceptions of files as well.</exception>
    public static void Run(ResultFile file, long length, SafeFileHandle destination, int threads, CancellationToken cancellationToken)
    {
        var copy = new ResultCopy(file, length, destination, cancellationToken);
        int parts = (int)Math.Min((length + PartSize - 1) / PartSize, threads);
        var others = new Task[Math.Max(parts - 1, 0)];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = Task.Run(copy.TakeParts, CancellationToken.None);
        }

        copy.TakeParts();
        Task.WaitAll(others, CancellationToken.None);
        copy._failure?.Throw();
    }

    // The first failure is the one to tell, and the others stop at it.
    private void TakeParts()
    {
        try
        {
            byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(PartSize, _file.Length));
            while (Volatile.Read(ref _failure) is null && Interlocked.Add(ref _next, PartSize) - PartSize is var offset && offset < _length)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                int read = _file.ReadBlocks(offset / ResultFile.BlockSize, buffer);
                RandomAccess.Write(_destination, buffer.AsSpan(0, (int)Math.Min(read, _length - offset)), offset);
            }
        }
        catch (Exception failure)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(failure), null);
        }
    }
}
