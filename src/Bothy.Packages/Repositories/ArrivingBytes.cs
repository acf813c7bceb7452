using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Packages.Repositories;

/// <summary>
/// A file of known size on its way into memory: a download writes at its end and hashes, and at the same time
/// <see cref="OpenRead"/> reads from its start and waits where it has caught up. So an index is decompressed and scanned
/// while it arrives; what was made of it counts only once <see cref="Complete"/> has found the bytes to be the right ones.
/// </summary>
internal sealed class ArrivingBytes : GrowingStream
{
    private readonly Lock _changed = new();
    private readonly IncrementalHash _hash;
    private readonly byte[] _bytes;
    private TaskCompletionSource? _waiting;
    private int _length;
    private bool _restarted;
    private bool _ended;

    /// <summary>Prepares for a file of <paramref name="size"/> bytes.</summary>
    public ArrivingBytes(int size, HashAlgorithmName algorithm)
    {
        _bytes = GC.AllocateUninitializedArray<byte>(size);
        _hash = IncrementalHash.CreateHash(algorithm);
    }

    /// <summary>Whether what was there had to be thrown away: then readers failed, and the bytes have to be read anew.</summary>
    public bool WasRestarted => _restarted;

    /// <summary>The bytes that are there.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public override long Length => _length;

    /// <summary>Ends the arrival, whole or not, and lets readers see its end. Returns the hash in lower-case hex digits.</summary>
    public string Complete()
    {
        lock (_changed)
        {
            _ended = true;
            Signal();
        }

        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>Reads the bytes once they are all there.</summary>
    public Stream OpenWhole() => new MemoryStream(_bytes, 0, _length, writable: false);

    /// <summary>Reads the bytes from the start while they arrive.</summary>
    public Reader OpenRead() => new(this);

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _bytes.Length - _length)
        {
            throw new IOException("more bytes than announced");
        }

        // Nobody reads beyond the length, so the copy needs no lock.
        buffer.CopyTo(_bytes.AsSpan(_length));
        _hash.AppendData(buffer);
        lock (_changed)
        {
            _length += buffer.Length;
            Signal();
        }
    }

    protected override void Clear()
    {
        lock (_changed)
        {
            _length = 0;
            _restarted = true;
            Signal();
        }

        _ = _hash.GetHashAndReset();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_changed)
            {
                _ended = true;
                Signal();
            }

            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    // Called with the lock held. The continuation must not run here: it would read with the lock, on the download's time.
    private void Signal()
    {
        _waiting?.SetResult();
        _waiting = null;
    }

    /// <summary>
    /// Reads from the start. Decoders read without awaiting: <see cref="AheadAsync"/> sees to it that they find what they
    /// need, so that a thread is only ever held where hostile bytes make a decoder ask for more than any honest ones do.
    /// </summary>
    internal sealed class Reader(ArrivingBytes arriving) : ForwardReadStream
    {
        private int _position;

        /// <summary>Waits until <paramref name="count"/> bytes can be read at once, or no more will come.</summary>
        public async ValueTask AheadAsync(int count, CancellationToken cancellationToken)
        {
            while (HasToWait(count, out var more))
            {
                await more.WaitAsync(cancellationToken);
            }
        }

        public override int Read(Span<byte> buffer)
        {
            while (HasToWait(1, out var more))
            {
                more.Wait();
            }

            lock (arriving._changed)
            {
                if (arriving._restarted)
                {
                    throw new IOException("the bytes that were read have been thrown away");
                }

                int count = Math.Min(buffer.Length, arriving._length - _position);
                arriving._bytes.AsSpan(_position, count).CopyTo(buffer);
                _position += count;
                return count;
            }
        }

        private bool HasToWait(int count, [NotNullWhen(true)] out Task? more)
        {
            lock (arriving._changed)
            {
                bool enough = arriving._length - _position >= count || arriving._length == arriving._bytes.Length;
                more = null;
                if (!enough && !arriving._ended && !arriving._restarted)
                {
                    arriving._waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    more = arriving._waiting.Task;
                }

                return more is not null;
            }
        }
    }
}
