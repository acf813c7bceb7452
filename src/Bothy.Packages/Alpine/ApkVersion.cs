using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Alpine;

/// <summary>
/// The version of an apk, <c>digits{.digits}[letter]{_suffix[digits]}[~hash][-rN]</c>, ordered as apk orders it (apk-package(5)).
/// </summary>
/// <remarks>
/// Equality is of the text and order is of the meaning: <c>1-r1</c> and <c>1-r01</c> are two values, and neither is earlier.
/// apk compares texts that do not follow the grammar too, since indexes may hold them; <see cref="Any"/> takes those.
/// </remarks>
public readonly record struct ApkVersion : IComparable<ApkVersion>, ISpanParsable<ApkVersion>
{
    private readonly string? _text;

    private ApkVersion(string text) => _text = text;

    /// <summary>The version as it was written.</summary>
    public string Text => _text ?? throw new InvalidOperationException("default(ApkVersion) is the version of nothing");

    /// <summary>Takes <paramref name="text"/> for a version whether it follows the grammar or not.</summary>
    public static ApkVersion Any(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ApkVersion(text);
    }

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> does not follow the grammar; the message says where.</exception>
    public static ApkVersion Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var version) ? version : throw new FormatException(Problem(s));

    /// <inheritdoc />
    public static ApkVersion Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ApkVersion result)
    {
        bool wellFormed = !s.IsEmpty && RestThatIsNone(s).IsEmpty;
        result = wellFormed ? new ApkVersion(s.ToString()) : default;
        return wellFormed;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApkVersion result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public int CompareTo(ApkVersion other) => Compare(Text, other.Text);

    /// <summary>
    /// Whether <paramref name="other"/> is this version as far as it goes (<c>~</c>): 3.6.1-r0 begins with 3.6, 3.60 does not.
    /// </summary>
    public bool BeginsWith(ApkVersion other)
    {
        var mine = new ApkVersionParts(Text);
        var its = new ApkVersionParts(other.Text);
        while (its.MoveNext())
        {
            if (!mine.MoveNext() || mine.Order(its) != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The version as it was written.</summary>
    public override string ToString() => _text ?? "";

    private static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (a.SequenceEqual(b))
        {
            return 0;
        }

        var left = new ApkVersionParts(a);
        var right = new ApkVersionParts(b);
        while (true)
        {
            bool more = left.MoveNext();
            bool moreRight = right.MoveNext();
            if (!more && !moreRight)
            {
                return 0;
            }

            int order = left.Order(right);
            if (order != 0)
            {
                return order;
            }
        }
    }

    private static string Problem(ReadOnlySpan<char> text) => text.IsEmpty
        ? "'' is not an apk version: it is empty"
        : $"'{text}' is not an apk version: '{RestThatIsNone(text)}' cannot stand where it does";

    private static ReadOnlySpan<char> RestThatIsNone(ReadOnlySpan<char> text)
    {
        var parts = new ApkVersionParts(text);
        while (parts.MoveNext())
        {
            if (parts.Kind == ApkVersionPart.Rest)
            {
                return parts.Value;
            }
        }

        return [];
    }
}
