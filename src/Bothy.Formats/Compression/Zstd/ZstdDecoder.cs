using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>Walks through the frames of a zstd file and gives the bytes of their blocks.</summary>
internal sealed class ZstdDecoder : IDecoder
{
    /// <summary>The largest window that is given to a frame, which is what the zstd program gives it unless told otherwise.</summary>
    private const int LargestWindow = 128 << 20;

    private const int RawBlock = 0;
    private const int RepeatedBlock = 1;
    private const int CompressedBlock = 2;
    private const int BlockHeaderSize = 3;

    private readonly CompressedInput _input;
    private readonly ZstdWindow _window = new();
    private readonly ZstdLiterals _literals;
    private readonly ZstdSequences _sequences;
    private XxHash64 _hash;
    private ZstdFrame _frame;
    private long _given;
    private bool _inFrame;
    private bool _begun;

    public ZstdDecoder(CompressedInput input)
    {
        _input = input;
        _literals = new ZstdLiterals(input);
        _sequences = new ZstdSequences(input, _window);
    }

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        while (bytes.IsEmpty)
        {
            if (!_inFrame)
            {
                if (_begun && !_input.TryFill(1))
                {
                    return false;
                }

                BeginFrame();
            }
            else
            {
                bytes = NextBlock();
            }
        }

        return true;
    }

    public void Dispose() => _window.Dispose();

    private void BeginFrame()
    {
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_input.Peek(sizeof(uint)));
        if (magic != ZstdFrame.Magic && (magic & ZstdFrame.SkippableMask) != ZstdFrame.SkippableMagic)
        {
            _input.Fail(_begun ? "what follows a zstd frame is none" : "it does not begin like a zstd frame");
        }

        _begun = true;
        _input.Skip(sizeof(uint));
        if (magic != ZstdFrame.Magic)
        {
            SkipFrame();
            return;
        }

        _frame = ZstdFrame.Read(_input);
        if (_frame.WindowSize > LargestWindow)
        {
            _input.Fail(FormattableString.Invariant($"it needs a window of {(_frame.WindowSize + (1 << 20) - 1) >> 20} MiB, and the limit is {LargestWindow >> 20}"));
        }

        _window.Begin((int)_frame.WindowSize, _frame.BlockSize, _frame.ContentSize);
        _literals.BeginFrame();
        _sequences.BeginFrame();
        _hash.Begin();
        _given = 0;
        _inFrame = true;
    }

    private void SkipFrame()
    {
        for (uint left = BinaryPrimitives.ReadUInt32LittleEndian(_input.Take(sizeof(uint))); left > 0;)
        {
            int count = (int)Math.Min(left, 64 << 10);
            _input.Take(count);
            left -= (uint)count;
        }
    }

    private ReadOnlyMemory<byte> NextBlock()
    {
        var three = _input.Peek(BlockHeaderSize);
        int header = three[0] | (three[1] << 8) | (three[2] << 16);
        int kind = (header >> 1) & 3;
        int size = header >> 3;
        if (kind > CompressedBlock || size > _frame.BlockSize)
        {
            _input.Fail(kind > CompressedBlock ? "a zstd block is of the kind that is reserved" : "a zstd block is larger than its frame allows");
        }

        _input.Skip(BlockHeaderSize);
        _window.BeginBlock();
        int start = _window.Position;
        int stored = kind == RepeatedBlock ? 1 : size;
        Decode(kind, _input.Peek(stored), size);
        _input.Skip(stored);
        var bytes = _window.Buffer.AsMemory(start, _window.Position - start);
        Count(bytes.Span);
        if ((header & 1) != 0)
        {
            EndFrame();
        }

        return bytes;
    }

    private void Decode(int kind, ReadOnlySpan<byte> block, int size)
    {
        if (kind == CompressedBlock)
        {
            if (block.IsEmpty)
            {
                _input.Fail("a zstd block is compressed to nothing");
            }

            int end = _input.At + size;
            int at = _literals.Read(_input.At, end, _frame.BlockSize);
            _sequences.Execute(at, end, _literals);
            return;
        }

        var target = _window.Buffer.AsSpan(_window.Position, size);
        if (kind == RawBlock)
        {
            block.CopyTo(target);
        }
        else
        {
            target.Fill(block[0]);
        }

        _window.Position += size;
    }

    private void Count(ReadOnlySpan<byte> bytes)
    {
        _given += bytes.Length;
        if (_given > _frame.ContentSize)
        {
            FailSize();
        }

        if (_frame.HasChecksum)
        {
            _hash.Append(bytes);
        }
    }

    private void EndFrame()
    {
        if (_frame.ContentSize is { } size && size != _given)
        {
            FailSize();
        }

        if (_frame.HasChecksum && BinaryPrimitives.ReadUInt32LittleEndian(_input.Peek(sizeof(uint))) != (uint)_hash.End())
        {
            _input.Fail("the checksum of a zstd frame is wrong: its content is damaged");
        }

        _input.Skip(_frame.HasChecksum ? sizeof(uint) : 0);
        _inFrame = false;
    }

    private void FailSize() => _input.Fail(FormattableString.Invariant($"a zstd frame stands for other than the {_frame.ContentSize} bytes that it says"));
}
