using System.Security.Cryptography;

namespace Bothy.Oci.Signing.Keys;

/// <summary>The one PEM block of a key file that is a key, with its label.</summary>
/// <param name="Label">What stands behind BEGIN.</param>
/// <param name="Bytes">What it encodes.</param>
internal sealed record KeyFileText(string Label, byte[] Bytes)
{
    /// <summary>The most characters of a key file.</summary>
    public const int MaxLength = 64 << 10;

    // OpenSSL writes the curve in a block of its own before the key.
    private const string CurveLabel = "EC PARAMETERS";

    /// <summary>Reads the text of a key file; <paramref name="name"/> stands in messages, the text never does.</summary>
    /// <exception cref="BothyException">There is no PEM block in it.</exception>
    public static KeyFileText Parse(string name, ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            throw new BothyException(FormattableString.Invariant($"cannot use the key {name}: it has more than {MaxLength} characters"));
        }

        while (PemEncoding.TryFind(text, out var found))
        {
            string label = text[found.Label].ToString();
            if (label != CurveLabel)
            {
                // The PEM reader has checked that it is base64.
                return new KeyFileText(label, Convert.FromBase64String(text[found.Base64Data].ToString()));
            }

            text = text[found.Location.End..];
        }

        throw new BothyException($"cannot use the key {name}: it is not a PEM file")
        {
            Hint = "Key files begin with a line such as -----BEGIN PUBLIC KEY-----.",
        };
    }
}
