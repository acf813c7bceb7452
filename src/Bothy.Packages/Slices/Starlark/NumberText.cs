using System.Numerics;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Whole numbers in text.</summary>
internal static class NumberText
{
    /// <summary>Reads a number as a script writes it: decimal, or after <c>0x</c>, <c>0o</c> or <c>0b</c>.</summary>
    public static bool TryParse(string digits, out long number)
    {
        number = 0;
        int numberBase = digits.Length > 2 && digits[0] == '0'
            ? digits[1] switch { 'x' or 'X' => 16, 'o' or 'O' => 8, 'b' or 'B' => 2, _ => 0 }
            : 10;
        return numberBase != 0
            && (numberBase != 10 || digits.Length == 1 || digits[0] != '0')
            && TryParseDigits(numberBase == 10 ? digits : digits[2..], numberBase, out number);
    }

    /// <summary>Reads digits of a base from 2 to 36.</summary>
    public static bool TryParseDigits(ReadOnlySpan<char> digits, int numberBase, out long number)
    {
        number = 0;
        var value = BigInteger.Zero;
        if (digits.Length is 0 or > 64)
        {
            return false;
        }

        foreach (char digit in digits)
        {
            int worth = char.IsAsciiDigit(digit) ? digit - '0' : char.IsAsciiLetter(digit) ? char.ToLowerInvariant(digit) - 'a' + 10 : 99;
            if (worth >= numberBase)
            {
                return false;
            }

            value = (value * numberBase) + worth;
        }

        bool fits = value <= long.MaxValue;
        number = fits ? (long)value : 0;
        return fits;
    }
}
