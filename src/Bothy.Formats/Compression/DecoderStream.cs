namespace Bothy.Formats.Compression;

/// <summary>What a decoder makes, as a stream with a limit.</summary>
internal sealed class DecoderStream : ForwardReadStream
{
    private readonly string _source;
    private readonly long _limit;
    private readonly CompressedInput _input;
    private readonly IDecoder _decoder;
    private readonly IDisposable[] _owned;
    private ReadOnlyMemory<byte> _ready;
    private long _given;
    private bool _broken;
    private bool _disposed;

    /// <summary>Decodes <paramref name="inner"/>, reading ahead; more than <paramref name="limit"/> bytes out of it are a failure.</summary>
    public DecoderStream(Stream inner, Func<CompressedInput, IDecoder> open, string source, long limit, bool leaveOpen)
    {
        _source = source;
        _limit = limit;
        _input = new CompressedInput(inner, source);
        _decoder = open(_input);
        _owned = leaveOpen ? [_decoder, _input] : [_decoder, _input, inner];
    }

    /// <summary>Gives what <paramref name="decoder"/> makes of a part of <paramref name="input"/>; both stay the caller's.</summary>
    public DecoderStream(CompressedInput input, IDecoder decoder, string source, long limit)
    {
        _source = source;
        _limit = limit;
        _input = input;
        _decoder = decoder;
        _owned = [];
    }

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_broken)
        {
            // Reading on behind a failure could end in a 0 that looks like a verified end.
            throw _input.Malformed("reading it failed before");
        }

        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_ready.IsEmpty)
        {
            _broken = true;
            if (_decoder.TryNext(out _ready) && (_given += _ready.Length) > _limit)
            {
                throw LimitedStream.TooLong(_source, _limit);
            }

            _broken = false;
        }

        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ready = default;
            foreach (var owned in _owned)
            {
                owned.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
