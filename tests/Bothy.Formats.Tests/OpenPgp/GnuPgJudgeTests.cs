using System.Text;
using System.Text.RegularExpressions;
using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class GnuPgJudgeTests(GnuPgKeys keys) : IClassFixture<GnuPgKeys>
{
    private static readonly byte[] Text = Encoding.UTF8.GetBytes("Origin: Test\n- a dash\n-----BEGIN\nblanks  \t\nFrom here\r\n\nend\n");
    private static readonly byte[] Blob = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7)), 10, 13, 10, 32, 32, 10, 13];

    [RequiresTheory(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    [InlineData("plain", "--clear-sign", "SHA256")]
    [InlineData("plain", "--clear-sign", "SHA384")]
    [InlineData("plain", "--detach-sign", "SHA512")]
    [InlineData("plain", "--detach-sign --armor", "SHA512")]
    [InlineData("plain", "--detach-sign --textmode", "SHA256")]
    [InlineData("subkey", "--clear-sign", "SHA512")]
    [InlineData("subkey", "--detach-sign", "SHA256")]
    [InlineData("nist", "--detach-sign", "SHA256")]
    [InlineData("nist384", "--clear-sign", "SHA384")]
    [InlineData("nist521", "--clear-sign", "SHA512")]
    [InlineData("extended", "--clear-sign", "SHA256")] // a newer self-signature takes the expiry away
    public void Both_accept(string signer, string how, string hash)
    {
        var (ours, gpgv) = Compare(signer, how, hash, now: TimeProvider.System.GetUtcNow());

        Assert.Empty(ours.Problems);
        Assert.Equal([keys.GnuPg.Fingerprint(signer)], gpgv);
        Assert.Equal(gpgv, GnuPg.OurJudgement(ours));
        Assert.Equal(hash, ours.Good[0].HashName);
    }

    [RequiresTheory(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    [InlineData("expired", "the key expired on 2025-01-01")]
    [InlineData("shortened", "the key expired on 2024-06-01")]
    [InlineData("old-subkey", "the subkey expired on 2025-01-01")]
    public void Neither_accepts(string signer, string reason)
    {
        var (ours, gpgv) = Compare(signer, "--clear-sign --faked-system-time 20240315T000000!", "SHA256", now: TimeProvider.System.GetUtcNow());

        Assert.Empty(gpgv);
        Assert.False(ours.IsTrusted);
        Assert.Equal($"signature by key KEY: {reason}", Anonymous(Assert.Single(ours.Problems)));
    }

    [RequiresTheory(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    [InlineData("edwards", "SHA256", "made with Ed25519, which is not supported")]
    [InlineData("dsa", "SHA256", "made with DSA, which is not supported")]
    [InlineData("weak", "SHA256", "made with RSA 1024, which is too weak")]
    [InlineData("mixed", "SHA256", "its primary key KEY is made with Ed25519, which is not supported")]
    [InlineData("plain", "SHA1", "it uses SHA1, which is too weak")]
    [InlineData("plain", "SHA224", "it uses SHA224, which is not supported")]
    public void Gpgv_accepts_what_we_name_and_refuse(string signer, string hash, string reason)
    {
        var (ours, gpgv) = Compare(signer, "--clear-sign", hash, now: TimeProvider.System.GetUtcNow());

        Assert.Equal([keys.GnuPg.Fingerprint(signer)], gpgv);
        Assert.False(ours.IsTrusted);
        Assert.Equal($"signature by key KEY: {reason}", Anonymous(Assert.Single(ours.Problems)));
        Assert.Equal(
            reason.EndsWith("too weak", StringComparison.Ordinal) ? SignatureProblemKind.Weak : SignatureProblemKind.Unsupported,
            ours.Problems[0].Kind);
    }

    [RequiresFact(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    public void Of_several_signatures_each_is_judged()
    {
        byte[] signed = keys.GnuPg.Sign(Text, "--clear-sign", "-u", "plain", "-u", "edwards", "-u", "subkey", "--digest-algo", "SHA256");
        byte[] trusted = keys.GnuPg.Export("subkey", "edwards");

        var verdict = OpenPgpVerifier.Verify(ClearSignedMessage.Parse(signed, "InRelease"), OpenPgpKeyring.Parse(trusted, "keys"), TimeProvider.System.GetUtcNow());

        Assert.True(verdict.IsTrusted);
        Assert.Equal(keys.GnuPg.Fingerprint("subkey"), Assert.Single(verdict.Good).Fingerprint);
        Assert.NotEqual(verdict.Good[0].Fingerprint, verdict.Good[0].SigningKeyFingerprint);
        Assert.Equal([SignatureProblemKind.Unsupported, SignatureProblemKind.UnknownKey], verdict.Problems.Select(problem => problem.Kind).Order().Reverse());
    }

    [RequiresFact(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    public void Neither_accepts_a_key_that_was_revoked_after_it_signed()
    {
        byte[] trusted = keys.GnuPg.Export("revoked");
        var message = ClearSignedMessage.Parse(keys.SignedBeforeRevocation, "InRelease");
        var verdict = OpenPgpVerifier.Verify(message, OpenPgpKeyring.Parse(trusted, "keys"), TimeProvider.System.GetUtcNow());

        Assert.Equal("signature by key KEY: the key was revoked", Anonymous(Assert.Single(verdict.Problems)));
        Assert.Empty(GnuPg.JudgeSignatures(trusted, keys.SignedBeforeRevocation, data: null));
    }

    [RequiresFact(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    public void A_revocation_in_one_keyring_counts_for_the_key_in_another()
    {
        var revoked = OpenPgpKeyring.Parse(keys.GnuPg.Export("revoked"), "a");
        var before = OpenPgpKeyring.Parse(keys.ExportedBeforeRevocation, "b");

        Assert.False(Assert.Single(before.Keys).IsRevoked);
        Assert.True(Assert.Single(OpenPgpKeyring.Merge(before, revoked).Keys).IsRevoked);
        Assert.True(Assert.Single(OpenPgpKeyring.Merge(revoked, before).Keys).IsRevoked);
    }

    [RequiresFact(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    public void Keys_are_listed_as_gpg_lists_them()
    {
        var keyring = OpenPgpKeyring.Parse(keys.GnuPg.Export(), "keys");
        string[] gpg = keys.GnuPg.Run(["--with-colons", "--list-keys"]).Succeeded().Output.Split('\n');
        var expected = gpg
            .Select(line => line.Split(':'))
            .Where(parts => parts[0] == "pub")
            .Select(parts => (parts[4], parts[5], parts[6]));

        Assert.Equal(
            expected,
            keyring.Keys.Select(key => (
                key.Fingerprint[^16..],
                $"{key.Created.ToUnixTimeSeconds()}",
                // gpg cannot be compared where we cannot verify what the key says; none of those here ends.
                $"{key.Expires?.ToUnixTimeSeconds()}")));
        Assert.Equal("plain", Assert.Single(keyring.Keys[0].UserIds));
        Assert.Equal("RSA 2048", keyring.Keys[0].Algorithm);
    }

    [RequiresFact(Needs.Judges + ":gpg", Needs.Judges + ":gpgv")]
    public void Neither_accepts_a_message_with_any_byte_of_its_text_changed()
    {
        byte[] signed = keys.GnuPg.Sign(Encoding.UTF8.GetBytes("Date: today\nx\n"), "--clear-sign", "-u", "plain");
        byte[] trusted = keys.GnuPg.Export("plain");
        int start = signed.AsSpan().IndexOf("Date"u8);
        for (int i = start; i < start + 13; i++)
        {
            byte[] tampered = [.. signed];
            tampered[i] ^= 1;
            var verdict = OpenPgpVerifier.Verify(ClearSignedMessage.Parse(tampered, "InRelease"), OpenPgpKeyring.Parse(trusted, "keys"), TimeProvider.System.GetUtcNow());

            Assert.Equal(SignatureProblemKind.Bad, Assert.Single(verdict.Problems).Kind);
            Assert.Empty(GnuPg.JudgeSignatures(trusted, tampered, data: null));
        }
    }

    private static string Anonymous(SignatureProblem problem) => Regex.Replace(problem.Message, "[0-9A-F]{16}", "KEY");

    private (OpenPgpVerdict Ours, string[] Gpgv) Compare(string signer, string how, string hash, DateTimeOffset now)
    {
        bool clear = how.Contains("--clear-sign", StringComparison.Ordinal);
        byte[] data = clear || how.Contains("--textmode", StringComparison.Ordinal) ? Text : Blob;
        byte[] signed = keys.GnuPg.Sign(data, [.. how.Split(' ').Order(StringComparer.Ordinal), "-u", keys.GnuPg.Fingerprint(signer), "--digest-algo", hash]);
        byte[] trusted = keys.GnuPg.Export(keys.GnuPg.Fingerprint(signer));
        var keyring = OpenPgpKeyring.Parse(trusted, "keys");
        var ours = clear
            ? OpenPgpVerifier.Verify(ClearSignedMessage.Parse(signed, "InRelease"), keyring, now)
            : OpenPgpVerifier.Verify(data, OpenPgpSignatures.ParseDetached(signed, "Release.gpg"), keyring, now);
        return (ours, GnuPg.JudgeSignatures(trusted, signed, clear ? null : data));
    }
}
