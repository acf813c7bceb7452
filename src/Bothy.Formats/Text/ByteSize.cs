using System.Globalization;

namespace Bothy.Formats.Text;

/// <summary>Sizes as people read them, in powers of 1024 and so named.</summary>
public static class ByteSize
{
    private const double Kibi = 1024;
    private const double Mebi = Kibi * 1024;
    private const double Gibi = Mebi * 1024;

    /// <summary>Such as <c>734 B</c>, <c>12.0 KiB</c> or <c>21.4 MiB</c>.</summary>
    public static string Text(long bytes) => bytes switch
    {
        < (long)Kibi => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < (long)Mebi => string.Create(CultureInfo.InvariantCulture, $"{bytes / Kibi:F1} KiB"),
        < (long)Gibi => string.Create(CultureInfo.InvariantCulture, $"{bytes / Mebi:F1} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / Gibi:F2} GiB"),
    };

    /// <summary>Reads a whole number of bytes, or of powers of 1024 of them: <c>0</c>, <c>500M</c>, <c>20GiB</c>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        ArgumentNullException.ThrowIfNull(text);
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? text.Length : digits;
        int power = text[digits..].ToUpperInvariant() switch
        {
            "" or "B" => 0,
            "K" or "KB" or "KIB" => 1,
            "M" or "MB" or "MIB" => 2,
            "G" or "GB" or "GIB" => 3,
            "T" or "TB" or "TIB" => 4,
            _ => -1,
        };
        bytes = 0;
        if (power < 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number > long.MaxValue >> (10 * power))
        {
            return false;
        }

        bytes = number << (10 * power);
        return true;
    }
}
