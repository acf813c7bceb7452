using System.Security.Cryptography;
using Bothy.Formats;

namespace Bothy.Oci.Layers;

/// <summary>Counts and hashes what is written on its way to another stream, which stays the caller's, until it is cancelled.</summary>
internal sealed class DigestingStream(Stream output, CancellationToken cancellationToken) : WriteOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>How many bytes were written so far.</summary>
    public long Written { get; private set; }

    /// <summary>The digest of what was written so far.</summary>
    public Digest Digest => Digest.FromHash(_hash.GetCurrentHash());

    /// <summary>Where what is written from here on goes as well; null for nowhere.</summary>
    public Stream? Copy { get; set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _hash.AppendData(buffer);
        Written += buffer.Length;
        output.Write(buffer);
        Copy?.Write(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
