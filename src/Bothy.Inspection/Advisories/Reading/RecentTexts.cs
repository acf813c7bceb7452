using System.Text;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>Names of packages, versions and releases come again and again: a text that was made lately is not made anew.</summary>
internal sealed class RecentTexts
{
    private const int Slots = 4096;
    private const int Longest = 40;

    private readonly string?[] _texts = new string?[Slots];

    /// <summary>The text of these characters, all of which are ASCII.</summary>
    public string Ascii(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest)
        {
            return Encoding.ASCII.GetString(text);
        }

        uint hash = (uint)text.Length;
        foreach (byte next in text)
        {
            hash = (hash * 0x01000193) ^ next;
        }

        ref string? known = ref _texts[(hash ^ (hash >> 15)) & (Slots - 1)];
        return known is not null && System.Text.Ascii.Equals(text, known) ? known : known = Encoding.ASCII.GetString(text);
    }
}
