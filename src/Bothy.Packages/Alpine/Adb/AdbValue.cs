using System.Buffers.Binary;
using System.Text;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>One value: a word with its type in the four highest bits, and below them itself or where it is.</summary>
internal readonly struct AdbValue(AdbDocument document, uint word)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private enum Kind
    {
        Special = 0,
        Integer = 1,
        Integer32 = 2,
        Integer64 = 3,
        Blob8 = 8,
        Blob16 = 9,
        Blob32 = 10,
        Array = 13,
        Object = 14,
    }

    /// <summary>Whether there is no value.</summary>
    public bool IsNull => word == 0;

    private Kind Type => (Kind)(word >> 28);

    private uint Low => word & 0x0FFFFFFF;

    /// <summary>A number; 0 where there is no value.</summary>
    /// <exception cref="MalformedDataException">It is something else, or larger than <see cref="long.MaxValue"/>.</exception>
    public long ToNumber()
    {
        if (IsNull)
        {
            return 0;
        }

        return Type switch
        {
            Kind.Integer => Low,
            Kind.Integer32 => BinaryPrimitives.ReadUInt32LittleEndian(document.Slice(Low, 4).Span),
            Kind.Integer64 when BinaryPrimitives.ReadInt64LittleEndian(document.Slice(Low, 8).Span) is >= 0 and var number => number,
            _ => throw Malformed("a value is not the number it should be"),
        };
    }

    /// <summary>A number that is at most <paramref name="max"/>.</summary>
    /// <exception cref="MalformedDataException">It is something else, or larger.</exception>
    public int ToNumber(int max) => ToNumber() is var number && number <= max ? (int)number : throw Malformed("a number is too large");

    /// <summary>Bytes; none where there is no value.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    public ReadOnlyMemory<byte> ToBlob()
    {
        if (IsNull)
        {
            return default;
        }

        var (size, length) = Type switch
        {
            Kind.Blob8 => (1, document.Slice(Low, 1).Span[0]),
            Kind.Blob16 => (2, BinaryPrimitives.ReadUInt16LittleEndian(document.Slice(Low, 2).Span)),
            Kind.Blob32 => (4, (long)BinaryPrimitives.ReadUInt32LittleEndian(document.Slice(Low, 4).Span)),
            _ => throw Malformed("a value is not the bytes it should be"),
        };
        return document.Slice(Low + size, length);
    }

    /// <summary>UTF-8 text without NUL; empty where there is no value.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    public string ToText()
    {
        var bytes = ToBlob().Span;
        if (bytes.Contains((byte)0))
        {
            throw Malformed("a text has a NUL");
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("a text is not UTF-8");
        }
    }

    /// <summary>Text of one line, such as every field of an index is.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    public string ToLine()
    {
        string text = ToText();
        return text.AsSpan().ContainsAnyInRange('\u0001', '\u001F') ? throw Malformed("a text has a control character") : text;
    }

    /// <summary>Text without blanks.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    public string ToWord()
    {
        string text = ToLine();
        return text.Contains(' ', StringComparison.Ordinal) ? throw Malformed("a name has a blank") : text;
    }

    /// <summary>An object or an array, both being numbered slots; one without slots where there is no value.</summary>
    /// <exception cref="MalformedDataException">It is something else.</exception>
    public AdbObject ToObject()
    {
        if (IsNull)
        {
            return new AdbObject(document, default);
        }

        if (Type is not (Kind.Object or Kind.Array))
        {
            throw Malformed("a value is not the object it should be");
        }

        // The first slot counts all of them, itself included.
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(document.Slice(Low, 4).Span);
        return count > 0 ? new AdbObject(document, document.Slice(Low, 4L * count)) : throw Malformed("an object has no slot");
    }

    /// <summary>The failure for this value.</summary>
    public MalformedDataException Malformed(string problem) => document.Malformed(Low, problem);
}

/// <summary>The numbered slots of an object or array; the first value is in slot 1.</summary>
internal readonly struct AdbObject(AdbDocument document, ReadOnlyMemory<byte> slots)
{
    /// <summary>The number of the last slot.</summary>
    public int Last => Math.Max(0, (slots.Length / 4) - 1);

    /// <summary>The value in a slot; none where there is no such slot.</summary>
    public AdbValue this[int slot] =>
        new(document, slot <= Last ? BinaryPrimitives.ReadUInt32LittleEndian(slots.Span[(4 * slot)..]) : 0);
}
