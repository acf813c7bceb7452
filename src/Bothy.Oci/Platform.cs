using System.Diagnostics.CodeAnalysis;

namespace Bothy.Oci;

/// <summary>What an image runs on, in Go's words (image-spec, image-index.md): <c>linux/amd64</c>, <c>linux/arm/v7</c>.</summary>
/// <param name="Os">The operating system.</param>
/// <param name="Architecture">The processor architecture.</param>
/// <param name="Variant">The variant of the architecture; null where it has none.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null) : ISpanParsable<Platform>
{
    /// <summary>Reads <c>os/architecture</c> or <c>os/architecture/variant</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, [MaybeNullWhen(false)] out Platform result)
    {
        result = null;
        string[] parts = s.ToString().Split('/');
        if (parts.Length is < 2 or > 3 || parts.Any(part => part.Length == 0 || part.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))))
        {
            return false;
        }

        result = new Platform(parts[0], parts[1], parts.ElementAtOrDefault(2));
        return true;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Platform result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads what <see cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out Platform)"/> reads.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a platform.</exception>
    public static Platform Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var platform) ? platform : throw new FormatException($"'{s}' is not a platform: want os/architecture");

    /// <inheritdoc />
    public static Platform Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>The form <c>os/architecture[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
