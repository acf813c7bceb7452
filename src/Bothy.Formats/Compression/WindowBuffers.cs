namespace Bothy.Formats.Compression;

/// <summary>
/// A few large buffers kept for the next decoder. The shared pool rounds up to powers of two, which for a dictionary
/// and its slack is nearly twice the memory, and it keeps as many as were ever rented at once.
/// </summary>
internal static class WindowBuffers
{
    private const int MostKept = 4;
    private const int LargestKept = (8 << 20) + (64 << 10);
    private const int Grain = 64 << 10;

    private static readonly Lock Gate = new();
    private static readonly List<byte[]> Kept = [];

    /// <summary>A buffer of at least <paramref name="length"/> bytes, whatever is in them.</summary>
    public static byte[] Rent(int length)
    {
        lock (Gate)
        {
            int best = -1;
            for (int i = 0; i < Kept.Count; i++)
            {
                if (Kept[i].Length >= length && (best < 0 || Kept[i].Length < Kept[best].Length))
                {
                    best = i;
                }
            }

            if (best >= 0)
            {
                byte[] kept = Kept[best];
                Kept.RemoveAt(best);
                return kept;
            }
        }

        return GC.AllocateUninitializedArray<byte>((length + Grain - 1) / Grain * Grain);
    }

    /// <summary>Gives a buffer back, or to the garbage collector where enough are kept.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length is 0 or > LargestKept)
        {
            return;
        }

        lock (Gate)
        {
            if (Kept.Count < MostKept)
            {
                Kept.Add(buffer);
            }
        }
    }
}
