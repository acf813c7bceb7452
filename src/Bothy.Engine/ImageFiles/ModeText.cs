using System.Globalization;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Permission bits as image files write them. Octal is <c>0o755</c>, <c>0755</c> or quoted (<c>"755"</c>). A bare number is
/// decimal to apko and octal to everyone else, so it is taken only where just one of the two readings is a mode.
/// </summary>
internal static class ModeText
{
    private const int Largest = 0xFFF;

    /// <summary>The mode, or null with the reason.</summary>
    public static int? Read(string text, bool isPlain, out string? reason)
    {
        string digits = text.StartsWith("0o", StringComparison.Ordinal) ? text[2..] : text;
        bool saysOctal = !isPlain || digits.StartsWith('0') || digits.Length != text.Length;
        int? octal = ReadOctal(digits);
        int? number = saysOctal ? null : ReadDecimal(text);

        reason = (octal, number) switch
        {
            (int bits, int value) when bits != value => $"is octal or decimal: write {Print(bits)}, or {Print(value)} if {text} is decimal",
            (null, null) => $"must be a mode from 0o0 to 0o7777 such as 0o755, not '{text}'",
            _ => null,
        };
        return reason is null ? octal ?? number : null;
    }

    /// <summary>The mode as <c>0o755</c>.</summary>
    public static string Print(int mode) => "0o" + Convert.ToString(mode, 8);

    private static int? ReadOctal(string digits)
    {
        // Five digits at most: what is longer cannot be a mode, and would overflow.
        if (digits.Length is 0 or > 5 || digits.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            return null;
        }

        int mode = Convert.ToInt32(digits, 8);
        return mode <= Largest ? mode : null;
    }

    private static int? ReadDecimal(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int mode) && mode <= Largest ? mode : null;
}
