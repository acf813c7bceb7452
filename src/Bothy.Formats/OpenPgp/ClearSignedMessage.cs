using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Bothy.Formats.OpenPgp;

/// <summary>
/// A text with its signatures around it (RFC 9580 7), such as <c>InRelease</c>. Stricter than the standard, as apt is:
/// nothing but the one message may be in the file, so that no reader can take unsigned text for signed.
/// </summary>
public sealed class ClearSignedMessage
{
    /// <summary>The largest message read, in bytes.</summary>
    public const int MaxLength = 64 << 20;

    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";

    private ClearSignedMessage(ReadOnlyMemory<byte> text, ImmutableArray<string> hashes, OpenPgpSignatures signatures)
    {
        Text = text;
        Hashes = hashes;
        Signatures = signatures;
    }

    /// <summary>
    /// The signed text, and nothing that is not signed: without dash-escapes and blanks at line ends, a line feed after each line.
    /// </summary>
    public ReadOnlyMemory<byte> Text { get; }

    /// <summary>The signatures over it.</summary>
    public OpenPgpSignatures Signatures { get; }

    /// <summary>The hashes that the message announces; empty where it announces none.</summary>
    internal ImmutableArray<string> Hashes { get; }

    /// <summary>Reads a message; <paramref name="source"/> is its name for messages.</summary>
    /// <exception cref="MalformedDataException">It is not exactly one clear-signed message.</exception>
    public static ClearSignedMessage Parse(ReadOnlyMemory<byte> bytes, string source)
    {
        if (bytes.Length > MaxLength)
        {
            throw new MalformedDataException(source, MaxLength, FormattableString.Invariant($"the message is larger than {MaxLength} bytes"));
        }

        var span = bytes.Span;
        int offset = 0;
        string first = AsciiArmor.TextLine(span, ref offset);
        if (first != Begin)
        {
            throw new MalformedDataException(source, 0, $"it does not start with '{Begin}'");
        }

        var hashes = ReadHashes(span, ref offset, source);
        var text = ReadText(span, ref offset, source);
        byte[] armoured = AsciiArmor.ReadBlock(span, ref offset, "SIGNATURE", source);
        var rest = span[offset..].TrimStart(" \t\r\n"u8);
        if (!rest.IsEmpty)
        {
            throw new MalformedDataException(source, span.Length - rest.Length, "more text behind the signature, which nothing signs");
        }

        return new ClearSignedMessage(text, hashes, OpenPgpSignatures.Create(Packet.ReadAll(armoured, source + " (signature)"), source));
    }

    private static ImmutableArray<string> ReadHashes(ReadOnlySpan<byte> bytes, ref int offset, string source)
    {
        var hashes = ImmutableArray.CreateBuilder<string>();
        while (offset < bytes.Length)
        {
            int at = offset;
            string line = AsciiArmor.TextLine(bytes, ref offset);
            if (line.Length == 0)
            {
                return hashes.ToImmutable();
            }

            if (!line.StartsWith("Hash:", StringComparison.Ordinal))
            {
                throw new MalformedDataException(source, at, $"'{AsciiArmor.Shorten(line)}' in the head of the message, where only 'Hash:' may be");
            }

            hashes.AddRange(line["Hash:".Length..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        throw new MalformedDataException(source, offset, "the message ends in its head");
    }

    private static ReadOnlyMemory<byte> ReadText(ReadOnlySpan<byte> bytes, ref int offset, string source)
    {
        var text = new ArrayBufferWriter<byte>(Math.Max(1, bytes.Length));
        while (offset < bytes.Length)
        {
            int at = offset;
            var line = AsciiArmor.TrimEnd(AsciiArmor.NextLine(bytes, ref offset));
            if (line.SequenceEqual("-----BEGIN PGP SIGNATURE-----"u8))
            {
                offset = at;
                return text.WrittenMemory;
            }

            if (line.StartsWith("- "u8))
            {
                line = line[2..];
            }
            else if (line.StartsWith("-"u8))
            {
                string shown = AsciiArmor.Shorten(Encoding.Latin1.GetString(line));
                throw new MalformedDataException(source, at, $"'{shown}' inside of the message: a line that begins with a dash must be escaped");
            }

            if (line.Contains((byte)0))
            {
                throw new MalformedDataException(source, at, "a NUL byte in the message");
            }

            text.Write(line);
            text.Write("\n"u8);
        }

        throw new MalformedDataException(source, offset, "the message has no signature at its end");
    }
}
