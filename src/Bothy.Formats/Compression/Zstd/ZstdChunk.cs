namespace Bothy.Formats.Compression.Zstd;

/// <summary>
/// Compresses one chunk of a frame, knowing the 1 MiB before it but nothing else, to whole blocks. What comes out depends on those bytes
/// alone: tables are cleared for each chunk, all arithmetic is on integers, and a machine's byte order is hidden.
/// </summary>
/// <remarks>Every constant here and in what it uses is part of <see cref="ZstdEncodingStream.Contract"/>.</remarks>
internal sealed class ZstdChunk : IChunk<ZstdChunk>
{
    /// <summary>No match refers back farther than two to this power: the history and the chunk.</summary>
    public const int WindowLog = 21;

    private const int ChunkSize = 1 << 20;
    private const int History = 1 << 20;
    private const int BlockHeaderSize = 3;

    // Room for the reads of eight bytes that begin before the end.
    private const int Slack = 16;

    private readonly byte[] _input = new byte[History + ChunkSize + Slack];
    private readonly byte[] _output = new byte[ChunkSize + (ChunkSize / ZstdFrame.LargestBlock * BlockHeaderSize)];
    private readonly ZstdMatcher _matcher = new();
    private readonly ZstdBlockWriter _writer = new();
    private int _start;
    private int _end;
    private int _outputLength;

    /// <inheritdoc />
    public bool IsFull => _end == _start + ChunkSize;

    /// <inheritdoc />
    public bool IsEmpty => _end == _start;

    /// <inheritdoc />
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _outputLength);

    /// <inheritdoc />
    public void Begin(ZstdChunk? previous)
    {
        int history = previous is null ? 0 : Math.Min(previous._end, History);
        previous?._input.AsSpan(previous._end - history, history).CopyTo(_input);
        _start = _end = history;
        _outputLength = 0;
    }

    /// <inheritdoc />
    public int Add(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _start + ChunkSize - _end);
        bytes[..count].CopyTo(_input.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <inheritdoc />
    public void Encode()
    {
        // What an earlier chunk left behind the end must not be looked at.
        _input.AsSpan(_end, Slack).Clear();
        _matcher.Begin(_input, _start);
        for (int at = _start; at < _end;)
        {
            int length = Math.Min(_end - at, ZstdFrame.LargestBlock);
            EncodeBlock(at, length);
            at += length;
        }
    }

    // Compressed where that is shorter, with the distances that the decoder then knows; else as it is.
    private void EncodeBlock(int at, int length)
    {
        var block = _input.AsSpan(at, length);
        if (block.IndexOfAnyExcept(block[0]) < 0)
        {
            WriteHeader(kind: 1, length);
            _output[_outputLength++] = block[0];
            _matcher.Skip(at, length);
            return;
        }

        var recent = _matcher.Recent;
        _matcher.Find(at, length);
        var compressed = _writer.Write(_matcher);
        if (compressed.Length < length)
        {
            WriteHeader(kind: 2, compressed.Length);
            compressed.CopyTo(_output.AsSpan(_outputLength));
            _outputLength += compressed.Length;
            return;
        }

        _matcher.Recent = recent;
        WriteHeader(kind: 0, length);
        block.CopyTo(_output.AsSpan(_outputLength));
        _outputLength += length;
    }

    private void WriteHeader(int kind, int size)
    {
        int header = (kind << 1) | (size << 3);
        _output[_outputLength++] = (byte)header;
        _output[_outputLength++] = (byte)(header >> 8);
        _output[_outputLength++] = (byte)(header >> 16);
    }
}
