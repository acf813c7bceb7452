namespace Bothy.Testing;

/// <summary>Changes good bytes a little, in the ways that files are damaged and attacked.</summary>
public static class Mutation
{
    /// <summary>The bytes with one change: bits flipped, a byte or a number replaced, a piece removed, doubled or copied elsewhere, or the end cut off.</summary>
    public static byte[] Of(byte[] good, Random random)
    {
        ArgumentNullException.ThrowIfNull(good);
        ArgumentNullException.ThrowIfNull(random);
        byte[] bytes = [.. good];
        int at = random.Next(bytes.Length);
        int length = Math.Min(random.Next(1, 40), bytes.Length - at);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                int[] edges = [0, 1, -1, int.MaxValue, int.MinValue, bytes.Length, 0x0FFF_FFFF];
                BitConverter.GetBytes(edges[random.Next(edges.Length)]).AsSpan(0, Math.Min(4, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..at], .. bytes[at..(at + length)], .. bytes[at..]];
            case 5:
                bytes.AsSpan(random.Next(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at));
                return bytes;
            default:
                return bytes[..at];
        }
    }
}
