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
}
