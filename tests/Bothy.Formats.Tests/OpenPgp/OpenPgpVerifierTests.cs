using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class OpenPgpVerifierTests
{
    private static readonly DateTimeOffset Created = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Signed = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Data = "Origin: Test\n"u8.ToArray();

    // Shared: making a key takes longer than every test here.
    private static readonly TestSigner Signer = new(Created, TimeSpan.FromDays(366));

    [Fact]
    public void A_good_signature_counts_until_the_key_ends()
    {
        byte[] signature = Signer.DetachSign(Data, Signed);

        Assert.True(Verify(signature, Created.AddDays(366).AddSeconds(-1)).IsTrusted);
        Problem(SignatureProblemKind.Expired, "the key expired on 2025-01-01", Verify(signature, Created.AddDays(366)));
    }

    [Fact]
    public void A_signature_counts_until_its_own_end()
    {
        byte[] signature = Signer.DetachSign(Data, Signed, goodFor: TimeSpan.FromDays(7));

        Assert.True(Verify(signature, Signed.AddDays(7).AddSeconds(-1)).IsTrusted);
        Problem(SignatureProblemKind.Expired, "it expired on 2024-06-08", Verify(signature, Signed.AddDays(7)));
    }

    [Fact]
    public void A_signature_from_the_future_counts_only_within_the_skew_of_clocks()
    {
        byte[] signature = Signer.DetachSign(Data, Signed);

        Assert.True(Verify(signature, Signed.AddMinutes(-10)).IsTrusted);
        Problem(
            SignatureProblemKind.Unusable,
            "it was made in the future, on 2024-06-01 00:00 UTC; is the clock right?",
            Verify(signature, Signed.AddMinutes(-11)));
    }

    [Fact]
    public void A_signature_older_than_its_key_does_not_count() =>
        Problem(SignatureProblemKind.Unusable, "it is older than the key", Verify(Signer.DetachSign(Data, Created.AddSeconds(-1)), Signed));

    [Fact]
    public void Changed_data_makes_a_bad_signature()
    {
        var signatures = OpenPgpSignatures.ParseDetached(Signer.DetachSign(Data, Signed), "Release.gpg");
        var verdict = OpenPgpVerifier.Verify("Origin: Tess\n"u8.ToArray(), signatures, Keyring(), Signed);

        Problem(SignatureProblemKind.Bad, "it is bad: the signed bytes were changed, or that key did not sign them", verdict);
    }

    [Fact]
    public void A_good_signature_beside_a_bad_one_is_not_trusted()
    {
        var verdict = Verify([.. Signer.DetachSign(Data, Signed), .. Signer.DetachSign("other"u8.ToArray(), Signed)], Signed);

        Assert.Single(verdict.Good);
        Assert.False(verdict.IsTrusted);
    }

    [Fact]
    public void A_good_signature_beside_one_by_a_stranger_is_trusted()
    {
        using var stranger = new TestSigner(Created);
        var verdict = Verify([.. stranger.DetachSign(Data, Signed), .. Signer.DetachSign(Data, Signed)], Signed);

        Assert.True(verdict.IsTrusted);
        Assert.Equal(
            new SignatureProblem(SignatureProblemKind.UnknownKey, $"signature by key {stranger.KeyId}: that key is not in the keyring"),
            Assert.Single(verdict.Problems));
    }

    [Theory]
    [InlineData(0x94, "it says that subpacket type 20 must be understood, which is not supported")] // a critical notation
    [InlineData(0xE4, "it says that subpacket type 100 must be understood, which is not supported")]
    [InlineData(0x64, null)] // the same, not critical
    [InlineData(0x9B, null)] // critical, but understood
    public void Critical_subpackets_must_be_understood(byte type, string? reason)
    {
        byte[] signature = Signer.Sign(0, Data, Signed, TestSigner.Subpacket(type, [2, 0, 0, 0, 0, 0, 0, 0, 0]), HashAlgorithmName.SHA256);
        var verdict = Verify(signature, Signed);

        Assert.Equal(reason is null, verdict.IsTrusted);
        Assert.Equal(reason is null ? [] : [$"signature by key {Signer.KeyId}: {reason}"], verdict.Problems.Select(problem => problem.Message));
    }

    [Theory]
    [InlineData("SHA384", null)]
    [InlineData("SHA512", null)]
    [InlineData("SHA1", "it uses SHA1, which is too weak")]
    public void Weak_hashes_do_not_count(string hash, string? reason)
    {
        var verdict = Verify(Signer.DetachSign(Data, Signed, hash: new HashAlgorithmName(hash)), Signed);

        Assert.Equal(reason is null, verdict.IsTrusted);
        Assert.Equal(reason is null ? [] : [$"signature by key {Signer.KeyId}: {reason}"], verdict.Problems.Select(problem => problem.Message));
    }

    [Theory]
    [InlineData(0x10)] // a certification of a name
    [InlineData(0x18)]
    [InlineData(0x40)]
    public void Signatures_over_other_things_than_documents_do_not_count(byte type) =>
        Problem(
            SignatureProblemKind.Unsupported,
            $"its type 0x{type:x2} is not that of a signature over such a document",
            Verify(Signer.Sign(type, Data, Signed, [], HashAlgorithmName.SHA256), Signed));

    [Fact]
    public void A_key_that_does_not_vouch_for_itself_does_not_count()
    {
        // The key packet alone: nobody says how long it is valid or what it is for.
        byte[] keyring = Signer.ExportKeyring();
        byte[] bare = keyring[..(6 + (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(keyring.AsSpan(2)))];
        var signatures = OpenPgpSignatures.ParseDetached(Signer.DetachSign(Data, Signed), "Release.gpg");

        var verdict = OpenPgpVerifier.Verify(Data, signatures, OpenPgpKeyring.Parse(bare, "keys"), Signed);

        Problem(SignatureProblemKind.Unusable, "the key has no valid signature of its own about itself", verdict);
    }

    [Theory]
    [InlineData(new byte[] { 0xc2, 0x01, 0x06 }, "signature by a key it does not name: it has version 6, which is not supported")]
    [InlineData(new byte[] { 0x88, 0x01, 0x03 }, "signature by a key it does not name: it has version 3, which is not supported")] // old packet format
    public void Other_versions_are_named(byte[] packet, string message)
    {
        var verdict = Verify([.. packet, .. Signer.DetachSign(Data, Signed)], Signed);

        Assert.True(verdict.IsTrusted);
        Assert.Equal(message, Assert.Single(verdict.Problems).Message);
    }

    [Theory]
    [InlineData(new byte[0], "it is empty")]
    [InlineData(new byte[] { 0xc2 }, "it ends where 1 more bytes are announced")]
    [InlineData(new byte[] { 0xc2, 0x05, 4 }, "it ends where 5 more bytes are announced")]
    [InlineData(new byte[] { 0xc2, 0xe1, 4, 4 }, "a partial length, which only packets of data may have")]
    [InlineData(new byte[] { 0x8b, 4 }, "a packet of indeterminate length, which only packets of data may have")]
    [InlineData(new byte[] { 0xc2, 0xff, 0xff, 0xff, 0xff, 0xff }, "it ends where 4294967295 more bytes are announced")]
    [InlineData(new byte[] { 0xc1, 0x01, 4 }, "a packet of type 1 among signatures")]
    [InlineData(new byte[] { 0xca, 0x03, 0x50, 0x47, 0x50 }, "it holds no signature")] // a marker alone
    [InlineData(new byte[] { 0xca, 0x00, 0x01 }, "not the start of an OpenPGP packet")]
    [InlineData(new byte[] { 0x41, 0x42 }, "it is neither binary OpenPGP nor armoured ('-----BEGIN PGP SIGNATURE-----')")]
    public void Malformed_signatures_are_refused(byte[] bytes, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => OpenPgpSignatures.ParseDetached(bytes, "Release.gpg")).Problem);

    [Theory]
    [InlineData(new byte[] { 0xc5, 0x01, 4 }, "a secret key; a keyring to verify with holds public keys only")]
    [InlineData(new byte[] { 0xcd, 0x01, 65 }, "a packet that belongs to a key, but no key before it")]
    [InlineData(new byte[] { 0xcb, 0x01, 65 }, "a packet of type 11, which has no place in a keyring")]
    [InlineData(new byte[] { 0, 0, 0, 32, 1, 1, 0, 2, 0x4b, 0x42, 0x58, 0x66, 0 }, "a keybox of GnuPG; 'gpg --export' writes a keyring from it")]
    public void Files_that_are_no_keyring_are_refused(byte[] bytes, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => OpenPgpKeyring.Parse(bytes, "keys.gpg")).Problem);

    [Fact]
    public void Keys_of_other_versions_are_named_and_the_rest_is_read()
    {
        var keyring = OpenPgpKeyring.Parse((byte[])[0xc6, 0x02, 6, 0, .. Signer.ExportKeyring()], "keys.gpg");

        Assert.Equal("keys.gpg has a key of version 6 at byte 0, which is not supported", Assert.Single(keyring.Unsupported));
        Assert.Equal(Signer.Fingerprint, Assert.Single(keyring.Keys).Fingerprint);
    }

    [Fact]
    public void A_keyring_may_be_several_armour_blocks_with_text_between()
    {
        using var other = new TestSigner(Created);
        string text = $"# mine\n{Signer.ExportArmouredKeyring()}\n# other\n{other.ExportArmouredKeyring()}";

        var keyring = OpenPgpKeyring.Parse(Encoding.UTF8.GetBytes(text), "keys.asc");

        Assert.Equal([Signer.Fingerprint, other.Fingerprint], keyring.Keys.Select(key => key.Fingerprint));
        Assert.Equal([Created.AddDays(366), null], keyring.Keys.Select(key => key.Expires));
    }

    private static void Problem(SignatureProblemKind kind, string reason, OpenPgpVerdict verdict)
    {
        Assert.False(verdict.IsTrusted);
        Assert.Equal(new SignatureProblem(kind, $"signature by key {Signer.KeyId}: {reason}"), Assert.Single(verdict.Problems));
    }

    private static OpenPgpKeyring Keyring() => OpenPgpKeyring.Parse(Signer.ExportKeyring(), "keys");

    private static OpenPgpVerdict Verify(byte[] signature, DateTimeOffset now) =>
        OpenPgpVerifier.Verify(Data, OpenPgpSignatures.ParseDetached(signature, "Release.gpg"), Keyring(), now);
}
