using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Store;

/// <summary>Reads forward and hashes what it reads; the read that reaches the end fails where the bytes are not those promised.</summary>
/// <param name="inner">The bytes; it is disposed of with this stream.</param>
/// <param name="length">How many there are; further ones are not read.</param>
/// <param name="expected">Their digest.</param>
/// <param name="damaged">What to throw where it is another.</param>
public sealed class VerifyingStream(Stream inner, long length, Digest expected, Func<BothyException> damaged) : ForwardReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;
    private bool _checked;

    /// <summary>Called once when all bytes were read and found good.</summary>
    public Action? Verified { get; init; }

    /// <inheritdoc />
    public override long Length => length;

    /// <inheritdoc />
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int count = inner.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        _hash.AppendData(buffer[..count]);
        _position += count;
        if (_position == length || count == 0)
        {
            Check();
        }

        return count;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check()
    {
        if (_checked)
        {
            return;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        if (_position != length || Digest.FromHash(hash) != expected)
        {
            throw damaged();
        }

        _checked = true;
        Verified?.Invoke();
    }
}
