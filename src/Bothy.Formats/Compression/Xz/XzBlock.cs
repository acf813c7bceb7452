namespace Bothy.Formats.Compression.Xz;

/// <summary>One block being read: its bytes, and at their end everything that the file says about them.</summary>
internal sealed class XzBlock : IDisposable
{
    private readonly CompressedInput _input;
    private readonly XzCheck _check;
    private readonly XzBlockHeader _header;
    private readonly IDecoder _decoder;
    private readonly long _start;
    private long _uncompressed;

    /// <summary>Reads the header of the block that begins at the input's next byte.</summary>
    public XzBlock(CompressedInput input, XzCheck check)
    {
        _input = input;
        _check = check;
        _header = XzBlockHeader.Take(input);
        _start = input.Offset;
        _decoder = FilterChain.Open(input, _header);
    }

    /// <summary>The next bytes; false at the end of the block, once it is verified and recorded in <paramref name="records"/>.</summary>
    public bool TryNext(XzRecords records, out ReadOnlyMemory<byte> bytes)
    {
        if (_decoder.TryNext(out bytes))
        {
            _uncompressed += bytes.Length;
            if (_uncompressed > (_header.UncompressedSize ?? long.MaxValue))
            {
                _input.Fail("a block is longer than its header says");
            }

            _check.Append(bytes.Span);
            return true;
        }

        End(records);
        return false;
    }

    public void Dispose() => _decoder.Dispose();

    private void End(XzRecords records)
    {
        long compressed = _input.Offset - _start;
        if (_uncompressed != (_header.UncompressedSize ?? _uncompressed) || compressed != (_header.CompressedSize ?? compressed))
        {
            _input.Fail("a block is not as long as its header says");
        }

        _input.SkipPadding(_start);
        if (!_check.Ends(_input.Peek(_check.Size)))
        {
            _input.Fail("the check of a block is wrong: its content is damaged");
        }

        _input.Skip(_check.Size);
        records.Add(_header.Size + compressed + _check.Size, _uncompressed);
    }
}
