using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Oci.Signing.Keys;

/// <summary>scrypt (RFC 7914), by which cosign makes a key of a password. The platform has none.</summary>
internal static class Scrypt
{
    /// <summary>The most bytes that its table may take: four times what cosign asks for.</summary>
    public const long MaxMemory = 256L << 20;

    /// <summary>The most blocks of 64 bytes that may be mixed, twice each: eight times what cosign asks for.</summary>
    public const long MaxWork = 1L << 23;

    private const int Rounds = 8;

    /// <summary>Whether these are parameters that RFC 7914 allows and that cost no more than the limits.</summary>
    public static bool IsAffordable(long cost, long blockSize, long parallelization) =>
        cost is > 1 and <= MaxWork
        && (cost & (cost - 1)) == 0
        && blockSize is > 0 and <= MaxWork
        && parallelization is > 0 and <= MaxWork
        && 2 * Salsa20.BlockSize * blockSize * cost <= MaxMemory
        && 2 * blockSize * cost <= MaxWork / parallelization;

    /// <summary>Makes <paramref name="length"/> bytes of a password; the parameters have to be affordable.</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int cost, int blockSize, int parallelization, int length)
    {
        if (!IsAffordable(cost, blockSize, parallelization))
        {
            throw new ArgumentOutOfRangeException(nameof(cost));
        }

        int size = 2 * Salsa20.BlockSize * blockSize;
        byte[] blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, size * parallelization);
        uint[] table = new uint[(long)size / sizeof(uint) * cost];
        for (int i = 0; i < parallelization; i++)
        {
            MixLargeBlock(blocks.AsSpan(i * size, size), table, cost);
        }

        byte[] key = Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, length);
        CryptographicOperations.ZeroMemory(blocks);
        return key;
    }

    // scryptROMix
    private static void MixLargeBlock(Span<byte> block, uint[] table, int cost)
    {
        int words = block.Length / sizeof(uint);
        uint[] x = new uint[words];
        uint[] scratch = new uint[words];
        for (int i = 0; i < words; i++)
        {
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * sizeof(uint))..]);
        }

        for (int i = 0; i < cost; i++)
        {
            x.CopyTo(table, (long)i * words);
            MixBlock(x, scratch);
        }

        for (int i = 0; i < cost; i++)
        {
            // The low word of the last 64 bytes is enough: the cost is a power of two and no larger than 2^32.
            int from = (int)(x[words - Salsa20.Words] & (uint)(cost - 1));
            var row = table.AsSpan((int)((long)from * words), words);
            for (int j = 0; j < words; j++)
            {
                x[j] ^= row[j];
            }

            MixBlock(x, scratch);
        }

        for (int i = 0; i < words; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(block[(i * sizeof(uint))..], x[i]);
        }
    }

    // scryptBlockMix: even blocks first, odd ones behind them.
    private static void MixBlock(uint[] x, uint[] scratch)
    {
        int count = x.Length / Salsa20.Words;
        Span<uint> last = stackalloc uint[Salsa20.Words];
        x.AsSpan(x.Length - Salsa20.Words).CopyTo(last);
        for (int i = 0; i < count; i++)
        {
            var block = x.AsSpan(i * Salsa20.Words, Salsa20.Words);
            for (int j = 0; j < Salsa20.Words; j++)
            {
                last[j] ^= block[j];
            }

            Salsa20.Hash(last, Rounds);
            int place = (i / 2) + (i % 2 == 0 ? 0 : count / 2);
            last.CopyTo(scratch.AsSpan(place * Salsa20.Words));
        }

        scratch.CopyTo(x, 0);
    }
}
