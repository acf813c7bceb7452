namespace Bothy.Formats.Elf;

/// <summary>The order of library names that the loader searches its cache by: digits as numbers and before everything else reversed, bytes else.</summary>
internal sealed class LibraryNameComparer : IComparer<byte[]>
{
    public static readonly LibraryNameComparer Instance = new();

    public int Compare(byte[]? x, byte[]? y)
    {
        byte[] a = x!;
        byte[] b = y!;
        int i = 0;
        int j = 0;
        while (i < a.Length)
        {
            bool digit = IsDigit(a, i);
            if (digit != IsDigit(b, j))
            {
                return digit ? 1 : -1;
            }

            if (digit)
            {
                int compared = Number(a, ref i).CompareTo(Number(b, ref j));
                if (compared != 0)
                {
                    return compared;
                }
            }
            else if (At(a, i) != At(b, j))
            {
                return At(a, i) - At(b, j);
            }
            else
            {
                i++;
                j++;
            }
        }

        return -At(b, j);
    }

    private static bool IsDigit(byte[] text, int at) => at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9';

    // The characters of C are signed on x86, which is what the order was compared with.
    private static int At(byte[] text, int at) => at < text.Length ? (sbyte)text[at] : 0;

    private static int Number(byte[] text, ref int at)
    {
        // ldconfig lets long numbers overflow; the loader, which searches by the same rule, finds them so.
        int value = 0;
        for (; IsDigit(text, at); at++)
        {
            value = unchecked((value * 10) + text[at] - '0');
        }

        return value;
    }
}
