using System.Text;
using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class TestSignerTests : IDisposable
{
    private static readonly DateTimeOffset Created = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Signed = new(2024, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestSigner _signer = new(Created);

    public void Dispose() => _signer.Dispose();

    [RequiresFact(Needs.Judges + ":gpgv")]
    public void Gpgv_accepts_what_it_signs()
    {
        byte[] data = Encoding.UTF8.GetBytes("Origin: Test\n- dash\nend\n");

        Assert.Equal([_signer.Fingerprint], GnuPg.JudgeSignatures(_signer.ExportKeyring(), _signer.DetachSign(data, Signed), data));
        Assert.Equal([_signer.Fingerprint], GnuPg.JudgeSignatures(_signer.ExportKeyring(), Encoding.ASCII.GetBytes(_signer.DetachSignArmoured(data, Signed)), data));
        Assert.Equal([_signer.Fingerprint], GnuPg.JudgeSignatures(_signer.ExportKeyring(), _signer.ClearSign("Origin: Test\n- dash\nend\n", Signed), data: null));
    }

    [Fact]
    public void Our_verifier_accepts_what_it_signs()
    {
        byte[] data = Encoding.UTF8.GetBytes("Origin: Test\n");
        var keyring = OpenPgpKeyring.Parse(Encoding.ASCII.GetBytes(_signer.ExportArmouredKeyring()), "keys.asc");

        var clear = ClearSignedMessage.Parse(_signer.ClearSign("Origin: Test\n- dash\n", Signed), "InRelease");
        var detached = OpenPgpSignatures.ParseDetached(_signer.DetachSign(data, Signed), "Release.gpg");

        Assert.Equal("Origin: Test\n- dash\n", Encoding.UTF8.GetString(clear.Text.Span));
        Assert.Equal(new GoodSignature(_signer.Fingerprint, _signer.Fingerprint, Signed, "SHA256"), Assert.Single(OpenPgpVerifier.Verify(clear, keyring, Signed).Good));
        Assert.True(OpenPgpVerifier.Verify(data, detached, keyring, Signed).IsTrusted);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(400, null, 400)]
    [InlineData(null, 30, 182)]
    [InlineData(400, 30, 182)]
    [InlineData(170, 30, 170)]
    public void A_good_signature_says_until_when_it_is_one(int? keyDays, int? signatureDays, int? expectedDays)
    {
        using var signer = new TestSigner(Created, keyDays is { } key ? TimeSpan.FromDays(key) : null);
        var keyring = OpenPgpKeyring.Parse(signer.ExportKeyring(), "keys.gpg");
        var message = ClearSignedMessage.Parse(signer.ClearSign("Origin: Test\n", Signed, signatureDays is { } days ? TimeSpan.FromDays(days) : null), "InRelease");

        var until = Assert.Single(OpenPgpVerifier.Verify(message, keyring, Signed).Good).Until;

        Assert.Equal(expectedDays is { } expected ? Created.AddDays(expected) + (expected == 182 ? Signed - Created.AddDays(152) : TimeSpan.Zero) : null, until);
        if (until is { } end)
        {
            Assert.True(OpenPgpVerifier.Verify(message, keyring, end.AddSeconds(-1)).IsTrusted);
            Assert.False(OpenPgpVerifier.Verify(message, keyring, end).IsTrusted);
        }
    }
}
