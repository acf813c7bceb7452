using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>
/// Reading of a bit stream from its end to its start (RFC 8878 §4). A place in it is the number of bits of the buffer before it, so that
/// taking bits is a subtraction; running over the start is found out afterwards, by the place alone.
/// </summary>
internal static class BackwardBits
{
    /// <summary>The bits that <see cref="Top"/> gives at least.</summary>
    public const int Sure = 57;

    /// <summary>The place of the first bit of the stream in <paramref name="start"/>..<paramref name="end"/>, or -1: the highest bit set in the last byte marks it.</summary>
    public static int Begin(ReadOnlySpan<byte> data, int start, int end)
    {
        int last = end > start ? data[end - 1] : 0;
        return last == 0 ? -1 : ((end - 1) * 8) + BitOperations.Log2((uint)last);
    }

    /// <summary>
    /// The bits before <paramref name="place"/>, the next one highest. The eight bytes that they are in must be part of the buffer, which
    /// is why a buffer has some before the stream.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Top(ref byte data, int place)
    {
        ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, ((place + 7) >> 3) - 8));
        return (BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight)) << (-place & 7);
    }

    /// <summary>The highest <paramref name="count"/> bits of <paramref name="bits"/>; none is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint First(ulong bits, int count) => (uint)((bits >> 1) >> (63 - count));
}
