using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Xz;

/// <summary>Decodes LZMA2: chunks of at most 2 MiB, each LZMA or stored, until a zero byte.</summary>
internal sealed class Lzma2Decoder(CompressedInput input, int dictionarySize, long? uncompressedSize) : IDecoder
{
    // Small enough that what was decoded is still in the second-level cache when it is checked and copied out.
    private const int Step = 64 << 10;

    private const int DictionaryReset = 0xE0;
    private const int NewProperties = 0xC0;
    private const int StateReset = 0xA0;
    private const int Lzma = 0x80;
    private const int StoredWithReset = 1;
    private const int Stored = 2;

    private readonly SlidingWindow _window = new(dictionarySize, uncompressedSize);
    private readonly LzmaDecoder _lzma = new();
    private bool _needsDictionary = true;
    private bool _needsProperties = true;
    private bool _isLzma;
    private int _packedLeft;
    private int _unpackedLeft;

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        if (_unpackedLeft == 0 && !TryBeginChunk())
        {
            bytes = default;
            return false;
        }

        int count = Math.Min(Math.Min(_unpackedLeft, Step), _window.Room());
        int start = _window.Position;
        if (_isLzma)
        {
            DecodeLzma(count);
        }
        else
        {
            input.Take(count).CopyTo(_window.Buffer.AsSpan(start));
            _window.Advance(count);
        }

        _unpackedLeft -= count;
        if (_isLzma && _unpackedLeft == 0 && (_packedLeft != 0 || !_lzma.IsFinished))
        {
            input.Fail("a chunk of LZMA does not end where it says");
        }

        bytes = _window.Buffer.AsMemory(start, count);
        return true;
    }

    public void Dispose() => _window.Dispose();

    private void DecodeLzma(int count)
    {
        input.Peek(_packedLeft);
        int at = input.At;
        if (!_lzma.TryDecode(_window, count, input.Buffer, ref at, at + _packedLeft))
        {
            input.Fail("the LZMA data is damaged");
        }

        int consumed = at - input.At;
        input.Skip(consumed);
        _packedLeft -= consumed;
    }

    private bool TryBeginChunk()
    {
        int control = input.Take(1)[0];
        if (control == 0)
        {
            return false;
        }

        if (control is >= DictionaryReset or StoredWithReset)
        {
            _needsDictionary = false;
            _needsProperties = true;
            _window.Reset();
        }
        else if (_needsDictionary)
        {
            input.Fail("the first chunk of LZMA2 does not reset the dictionary");
        }

        _isLzma = control >= Lzma;
        if (_isLzma)
        {
            BeginLzma(control);
        }
        else if (control > Stored)
        {
            input.Fail(FormattableString.Invariant($"LZMA2 has no chunk of kind {control}"));
        }
        else
        {
            _unpackedLeft = BinaryPrimitives.ReadUInt16BigEndian(input.Take(2)) + 1;
        }

        return true;
    }

    private void BeginLzma(int control)
    {
        var sizes = input.Take(4);
        _unpackedLeft = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
        _packedLeft = BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1;
        if (control >= NewProperties)
        {
            if (!_lzma.TrySetProperties(input.Take(1)[0]))
            {
                input.Fail("the properties of LZMA are out of range");
            }

            _needsProperties = false;
        }
        else if (_needsProperties)
        {
            input.Fail("a chunk of LZMA comes before its properties");
        }

        if (control >= StateReset)
        {
            _lzma.ResetState();
        }

        const int RangeCoderStart = 5;
        if (_packedLeft < RangeCoderStart || !_lzma.TryBegin(input.Take(RangeCoderStart)))
        {
            input.Fail("a chunk of LZMA does not begin like one");
        }

        _packedLeft -= RangeCoderStart;
    }
}
