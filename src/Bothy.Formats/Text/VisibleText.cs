using System.Globalization;
using System.Text;

namespace Bothy.Formats.Text;

/// <summary>
/// Text of unknown origin (names in images, packages, labels) as it can be shown on one line of a terminal or a page: what would move a
/// cursor, colour, reverse or hide what stands beside it is written out instead.
/// </summary>
public static class VisibleText
{
    /// <summary>
    /// <paramref name="text"/> with control characters and bytes that were not UTF-8 (which archives' readers keep as lone surrogates) as
    /// <c>\x1b</c>, and invisible characters (direction marks, line separators, what Unicode has not assigned) as <c>\u{202e}</c>.
    /// </summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = FirstHidden(text, 0);
        if (at < 0)
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 8);
        int start = 0;
        while (at >= 0)
        {
            shown.Append(text, start, at - start);
            start = at + Append(shown, text, at);
            at = FirstHidden(text, start);
        }

        return shown.Append(text, start, text.Length - start).ToString();
    }

    private static int FirstHidden(string text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            char character = text[i];
            if (character is >= ' ' and <= '~')
            {
                continue;
            }

            if (IsHidden(text, i))
            {
                return i;
            }

            if (char.IsHighSurrogate(character))
            {
                i++;
            }
        }

        return -1;
    }

    private static bool IsHidden(string text, int at) => CharUnicodeInfo.GetUnicodeCategory(text, at) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static int Append(StringBuilder shown, string text, int at)
    {
        if (text[at] is >= '\uDC80' and <= '\uDCFF')
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\x{text[at] - 0xDC00:x2}");
            return 1;
        }

        int point = char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : text[at];
        if (point <= 0xFF)
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\x{point:x2}");
        }
        else
        {
            shown.Append(CultureInfo.InvariantCulture, $"\\u{{{point:x}}}");
        }

        return point > 0xFFFF ? 2 : 1;
    }
}
