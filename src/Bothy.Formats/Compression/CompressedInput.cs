using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Formats.Compression;

/// <summary>Compressed bytes, buffered so that a whole chunk of LZMA2 or block of zstd lies in one piece, with the offset for messages.</summary>
internal sealed class CompressedInput(Stream inner, string source) : IDisposable
{
    /// <summary>Bytes of the buffer before the first one, so that decoders that read backwards need look for the start only now and then.</summary>
    public const int Lead = 32;

    /// <summary>Bytes of the buffer behind the last one read, so that decoders need look for the end only now and then.</summary>
    public const int Spare = 32;

    // More than the largest block of zstd with its header, and as much again, so that most reads are long ones.
    private const int Capacity = 256 << 10;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Capacity);
    private int _end = Lead;
    private bool _summing;
    private uint _crc;
    private Action<ReadOnlyMemory<byte>>? _observer;
    private int _unobserved = Lead;
    private bool _disposed;

    /// <summary>The buffer; the unread bytes begin at <see cref="At"/>, and <see cref="Spare"/> more follow the last.</summary>
    public byte[] Buffer => _buffer;

    /// <summary>Where in <see cref="Buffer"/> the bytes end that are there without reading more.</summary>
    public int End => _end;

    /// <summary>Where in <see cref="Buffer"/> the next byte is.</summary>
    public int At { get; private set; } = Lead;

    /// <summary>How many bytes were consumed so far.</summary>
    public long Offset { get; private set; }

    /// <summary>The next <paramref name="count"/> bytes (at most 192 KiB), not consumed.</summary>
    /// <exception cref="MalformedDataException">There are fewer.</exception>
    public ReadOnlySpan<byte> Peek(int count) =>
        TryFill(count) ? _buffer.AsSpan(At, count) : throw Malformed("the data is cut short");

    /// <summary>The next <paramref name="count"/> bytes, consumed; valid until the next call.</summary>
    /// <exception cref="MalformedDataException">There are fewer.</exception>
    public ReadOnlySpan<byte> Take(int count)
    {
        var bytes = Peek(count);
        Skip(count);
        return bytes;
    }

    /// <summary>Whether at least <paramref name="count"/> more bytes can be had.</summary>
    public bool TryFill(int count)
    {
        if (_end - At >= count)
        {
            return true;
        }

        Observe();
        _buffer.AsSpan(At, _end - At).CopyTo(_buffer.AsSpan(Lead));
        _end -= At - Lead;
        At = Lead;
        _unobserved = Lead;
        _end += inner.ReadAtLeast(_buffer.AsSpan(_end, Capacity - Spare - _end), count - (_end - Lead), throwOnEndOfStream: false);
        return _end - Lead >= count;
    }

    /// <summary>Consumes <paramref name="count"/> bytes that were peeked.</summary>
    public void Skip(int count)
    {
        if (_summing)
        {
            _crc = Crc32.Append(_crc, _buffer.AsSpan(At, count));
        }

        At += count;
        Offset += count;
    }

    /// <summary>Computes the CRC-32 of what is consumed from here on.</summary>
    public void BeginCrc()
    {
        _summing = true;
        _crc = 0;
    }

    /// <summary>The CRC-32 of what was consumed since <see cref="BeginCrc"/>.</summary>
    public uint EndCrc()
    {
        _summing = false;
        return _crc;
    }

    /// <summary>Shows <paramref name="observer"/> every byte that is consumed from here on, in large pieces, until <see cref="EndObservation"/>.</summary>
    public void BeginObservation(Action<ReadOnlyMemory<byte>> observer)
    {
        _observer = observer;
        _unobserved = At;
    }

    /// <summary>Shows the observer what it has not seen yet, and no more after it.</summary>
    public void EndObservation()
    {
        Observe();
        _observer = null;
    }

    /// <summary>Consumes zero bytes up to a multiple of four of what was consumed since <paramref name="start"/>.</summary>
    /// <exception cref="MalformedDataException">One is not zero.</exception>
    public void SkipPadding(long start)
    {
        while (((Offset - start) & 3) != 0)
        {
            if (Take(1)[0] != 0)
            {
                throw Malformed("the padding is not zero");
            }
        }
    }

    /// <summary>A number of at most 63 bits in groups of seven, lowest first (xz format §1.2).</summary>
    /// <exception cref="MalformedDataException">It is longer than it need be.</exception>
    public long TakeNumber()
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return next != 0 || shift == 0 ? value : throw Malformed("a number is not in its shortest form");
            }
        }

        throw Malformed("a number is too long");
    }

    /// <summary>Consumes and gives what is in the buffer, filling it first where it is empty; nothing at the end. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> TakeAvailable()
    {
        TryFill(1);
        var bytes = _buffer.AsMemory(At, _end - At);
        Skip(bytes.Length);
        return bytes;
    }

    /// <summary>A failure at the current offset.</summary>
    public MalformedDataException Malformed(string problem) => new(source, Offset, problem);

    /// <summary>Throws the failure at the current offset.</summary>
    [DoesNotReturn]
    public void Fail(string problem) => throw Malformed(problem);

    private void Observe()
    {
        if (_observer is not null && At > _unobserved)
        {
            _observer(_buffer.AsMemory(_unobserved, At - _unobserved));
            _unobserved = At;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
