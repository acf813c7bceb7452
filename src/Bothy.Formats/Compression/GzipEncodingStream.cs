using System.Buffers.Binary;
using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Compression;

/// <summary>
/// Writes what it is given as one gzip member (RFC 1952) without name or time. The bytes are part of Bothy's contract: they depend
/// on the input and <see cref="Contract"/> alone, not on how the input is cut into writes, the parallelism, or the machine.
/// Disposing it ends the member.
/// </summary>
public sealed class GzipEncodingStream : WriteOnlyStream
{
    /// <summary>The name of the encoding. A change of one output byte for any input needs a new name.</summary>
    public const string Contract = "v1";

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly DeflatePipeline _deflate;
    private uint _crc;
    private uint _length;
    private bool _ended;

    /// <summary>Begins a member on <paramref name="output"/>, compressing on up to <paramref name="parallelism"/> threads.</summary>
    public GzipEncodingStream(Stream output, int parallelism, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        _output = output;
        _leaveOpen = leaveOpen;
        output.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
        _deflate = new DeflatePipeline(output, parallelism);
    }

    /// <inheritdoc />
    public override bool CanWrite => !_ended;

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _crc = Crc32.Append(_crc, buffer);
        _length = unchecked(_length + (uint)buffer.Length);
        _deflate.Write(buffer);
    }

    /// <summary>Does nothing: where output is flushed would otherwise change the bytes.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_ended)
        {
            _ended = true;
            _deflate.End();
            Span<byte> trailer = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, _crc);
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
            _output.Write(trailer);
            if (!_leaveOpen)
            {
                _output.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
