namespace Bothy.Formats.Compression;

/// <summary>What a stream has to know of the bytes that a compressed fragment stands for, to have it joined in.</summary>
/// <param name="Crc">Their CRC-32 (RFC 1952 §8).</param>
/// <param name="Length">Their number.</param>
public readonly record struct FragmentFacts(uint Crc, long Length)
{
    /// <summary>The facts of the bytes of both, one after the other.</summary>
    public FragmentFacts Then(FragmentFacts next) => new(Crc32.Combine(Crc, next.Crc, next.Length), Length + next.Length);
}
