using System.Text;
using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

public sealed class RealArchiveTests
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    [RequiresFact(Needs.Network, Needs.Judges + ":gpgv", Needs.Judges + ":apt-get")]
    public void The_machines_own_archive_verifies_as_gpgv_says()
    {
        using var fetched = new TemporaryDirectory();
        byte[] keys = File.ReadAllBytes(Keyring);
        var keyring = OpenPgpKeyring.Parse(keys, Keyring);
        string[] rsa = [.. keyring.Keys.Where(key => key.Algorithm.StartsWith("RSA", StringComparison.Ordinal)).Select(key => key.Fingerprint)];
        int compared = 0;
        foreach (string release in Releases(fetched))
        {
            byte[] bytes = File.ReadAllBytes(release);
            string[] gpgv = GnuPg.JudgeSignatures(keys, bytes, data: null);
            if (gpgv.Length == 0)
            {
                // Of another archive than Debian's, with keys of its own.
                continue;
            }

            var message = ClearSignedMessage.Parse(bytes, release);
            var verdict = OpenPgpVerifier.Verify(message, keyring, TimeProvider.System.GetUtcNow());

            // gpgv knows Ed25519 and therefore more of the signatures; the others must be the same.
            Assert.Equal(gpgv.Intersect(rsa), GnuPg.OurJudgement(verdict));
            Assert.All(verdict.Problems, problem => Assert.EndsWith("made with Ed25519, which is not supported", problem.Message, StringComparison.Ordinal));
            Assert.StartsWith("Origin: ", Encoding.UTF8.GetString(message.Text.Span), StringComparison.Ordinal);
            compared++;
        }

        Assert.NotEqual(0, compared);
    }

    // What the machine's apt fetched last, or fetches now.
    private static string[] Releases(TemporaryDirectory fetched)
    {
        string lists = "/var/lib/apt/lists";
        if (!Directory.Exists(lists) || Directory.GetFiles(lists, "*_InRelease").Length == 0)
        {
            lists = fetched.Path;
            Judge.Run("apt-get", "update", "-o", "Dir::State::lists=" + lists, "-o", "Acquire::Languages=none", "-o", "APT::Sandbox::User=root");
        }

        return [.. Directory.GetFiles(lists, "*_InRelease").Order(StringComparer.Ordinal)];
    }
}
