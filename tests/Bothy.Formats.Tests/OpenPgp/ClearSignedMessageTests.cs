using System.Text;
using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class ClearSignedMessageTests
{
    private static readonly DateTimeOffset Time = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Shared: making a key takes longer than every test here.
    private static readonly TestSigner Signer = new(Time);

    [Theory]
    [InlineData("a\n", "a\n")]
    [InlineData("a\n\n\n", "a\n")] // the test signer drops empty lines at the end
    [InlineData("- a\n-----BEGIN\n", "- a\n-----BEGIN\n")]
    public void Gives_the_signed_text_alone(string text, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ClearSignedMessage.Parse(Signer.ClearSign(text, Time), "m").Text.Span));

    [Theory]
    [InlineData("\n", "\r\n")] // a mail program or an editor changes line ends
    [InlineData("Origin: a\n", "Origin: a  \t\n")] // blanks at line ends are not signed
    [InlineData("\nOrigin", "\n- Origin")] // any line may be escaped
    [InlineData("END PGP SIGNATURE-----\n", "END PGP SIGNATURE-----")]
    [InlineData("END PGP SIGNATURE-----\n", "END PGP SIGNATURE-----\n\n \n")]
    [InlineData("Hash: SHA256\n", "Hash: SHA1, sha256\n")]
    [InlineData("Hash: SHA256\n", "Hash: SHA1\nHash: SHA256\n")]
    [InlineData("Hash: SHA256\n", "")]
    [InlineData("SIGNATURE-----\n\n", "SIGNATURE-----\nVersion: x\n\n")]
    public void Accepts_what_does_not_change_the_message(string from, string to)
    {
        var message = Parse(Replace(from, to));

        Assert.Equal("Origin: a\nLabel: b\n", Encoding.UTF8.GetString(message.Text.Span));
        Assert.True(OpenPgpVerifier.Verify(message, Keyring(), Time).IsTrusted);
    }

    [Theory]
    [InlineData("-----BEGIN PGP SIGNED", "\n-----BEGIN PGP SIGNED", "it does not start with '-----BEGIN PGP SIGNED MESSAGE-----'")]
    [InlineData("-----BEGIN PGP SIGNED", "Origin: evil\n\n-----BEGIN PGP SIGNED", "it does not start with '-----BEGIN PGP SIGNED MESSAGE-----'")]
    [InlineData("Hash: SHA256\n", "Hash: SHA256\nOrigin: evil\n", "'Origin: evil' in the head of the message, where only 'Hash:' may be")]
    [InlineData("END PGP SIGNATURE-----\n", "END PGP SIGNATURE-----\nOrigin: evil\n", "more text behind the signature, which nothing signs")]
    [InlineData("END PGP SIGNATURE-----\n", "END PGP SIGNATURE-----\n-----BEGIN PGP SIGNED MESSAGE-----\n", "more text behind the signature, which nothing signs")]
    [InlineData("Label", "-----BEGIN PGP SIGNED MESSAGE-----\nLabel", "'-----BEGIN PGP SIGNED MESSAGE-----' inside of the message: a line that begins with a dash must be escaped")]
    [InlineData("Label", "-Label", "'-Label: b' inside of the message: a line that begins with a dash must be escaped")]
    [InlineData("Label", "La\0bel", "a NUL byte in the message")]
    [InlineData("-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE----- x\n", "'-----BEGIN PGP SIGNATURE----- x' inside of the message: a line that begins with a dash must be escaped")]
    [InlineData("-----END PGP SIGNATURE-----\n", "", "the armour block does not end")]
    [InlineData("-----END PGP SIGNATURE", "-----END PGP MESSAGE", "an armour block that does not end with '-----END PGP SIGNATURE-----'")]
    [InlineData("SIGNATURE-----\n\n", "SIGNATURE-----\n", "an armour block without an empty line behind its headers")]
    [InlineData("\n=", "\n=AAAA\n=", "armoured data behind its checksum")]
    [InlineData("SIGNATURE-----\n\nw", "SIGNATURE-----\n\nx", "an armour block whose checksum does not fit")]
    [InlineData("SIGNATURE-----\n\nw", "SIGNATURE-----\n\n!", "an armour block that is not base64")]
    public void Refuses_all_else(string from, string to, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => Parse(Replace(from, to))).Problem);

    [Fact]
    public void Refuses_a_message_without_a_signature() =>
        Assert.Equal(
            "the message has no signature at its end",
            Assert.Throws<MalformedDataException>(() => Parse("-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n")).Problem);

    [Fact]
    public void A_hash_that_the_message_does_not_announce_does_not_count()
    {
        var verdict = OpenPgpVerifier.Verify(Parse(Replace("Hash: SHA256", "Hash: SHA512")), Keyring(), Time);

        Assert.Equal($"signature by key {Signer.KeyId}: it uses SHA256, which the head of the message does not announce", Assert.Single(verdict.Problems).Message);
    }

    private static ClearSignedMessage Parse(string text) => ClearSignedMessage.Parse(Encoding.UTF8.GetBytes(text), "InRelease");

    private static string Replace(string from, string to)
    {
        string message = Encoding.UTF8.GetString(Signer.ClearSign("Origin: a\nLabel: b\n", Time));
        Assert.Contains(from, message, StringComparison.Ordinal);
        return message.Replace(from, to, StringComparison.Ordinal);
    }

    private static OpenPgpKeyring Keyring() => OpenPgpKeyring.Parse(Signer.ExportKeyring(), "keys");
}
