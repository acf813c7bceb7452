using System.Buffers.Binary;
using System.Numerics;

namespace Bothy.Oci.Signing.Keys;

/// <summary>The Salsa20 core (Bernstein, "The Salsa20 family of stream ciphers"), which scrypt and NaCl's secretbox are made of.</summary>
internal static class Salsa20
{
    /// <summary>The words of a block.</summary>
    public const int Words = 16;

    /// <summary>The bytes of a block.</summary>
    public const int BlockSize = Words * sizeof(uint);

    private const int KeySize = 32;
    private const int FullRounds = 20;

    // "expand 32-byte k", the constant of 256-bit keys.
    private static readonly uint[] Sigma = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

    /// <summary>Puts the block through <paramref name="rounds"/> rounds and adds what it was before.</summary>
    public static void Hash(Span<uint> block, int rounds)
    {
        Span<uint> mixed = stackalloc uint[Words];
        block.CopyTo(mixed);
        Mix(mixed, rounds);
        for (int i = 0; i < Words; i++)
        {
            block[i] += mixed[i];
        }
    }

    /// <summary>HSalsa20: a key of 32 bytes out of a key and 16 bytes of nonce (Bernstein, "Extending the Salsa20 nonce").</summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        Span<uint> block = stackalloc uint[Words];
        Fill(block, key, nonce[..8], BinaryPrimitives.ReadUInt64LittleEndian(nonce[8..]));
        Mix(block, FullRounds);
        byte[] derived = new byte[KeySize];
        foreach (var (word, position) in ((int, int)[])[(0, 0), (5, 1), (10, 2), (15, 3), (6, 4), (7, 5), (8, 6), (9, 7)])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(derived.AsSpan(position * sizeof(uint)), block[word]);
        }

        return derived;
    }

    /// <summary>The first <paramref name="length"/> bytes of the stream of a key and a nonce of 8 bytes.</summary>
    public static byte[] Stream(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, int length)
    {
        byte[] stream = new byte[(length + BlockSize - 1) / BlockSize * BlockSize];
        Span<uint> block = stackalloc uint[Words];
        for (int at = 0; at < stream.Length; at += BlockSize)
        {
            Fill(block, key, nonce, (ulong)(at / BlockSize));
            Hash(block, FullRounds);
            for (int i = 0; i < Words; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(at + (i * sizeof(uint))), block[i]);
            }
        }

        return stream[..length];
    }

    private static void Fill(Span<uint> block, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ulong counter)
    {
        for (int i = 0; i < 4; i++)
        {
            block[i * 5] = Sigma[i];
            block[1 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[(i * sizeof(uint))..]);
            block[11 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key[((i + 4) * sizeof(uint))..]);
        }

        block[6] = BinaryPrimitives.ReadUInt32LittleEndian(nonce);
        block[7] = BinaryPrimitives.ReadUInt32LittleEndian(nonce[sizeof(uint)..]);
        block[8] = (uint)counter;
        block[9] = (uint)(counter >> 32);
    }

    private static void Mix(Span<uint> x, int rounds)
    {
        for (int round = 0; round < rounds; round += 2)
        {
            Quarter(ref x[0], ref x[4], ref x[8], ref x[12]);
            Quarter(ref x[5], ref x[9], ref x[13], ref x[1]);
            Quarter(ref x[10], ref x[14], ref x[2], ref x[6]);
            Quarter(ref x[15], ref x[3], ref x[7], ref x[11]);
            Quarter(ref x[0], ref x[1], ref x[2], ref x[3]);
            Quarter(ref x[5], ref x[6], ref x[7], ref x[4]);
            Quarter(ref x[10], ref x[11], ref x[8], ref x[9]);
            Quarter(ref x[15], ref x[12], ref x[13], ref x[14]);
        }
    }

    private static void Quarter(ref uint a, ref uint b, ref uint c, ref uint d)
    {
        b ^= BitOperations.RotateLeft(a + d, 7);
        c ^= BitOperations.RotateLeft(b + a, 9);
        d ^= BitOperations.RotateLeft(c + b, 13);
        a ^= BitOperations.RotateLeft(d + c, 18);
    }
}
