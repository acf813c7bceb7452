namespace Bothy.Formats.Compression.Xz;

/// <summary>Gives the bytes of a block through a filter.</summary>
internal sealed class FilteredBlock(IDecoder inner, BlockFilter filter) : IDecoder
{
    /// <summary>One more than a filter may leave undone: IA-64 works on 16 bytes.</summary>
    public const int LongestRest = 16;

    // The filter works in place, and the inner decoder still needs its bytes as they are: they may be its dictionary.
    private byte[] _buffer = [];
    private int _done;
    private int _rest;
    private bool _ended;

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        do
        {
            _buffer.AsSpan(_done, _rest).CopyTo(_buffer);
            if (!_ended && inner.TryNext(out var next))
            {
                if (_buffer.Length < LongestRest + next.Length)
                {
                    Array.Resize(ref _buffer, LongestRest + next.Length);
                }

                next.Span.CopyTo(_buffer.AsSpan(_rest));
                int count = _rest + next.Length;
                _done = filter.Apply(_buffer.AsSpan(0, count));
                _rest = count - _done;
            }
            else
            {
                _ended = true;
                _done = _rest;
                _rest = 0;
            }
        }
        while (_done == 0 && !_ended);

        bytes = _buffer.AsMemory(0, _done);
        return _done > 0;
    }

    public void Dispose() => inner.Dispose();
}
