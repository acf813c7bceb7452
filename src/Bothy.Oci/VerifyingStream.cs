using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Oci;

/// <summary>
/// Reads a blob and fails unless it is exactly the blob its descriptor promised. The check is made at the end of the
/// stream, so nothing read from it may be trusted, or moved to its final place, before <c>Read</c> has returned 0.
/// </summary>
public sealed class VerifyingStream : ForwardReadStream
{
    private readonly Stream _inner;
    private readonly Descriptor _expected;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _seen;

    /// <summary>Reads <paramref name="inner"/>, which it owns from now on, as the blob <paramref name="expected"/>.</summary>
    public VerifyingStream(Stream inner, Descriptor expected)
    {
        _inner = inner;
        _expected = expected;
    }

    /// <inheritdoc />
    /// <exception cref="BothyException">The blob is longer than promised or, at its end, another one.</exception>
    public override int Read(Span<byte> buffer)
    {
        int read = _inner.Read(buffer);
        Check(buffer[..read], atEnd: read == 0 && !buffer.IsEmpty);
        return read;
    }

    /// <inheritdoc />
    /// <exception cref="BothyException">As <see cref="Read(Span{byte})"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _inner.ReadAsync(buffer, cancellationToken);
        Check(buffer.Span[..read], atEnd: read == 0 && !buffer.IsEmpty);
        return read;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        _seen += bytes.Length;

        // Stop at the first byte too many: whoever sends it must not be able to fill the disk before we notice.
        if (_seen > _expected.Size)
        {
            throw Refused(FormattableString.Invariant($"longer than the {_expected.Size} bytes promised"));
        }

        _hash.AppendData(bytes);
        if (atEnd)
        {
            CheckEnd();
        }
    }

    private void CheckEnd()
    {
        if (_seen != _expected.Size)
        {
            throw Refused(FormattableString.Invariant($"got {_seen} bytes, want {_expected.Size}"));
        }

        var actual = Digest.FromHash(_hash.GetCurrentHash());
        if (actual != _expected.Digest)
        {
            throw Refused($"the content is {actual}");
        }
    }

    private BothyException Refused(string reason) => new($"cannot accept {_expected.Digest}: {reason}");
}
