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
    private readonly Growth _growth;
    private readonly IncrementalHash _hash;
    private readonly byte[] _bytes;
    private int _length;

    /// <summary>Prepares for a file of <paramref name="size"/> bytes.</summary>
    public ArrivingBytes(int size, HashAlgorithmName algorithm)
    {
        _growth = new Growth(size);
        _bytes = GC.AllocateUninitializedArray<byte>(size);
        _hash = IncrementalHash.CreateHash(algorithm);
    }

    /// <summary>Whether what was there had to be thrown away: then readers failed, and the bytes have to be read anew.</summary>
    public bool WasRestarted => _growth.WasRestarted;

    /// <summary>The bytes that are there.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    public override long Length => _length;

    /// <summary>Ends the arrival, whole or not, and lets readers see its end. Returns the hash in lower-case hex digits.</summary>
    public string Complete()
    {
        _growth.End();
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    /// <summary>Reads the bytes once they are all there.</summary>
    public Stream OpenWhole() => new MemoryStream(_bytes, 0, _length, writable: false);

    /// <summary>Reads the bytes from the start while they arrive.</summary>
    public GrowthReader OpenRead() => _growth.OpenRead((buffer, position) =>
    {
        _bytes.AsSpan((int)position, buffer.Length).CopyTo(buffer);
        return buffer.Length;
    });

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > _bytes.Length - _length)
        {
            throw new IOException("more bytes than announced");
        }

        // Nobody reads beyond the length, so the copy needs no lock.
        buffer.CopyTo(_bytes.AsSpan(_length));
        _hash.AppendData(buffer);
        _length += buffer.Length;
        _growth.Advance(buffer.Length);
    }

    protected override void Clear()
    {
        _length = 0;
        _growth.Restart();
        _ = _hash.GetHashAndReset();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _growth.End();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
