using System.Text;

namespace Bothy.Engine.ImageFiles;

/// <summary>The bytes of an image file as text: UTF-8, with or without a byte order mark, at most <see cref="MaxBytes"/>.</summary>
internal static class YamlText
{
    /// <summary>The largest image file.</summary>
    public const int MaxBytes = 1 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or null after noting what is wrong with the bytes.</summary>
    public static string? Decode(string file, ReadOnlySpan<byte> content, SpecFindings findings)
    {
        if (content.Length > MaxBytes)
        {
            findings.Problem(new SourceMark(file, 1, 1), $"the file is larger than {MaxBytes / 1024} KiB");
            return null;
        }

        if (content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            findings.Problem(new SourceMark(file, 1, 1), "the file is UTF-16; save it as UTF-8");
            return null;
        }

        var body = content is [0xEF, 0xBB, 0xBF, ..] ? content[3..] : content;
        try
        {
            string text = Strict.GetString(body);
            int control = text.AsSpan().IndexOfAny('\0', '\uFEFF');
            if (control < 0)
            {
                return text;
            }

            findings.Problem(MarkAt(file, text.AsSpan(0, control)), text[control] == '\0' ? "the file holds a NUL character" : "a byte order mark stands inside the text");
        }
        catch (DecoderFallbackException failure)
        {
            // The index counts from the start of the span that was given to the decoder.
            string before = Encoding.UTF8.GetString(body[..Math.Clamp(failure.Index, 0, body.Length)]);
            string bytes = Convert.ToHexString(failure.BytesUnknown ?? []);
            findings.Problem(MarkAt(file, before), $"the file is not UTF-8 (byte 0x{bytes})");
        }

        return null;
    }

    private static SourceMark MarkAt(string file, ReadOnlySpan<char> before) =>
        new(file, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
}
