using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>
/// The order in which apk goes through names that nothing else puts in order, such as those of packages that come by themselves at the
/// same place. It is that of a table of 20,000 slots by MurmurHash3 with the seed 5381: so it was found to be, by watching apk.
/// </summary>
internal static class ApkNameOrder
{
    private const uint Seed = 5381;
    private const uint Slots = 20_000;

    /// <summary>The slot of <paramref name="name"/>.</summary>
    public static uint SlotOf(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        uint hash = Seed;
        int whole = bytes.Length & ~3;
        for (int i = 0; i < whole; i += 4)
        {
            hash ^= Scramble(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i)));
            hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xe6546b64;
        }

        uint rest = 0;
        for (int i = bytes.Length - 1; i >= whole; i--)
        {
            rest = (rest << 8) | bytes[i];
        }

        hash ^= Scramble(rest);
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (hash ^ (hash >> 16)) % Slots;
    }

    private static uint Scramble(uint block) => BitOperations.RotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
}
