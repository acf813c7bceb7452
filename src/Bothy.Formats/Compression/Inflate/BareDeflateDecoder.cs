namespace Bothy.Formats.Compression.Inflate;

/// <summary>Decodes one deflate stream that is all there is.</summary>
internal sealed class BareDeflateDecoder : IDecoder
{
    private readonly CompressedInput _input;
    private readonly Inflater _inflater;

    public BareDeflateDecoder(CompressedInput input)
    {
        _input = input;
        _inflater = new Inflater(input);
        _inflater.Begin();
    }

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        if (_inflater.TryNext(out bytes))
        {
            return true;
        }

        if (_input.TryFill(1))
        {
            _input.Fail("bytes follow the compressed data");
        }

        return false;
    }

    public void Dispose() => _inflater.Dispose();
}
