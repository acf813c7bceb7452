using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Engine.Assembly.Certificates;

/// <summary>
/// The hash of a certificate's subject that OpenSSL looks certificates up by in a directory (openssl-rehash(1)): SHA-1 over a
/// canonical form of the name, in which case and spaces of texts do not count.
/// </summary>
internal static class SubjectHash
{
    /// <summary>Eight hex digits for the subject of the certificate <paramref name="der"/>.</summary>
    /// <exception cref="AsnContentException">It is not a certificate.</exception>
    public static string Of(ReadOnlyMemory<byte> der)
    {
        var body = new AsnReader(der, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        var version = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (body.PeekTag() == version)
        {
            body.ReadEncodedValue();
        }

        body.ReadIntegerBytes(); // serial number
        body.ReadSequence(); // signature algorithm
        body.ReadSequence(); // issuer
        body.ReadSequence(); // validity
        byte[] hash = SHA1.HashData(Canonical(body.ReadSequence()));
        return BinaryPrimitives.ReadUInt32LittleEndian(hash).ToString("x8", System.Globalization.CultureInfo.InvariantCulture);
    }

    // The encodings of the parts one after another, without the sequence around them.
    private static byte[] Canonical(AsnReader name)
    {
        var all = new MemoryStream();
        while (name.HasData)
        {
            var part = name.ReadSetOf(skipSortOrderValidation: true);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSetOf())
            {
                while (part.HasData)
                {
                    var attribute = part.ReadSequence();
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(attribute.ReadObjectIdentifier());
                        WriteValue(attribute, writer);
                    }
                }
            }

            all.Write(writer.Encode());
        }

        return all.ToArray();
    }

    private static void WriteValue(AsnReader attribute, AsnWriter writer)
    {
        var tag = attribute.PeekTag();
        Encoding? encoding = tag.TagClass != TagClass.Universal ? null : (UniversalTagNumber)tag.TagValue switch
        {
            UniversalTagNumber.UTF8String => Encoding.UTF8,
            UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.VisibleString or UniversalTagNumber.T61String => Encoding.Latin1,
            UniversalTagNumber.BMPString => Encoding.BigEndianUnicode,
            UniversalTagNumber.UniversalString => new UTF32Encoding(bigEndian: true, byteOrderMark: false),
            _ => null,
        };
        if (encoding is null)
        {
            writer.WriteEncodedValue(attribute.ReadEncodedValue().Span);
            return;
        }

        var text = attribute.PeekContentBytes();
        attribute.ReadEncodedValue();
        writer.WriteCharacterString(UniversalTagNumber.UTF8String, Fold(encoding.GetString(text.Span)));
    }

    // Only ASCII: other letters and spaces count as they are.
    private static string Fold(string value)
    {
        var folded = new StringBuilder();
        foreach (char c in value)
        {
            bool space = c is ' ' or (>= '\t' and <= '\r');
            if (!space)
            {
                folded.Append(char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c);
            }
            else if (folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        return folded.ToString().TrimEnd(' ');
    }
}
