using System.Buffers.Binary;
using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Compression;

/// <summary>
/// Writes what it is given as gzip (RFC 1952) without names or times: one member, unless told to begin another. The bytes are part of Bothy's
/// contract: they depend on the input, where its fragments and members end, and <see cref="Contract"/> alone, not on how the input is cut into
/// writes, the parallelism, or the machine. Disposing it ends the last member.
/// </summary>
/// <remarks>
/// A fragment is a run of the input that is compressed as if nothing had come before it, to whole bytes. So what it was compressed to
/// once can be put into any other member, and making a stream that differs in one fragment compresses that one alone.
/// </remarks>
public sealed class GzipEncodingStream : WriteOnlyStream
{
    /// <summary>The name of the encoding. A change of one output byte for any input needs a new name.</summary>
    public const string Contract = "v2";

    private static readonly byte[] Header = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];

    // The last block of a member: fixed codes, nothing in it. So no chunk need know whether it is the last.
    private static readonly byte[] LastBlock = [0b011, 0];

    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly ChunkPipeline<DeflateEncoder> _deflate;
    private FragmentFacts _fragment;
    private FragmentFacts _member;
    private bool _begun;
    private bool _any;
    private bool _ended;

    /// <summary>Writes to <paramref name="output"/>, compressing on up to <paramref name="parallelism"/> threads.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="parallelism">How many chunks are compressed at once.</param>
    /// <param name="leaveOpen">Whether <paramref name="output"/> stays the caller's.</param>
    /// <param name="thorough">Whether to look longer for what repeats, which makes other bytes: 2 % fewer, in half as much time again.</param>
    public GzipEncodingStream(Stream output, int parallelism, bool leaveOpen, bool thorough = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        _output = output;
        _leaveOpen = leaveOpen;
        _deflate = new ChunkPipeline<DeflateEncoder>(
            output,
            parallelism,
            () => new DeflateEncoder(thorough ? DeflateEffort.Thorough : DeflateEffort.Fast),
            chunk => _fragment = _fragment.Then(new FragmentFacts(chunk.Crc, chunk.Length)));
    }

    /// <inheritdoc />
    public override bool CanWrite => !_ended;

    /// <inheritdoc />
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        Begin();
        _deflate.Write(buffer);
    }

    /// <summary>Ends the fragment that is being written: what is written after it does not refer to it.</summary>
    /// <param name="written">Called, with what the fragment stands for, once it is on the output and before anything after it is; null for nobody.</param>
    public void EndFragment(Action<FragmentFacts>? written = null)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        _deflate.EndRun();
        _deflate.Post(() =>
        {
            var fragment = _fragment;
            _fragment = default;
            _member = _member.Then(fragment);
            written?.Invoke(fragment);
        });
    }

    /// <summary>Puts in a fragment that was compressed earlier under the same contract.</summary>
    /// <param name="copy">Writes the fragment to the output, once everything before it is there, and gives what it stands for.</param>
    public void AppendFragment(Func<FragmentFacts> copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        EndFragment();
        Begin();
        _deflate.Post(() => _member = _member.Then(copy()));
    }

    /// <summary>Ends the member, if one is begun; what is written after it begins another.</summary>
    public void EndMember()
    {
        EndFragment();
        if (_begun)
        {
            _begun = false;
            _deflate.Post(WriteTrailer);
        }
    }

    /// <summary>Ends the fragment and calls <paramref name="action"/> once everything before is on the output and nothing after it is.</summary>
    public void Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        EndFragment();
        _deflate.Post(action);
    }

    /// <summary>Ends the fragment and waits until everything is on the output.</summary>
    public void Drain()
    {
        EndFragment();
        _deflate.Drain();
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
                // Nothing at all is an empty member: an empty file is not gzip.
                if (!_any)
                {
                    Begin();
                }

                EndMember();
                _deflate.Drain();
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

    private void Begin()
    {
        if (!_begun)
        {
            _begun = _any = true;
            _deflate.Post(() => _output.Write(Header));
        }
    }

    private void WriteTrailer()
    {
        Span<byte> trailer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, _member.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], unchecked((uint)_member.Length));
        _output.Write(LastBlock);
        _output.Write(trailer);
        _member = default;
    }
}
