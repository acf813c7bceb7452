using System.Collections.Concurrent;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Oci.Copying;

/// <summary>Takes blobs from a source to a target, several at once, and none that is there.</summary>
internal sealed class BlobTransfer(ImageSource source, ImageTarget target, CopyOptions options)
{
    private readonly ConcurrentDictionary<Digest, long> _arrived = new();
    private readonly Lock _gate = new();
    private int _done;
    private int _all;
    private long _bytes;
    private long _allBytes;

    public int Sent { get; private set; }

    public long SentBytes { get; private set; }

    public int Present { get; private set; }

    /// <summary>Takes <paramref name="blobs"/>; each blob once, however often it is asked for.</summary>
    public async Task RunAsync(IEnumerable<Descriptor> blobs, CancellationToken cancellationToken)
    {
        Descriptor[] wanted = [.. blobs.Where(blob => _arrived.TryAdd(blob.Digest, 0))];
        lock (_gate)
        {
            _all += wanted.Length;
            _allBytes += wanted.Sum(blob => blob.Size);
        }

        // The largest first: a long one that comes last is waited for alone.
        await Parallel.ForEachAsync(
            wanted.OrderByDescending(blob => blob.Size),
            new ParallelOptions { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken },
            async (blob, token) => await TakeAsync(blob, token));
    }

    private async Task TakeAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        bool present = await target.HasBlobAsync(blob, cancellationToken);
        if (!present)
        {
            await target.PutBlobAsync(blob, token => source.OpenBlobAsync(blob, token), new Part(this, blob.Digest), cancellationToken);
        }

        lock (_gate)
        {
            _done++;
            (Sent, SentBytes, Present) = present ? (Sent, SentBytes, Present + 1) : (Sent + 1, SentBytes + blob.Size, Present);
        }

        Arrived(blob.Digest, blob.Size);
    }

    private void Arrived(Digest digest, long bytes)
    {
        CopyProgress progress;
        lock (_gate)
        {
            _bytes += bytes - _arrived[digest];
            _arrived[digest] = bytes;
            progress = new CopyProgress(_done, _all, _bytes, _allBytes);
        }

        options.Progress?.Report(progress);
    }

    private sealed class Part(BlobTransfer transfer, Digest digest) : IProgress<long>
    {
        public void Report(long value) => transfer.Arrived(digest, value);
    }
}
