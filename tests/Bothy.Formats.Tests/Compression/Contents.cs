namespace Bothy.Formats.Tests.Compression;

/// <summary>Bytes of many shapes, the same on every run.</summary>
internal static class Contents
{
    /// <summary>One of each shape.</summary>
    public static IReadOnlyList<byte[]> All { get; } =
    [
        [],
        [0],
        [.. "abc"u8],
        new byte[100_000],
        Noise(seed: 1, length: 150_000),
        Words(seed: 2, length: 200_000),
        Repetitive(seed: 3, length: 150_000, farthest: 70_000),
        Code(seed: 4, length: 120_001),
        [.. Words(seed: 5, length: 40_000), .. Noise(seed: 6, length: 70_000), .. new byte[30_000], .. Words(seed: 5, length: 40_000)],
    ];

    /// <summary>Bytes that cannot be compressed.</summary>
    public static byte[] Noise(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Something like text.</summary>
    public static byte[] Words(int seed, int length)
    {
        var random = new Random(seed);
        string[] words = [.. Enumerable.Range(0, 300).Select(i => new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + (random.Next(26) * random.Next(26) / 26)))]))];
        var text = new System.Text.StringBuilder();
        while (text.Length < length)
        {
            text.Append(words[random.Next(words.Length) * random.Next(words.Length) / words.Length]).Append(random.Next(12) == 0 ? '\n' : ' ');
        }

        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Copies of earlier parts at random distances and lengths, and a little noise between.</summary>
    public static byte[] Repetitive(int seed, int length, int farthest)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length)
        {
            if (at == 0 || random.Next(4) == 0)
            {
                bytes[at++] = (byte)random.Next(256);
                continue;
            }

            int distance = 1 + (random.Next(3) == 0 ? random.Next(Math.Min(at, 20)) : random.Next(Math.Min(at, farthest)));
            for (int left = 1 + random.Next(random.Next(10) == 0 ? 600 : 20); left > 0 && at < length; left--, at++)
            {
                bytes[at] = bytes[at - distance];
            }
        }

        return bytes;
    }

    /// <summary>Bytes in which the branch filters of all instruction sets find many branches, real and false ones.</summary>
    public static byte[] Code(int seed, int length)
    {
        var random = new Random(seed);
        byte[] telling = [0xE8, 0xE9, 0x00, 0xFF, 0xEB, 0xF0, 0xF8, 0x48, 0x4B, 0x01, 0x40, 0x7F, 0xC0, 0x94, 0x97, 0x90, 0xB0, 0xF1, 0x10, 0x12, 0x16, 0x50];
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = random.Next(3) == 0 ? (byte)random.Next(256) : telling[random.Next(telling.Length)];
        }

        return bytes;
    }
}
