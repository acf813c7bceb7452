using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Debian;

/// <summary>
/// The version of a Debian package, <c>[epoch:]upstream[-revision]</c>, ordered as dpkg orders it (deb-version(7)).
/// </summary>
/// <remarks>
/// Equality is of the text and order is of the meaning: <c>1.0</c> and <c>0:1.0-0</c> are two values, and neither is earlier.
/// A relation such as <c>(= 1.0)</c> goes by the order.
/// </remarks>
public readonly record struct DebianVersion : IComparable<DebianVersion>, ISpanParsable<DebianVersion>
{
    private static readonly SearchValues<char> RevisionCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~");

    private static readonly SearchValues<char> UpstreamCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+~-:");

    private readonly string? _text;

    private DebianVersion(string text) => _text = text;

    /// <summary>The version as it was written.</summary>
    public string Text => _text ?? throw new InvalidOperationException("default(DebianVersion) is the version of nothing");

    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">dpkg would refuse <paramref name="s"/>; the message says why.</exception>
    public static DebianVersion Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        Problem(s) is { } problem ? throw new FormatException($"'{s}' is not a Debian version: {problem}") : new DebianVersion(s.ToString());

    /// <inheritdoc />
    public static DebianVersion Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out DebianVersion result)
    {
        bool wellFormed = Problem(s) is null;
        result = wellFormed ? new DebianVersion(s.ToString()) : default;
        return wellFormed;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DebianVersion result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public int CompareTo(DebianVersion other) => Compare(Text, other.Text);

    /// <summary>The version as it was written.</summary>
    public override string ToString() => _text ?? "";

    private static string? Problem(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return "it is empty";
        }

        int colon = text.IndexOf(':');
        if (colon >= 0)
        {
            // dpkg keeps the epoch in an int and refuses what does not fit.
            if (text[..colon].ContainsAnyExceptInRange('0', '9') || !int.TryParse(text[..colon], System.Globalization.CultureInfo.InvariantCulture, out _))
            {
                return "its epoch is not a number that fits";
            }

            text = text[(colon + 1)..];
        }

        var parts = SplitRevision(text);
        return true switch
        {
            _ when parts.Upstream.IsEmpty => "there is nothing but an epoch or a revision",
            _ when parts.Revision.IsEmpty && parts.Upstream.Length < text.Length => "its revision is empty",
            _ when !char.IsAsciiDigit(parts.Upstream[0]) => "it does not begin with a digit",
            _ when parts.Upstream.ContainsAnyExcept(UpstreamCharacters) => "it contains a character that no version has",
            _ when parts.Revision.ContainsAnyExcept(RevisionCharacters) => "its revision contains a character that none has",
            _ => null,
        };
    }

    private static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int byEpoch = TakeEpoch(ref a).CompareTo(TakeEpoch(ref b));
        if (byEpoch != 0)
        {
            return byEpoch;
        }

        var left = SplitRevision(a);
        var right = SplitRevision(b);
        int byUpstream = ComparePart(left.Upstream, right.Upstream);
        return byUpstream != 0 ? byUpstream : ComparePart(left.Revision, right.Revision);
    }

    private static int TakeEpoch(ref ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon < 0)
        {
            return 0;
        }

        int epoch = int.Parse(text[..colon], System.Globalization.CultureInfo.InvariantCulture);
        text = text[(colon + 1)..];
        return epoch;
    }

    private static Parts SplitRevision(ReadOnlySpan<char> text)
    {
        int dash = text.LastIndexOf('-');
        return dash < 0 ? new Parts(text, default) : new Parts(text[..dash], text[(dash + 1)..]);
    }

    // Runs of non-digits and of digits in turn. A missing revision compares as an empty one, which equals "0".
    private static int ComparePart(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        int i = 0;
        int j = 0;
        while (i < a.Length || j < b.Length)
        {
            while (!AtDigitOrEnd(a, i) || !AtDigitOrEnd(b, j))
            {
                int difference = Weight(a, i) - Weight(b, j);
                if (difference != 0)
                {
                    return difference;
                }

                i++;
                j++;
            }

            int byNumber = CompareNumber(TakeNumber(a, ref i), TakeNumber(b, ref j));
            if (byNumber != 0)
            {
                return byNumber;
            }
        }

        return 0;
    }

    private static bool AtDigitOrEnd(ReadOnlySpan<char> text, int at) => at >= text.Length || char.IsAsciiDigit(text[at]);

    // "~" comes before the end, the end before letters, letters before everything else.
    private static int Weight(ReadOnlySpan<char> text, int at) => AtDigitOrEnd(text, at) ? 0 : text[at] switch
    {
        '~' => -1,
        var c when char.IsAsciiLetter(c) => c,
        var c => c + 256,
    };

    private static ReadOnlySpan<char> TakeNumber(ReadOnlySpan<char> text, ref int at)
    {
        int start = Math.Min(at, text.Length);
        at = start;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[start..at].TrimStart('0');
    }

    // Without leading zeros the longer number is the greater: versions hold dates and hashes that fit no integer.
    private static int CompareNumber(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);

    private readonly ref struct Parts(ReadOnlySpan<char> upstream, ReadOnlySpan<char> revision)
    {
        public ReadOnlySpan<char> Upstream { get; } = upstream;

        public ReadOnlySpan<char> Revision { get; } = revision;
    }
}
