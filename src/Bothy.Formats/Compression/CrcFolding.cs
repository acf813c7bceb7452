using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bothy.Formats.Compression;

/// <summary>Shortens bytes to a few that have the same CRC, sixty-four at a step, where the processor multiplies polynomials.</summary>
/// <remarks>
/// A message is a polynomial, and its CRC is what is left of it modulo another. A block of 128 bits that stands n bits before the end can
/// therefore be replaced by the product of its halves with what x^n leaves, which has no more than 128 bits itself: blocks are
/// folded onto later ones until one is left. All is bit-reversed, as the CRCs are.
/// </remarks>
/// <param name="across">
/// What the first and the second half of a block are multiplied by to move it that many bits on. The first half stands 64 bits before the second; reversed, a
/// product of 64 bits with 64 comes out one bit too low.
/// </param>
internal sealed class CrcFolding(Func<int, Vector128<ulong>> across)
{
    /// <summary>The bytes that are left.</summary>
    public const int Block = 16;

    private const int Lanes = 4;

    private readonly Vector128<ulong> _acrossBlock = across(8 * Block);
    private readonly Vector128<ulong> _acrossLanes = across(8 * Block * Lanes);

    /// <summary>Whether <see cref="Fold"/> can be used for that many bytes, and pays.</summary>
    public static bool IsWorthIt(int length) => Pclmulqdq.IsSupported && length >= 2 * Lanes * Block;

    /// <summary>
    /// Fills <paramref name="left"/>, sixteen bytes, so that their CRC begun with 0 is that of whole blocks of <paramref name="bytes"/> begun with
    /// <paramref name="crc"/>, not inverted before nor after; gives the bytes behind those blocks.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ReadOnlySpan<byte> Fold(ulong crc, ReadOnlySpan<byte> bytes, scoped Span<byte> left)
    {
        var (acrossBlock, acrossLanes) = (_acrossBlock, _acrossLanes);
        int folded = bytes.Length & ~(Block - 1);
        ref byte at = ref MemoryMarshal.GetReference(bytes);
        ref byte end = ref Unsafe.Add(ref at, folded);
        var first = Vector128.LoadUnsafe(ref at).AsUInt64() ^ Vector128.CreateScalar(crc);
        var second = Vector128.LoadUnsafe(ref at, Block).AsUInt64();
        var third = Vector128.LoadUnsafe(ref at, 2 * Block).AsUInt64();
        var fourth = Vector128.LoadUnsafe(ref at, 3 * Block).AsUInt64();
        at = ref Unsafe.Add(ref at, Lanes * Block);
        while (Unsafe.ByteOffset(ref at, ref end) >= Lanes * Block)
        {
            first = Folded(first, acrossLanes) ^ Vector128.LoadUnsafe(ref at).AsUInt64();
            second = Folded(second, acrossLanes) ^ Vector128.LoadUnsafe(ref at, Block).AsUInt64();
            third = Folded(third, acrossLanes) ^ Vector128.LoadUnsafe(ref at, 2 * Block).AsUInt64();
            fourth = Folded(fourth, acrossLanes) ^ Vector128.LoadUnsafe(ref at, 3 * Block).AsUInt64();
            at = ref Unsafe.Add(ref at, Lanes * Block);
        }

        var all = Folded(Folded(Folded(first, acrossBlock) ^ second, acrossBlock) ^ third, acrossBlock) ^ fourth;
        for (; Unsafe.IsAddressLessThan(ref at, ref end); at = ref Unsafe.Add(ref at, Block))
        {
            all = Folded(all, acrossBlock) ^ Vector128.LoadUnsafe(ref at).AsUInt64();
        }

        all.AsByte().CopyTo(left);
        return bytes[folded..];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Folded(Vector128<ulong> block, Vector128<ulong> across) =>
        Pclmulqdq.CarrylessMultiply(block, across, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, across, 0x11);
}
