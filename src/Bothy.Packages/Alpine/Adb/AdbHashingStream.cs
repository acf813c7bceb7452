using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>Hashes what is read through it.</summary>
internal sealed class AdbHashingStream(Stream inner, HashAlgorithmName algorithm) : ForwardReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _hash.AppendData(buffer[..read]);
        return read;
    }

    /// <summary>The hash of what was read.</summary>
    public byte[] Hash() => _hash.GetHashAndReset();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
