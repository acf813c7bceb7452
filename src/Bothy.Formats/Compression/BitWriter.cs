using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression;

/// <summary>Packs bits into bytes, lowest first.</summary>
internal ref struct BitWriter(Span<byte> output)
{
    private readonly Span<byte> _output = output;
    private ulong _bits;
    private int _count;

    /// <summary>How many bytes are written; bits that do not fill a byte are not counted.</summary>
    public int Length { get; private set; }

    /// <summary>Appends the lowest <paramref name="count"/> bits of <paramref name="bits"/>, at most 56; those above must be zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ulong bits, int count)
    {
        _bits |= bits << _count;
        _count += count;
        BinaryPrimitives.WriteUInt64LittleEndian(_output[Length..], _bits);
        Length += _count >> 3;
        _bits >>= _count & ~7;
        _count &= 7;
    }

    /// <summary>Fills the last byte with zeros.</summary>
    public void Align()
    {
        if (_count > 0)
        {
            Write(0, 8 - _count);
        }
    }

    /// <summary>Appends whole bytes; only after <see cref="Align"/>.</summary>
    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_output[Length..]);
        Length += bytes.Length;
    }
}
