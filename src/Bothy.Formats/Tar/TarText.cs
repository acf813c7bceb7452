using System.Buffers;
using System.Text;

namespace Bothy.Formats.Tar;

/// <summary>
/// Names in archives are bytes, mostly UTF-8. Bytes that are not become lone surrogates U+DC80 to U+DCFF and back again
/// (Python's "surrogateescape"), so that each name survives reading and writing unchanged.
/// </summary>
public static class TarText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text of <paramref name="bytes"/>.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
        {
            return Encoding.ASCII.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        Span<char> pair = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out var rune, out int used) == OperationStatus.Done)
            {
                text.Append(pair[..rune.EncodeToUtf16(pair)]);
            }
            else
            {
                used = 1;
                text.Append((char)(0xDC00 + bytes[0]));
            }

            bytes = bytes[used..];
        }

        return text.ToString();
    }

    /// <summary>Whether the bytes that <paramref name="text"/> stands for are UTF-8.</summary>
    public static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            text = text[at..];
            if (Rune.DecodeFromUtf16(text, out _, out int used) != OperationStatus.Done)
            {
                return false;
            }

            text = text[used..];
        }

        return true;
    }

    /// <summary>The bytes of <paramref name="text"/>.</summary>
    /// <exception cref="BothyException">It holds a surrogate that stands for no byte.</exception>
    public static byte[] Encode(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return Strict.GetBytes(text);
        }

        var bytes = new ArrayBufferWriter<byte>(text.Length * 3);
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out int used) == OperationStatus.Done)
            {
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            }
            else if (rest[0] is >= '\uDC80' and <= '\uDCFF')
            {
                bytes.Write([(byte)(rest[0] - 0xDC00)]);
            }
            else
            {
                throw new BothyException("cannot write a name with half a surrogate pair");
            }

            rest = rest[used..];
        }

        return bytes.WrittenSpan.ToArray();
    }
}
