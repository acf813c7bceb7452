using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bothy.Cli.Rendering;

/// <summary>Writes JSON answers: indented, with characters as they are but for those that nobody sees and a terminal obeys.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What <paramref name="write"/> writes, as text.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            write(writer);
        }

        return WithoutHidden(Encoding.UTF8.GetString(bytes.ToArray()));
    }

    // The encoder escapes control characters and lets marks of direction through. Outside of strings JSON is plain ASCII, so what is hidden is in one.
    private static string WithoutHidden(string json)
    {
        if (Ascii.IsValid(json))
        {
            return json;
        }

        var text = new StringBuilder(json.Length);
        Span<char> pair = stackalloc char[2];
        foreach (var rune in json.EnumerateRunes())
        {
            foreach (char character in pair[..rune.EncodeToUtf16(pair)])
            {
                if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
                }
                else
                {
                    text.Append(character);
                }
            }
        }

        return text.ToString();
    }
}
