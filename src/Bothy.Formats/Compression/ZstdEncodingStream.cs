using System.Buffers.Binary;
using Bothy.Formats.Compression.Zstd;

namespace Bothy.Formats.Compression;

/// <summary>
/// Writes what it is given as zstd (RFC 8878): one frame, unless told to begin another. The bytes are part of Bothy's contract: they depend
/// on the input, where its frames end, and <see cref="Contract"/> alone, not on how the input is cut into writes, the parallelism, or the
/// machine. Disposing it ends the last frame.
/// </summary>
/// <remarks>
/// A frame is compressed as if nothing had come before it, so that what it was compressed to once can be put into any other stream.
/// Each has the checksum of its content.
/// </remarks>
public sealed class ZstdEncodingStream : WriteOnlyStream
{
    /// <summary>The name of the encoding. A change of one output byte for any input needs a new name.</summary>
    public const string Contract = "v1";

    // A checksum, no size of the content, and the window that the encoder uses.
    private static readonly byte[] Header = [0x28, 0xB5, 0x2F, 0xFD, 0x04, (ZstdChunk.WindowLog - 10) << 3];

    // The last block of a frame: as it is, nothing in it. So no chunk need know whether it is the last.
    private static readonly byte[] LastBlock = [1, 0, 0];

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly ChunkPipeline<ZstdChunk> _chunks;
    private XxHash64 _hash;
    private bool _inFrame;
    private bool _any;
    private bool _ended;

    /// <summary>Writes to <paramref name="output"/>, compressing on up to <paramref name="parallelism"/> threads.</summary>
    public ZstdEncodingStream(Stream output, int parallelism, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        _output = output;
        _leaveOpen = leaveOpen;
        _chunks = new ChunkPipeline<ZstdChunk>(output, parallelism, static () => new ZstdChunk());
    }

    /// <inheritdoc />
    public override bool CanWrite => !_ended;

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (!buffer.IsEmpty)
        {
            BeginFrame();
            _hash.Append(buffer);
            _chunks.Write(buffer);
        }
    }

    /// <summary>Ends the frame, if one is begun; what is written after it begins another, which does not refer to it.</summary>
    public void EndFrame()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        if (_inFrame)
        {
            _inFrame = false;
            _chunks.EndRun();
            byte[] end = [.. LastBlock, 0, 0, 0, 0];
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(LastBlock.Length), (uint)_hash.End());
            _chunks.Post(() => _output.Write(end));
        }
    }

    /// <summary>
    /// Ends the frame and calls <paramref name="action"/> once everything before is on the output and nothing after it is: to learn where the
    /// frame ends, or to put in frames that were compressed earlier.
    /// </summary>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        EndFrame();
        _any = true;
        _chunks.Post(action);
    }

    /// <summary>Ends the frame and waits until everything is on the output.</summary>
    public void Drain()
    {
        EndFrame();
        _chunks.Drain();
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
            try
            {
                // Nothing at all is an empty frame: an empty file is not zstd.
                if (!_any)
                {
                    BeginFrame();
                }

                Drain();
            }
            finally
            {
                _ended = true;
                if (!_leaveOpen)
                {
                    _output.Dispose();
                }
            }
        }

        base.Dispose(disposing);
    }

    private void BeginFrame()
    {
        if (!_inFrame)
        {
            _inFrame = _any = true;
            _hash.Begin();
            _chunks.Post(() => _output.Write(Header));
        }
    }
}
