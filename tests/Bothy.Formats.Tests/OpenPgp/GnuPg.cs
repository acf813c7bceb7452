using Bothy.Formats.OpenPgp;

namespace Bothy.Formats.Tests.OpenPgp;

/// <summary>GnuPG in a home directory of its own, as signer and as judge.</summary>
internal sealed class GnuPg : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose()
    {
        // gpg starts an agent for the home directory; it must not outlive the test.
        Judge.Run("gpgconf", "--homedir", _home.Path, "--kill", "all");
        _home.Dispose();
    }

    public void CreateKey(string name, string algorithm, string usage = "sign,cert", string expires = "never", string? at = null) =>
        Run([.. At(at), "--quick-generate-key", name, algorithm, usage, expires]).Succeeded();

    public void AddSubkey(string name, string algorithm, string usage = "sign", string expires = "never", string? at = null) =>
        Run([.. At(at), "--quick-add-key", Fingerprint(name), algorithm, usage, expires]).Succeeded();

    public void Revoke(string name)
    {
        // gpg prepares a revocation for each key and protects it from use by a colon.
        string prepared = File.ReadAllText(Path.Combine(_home.Path, "openpgp-revocs.d", Fingerprint(name) + ".rev"));
        Run(["--import"], System.Text.Encoding.ASCII.GetBytes(prepared.Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal))).Succeeded();
    }

    public string Fingerprint(string name) =>
        Run(["--with-colons", "--list-keys", name.Length == 40 ? name : "=" + name]).Succeeded().Output.Split('\n').First(line => line.StartsWith("fpr:")).Split(':')[9];

    public byte[] Export(params string[] arguments) => Run(["--export", .. arguments]).Succeeded().OutputBytes;

    public byte[] Sign(byte[] data, params string[] arguments) => Run(arguments, data).Succeeded().OutputBytes;

    public JudgeResult Run(IEnumerable<string> arguments, byte[]? input = null) =>
        Judge.Run("gpg", ["--homedir", _home.Path, "--batch", "--no-tty", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback", .. arguments], input);

    /// <summary>What apt would make of gpgv's answer: fingerprints of primary keys whose signature is good and nothing worse.</summary>
    public static string[] JudgeSignatures(byte[] keyring, byte[] signature, byte[]? data)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["keys.gpg"], keyring);
        File.WriteAllBytes(directory["signature"], signature);
        File.WriteAllBytes(directory["data"], data ?? []);
        string[] files = data is null ? [directory["signature"]] : [directory["signature"], directory["data"]];
        string[] status = Judge.Run("gpgv", ["--homedir", directory.Path, "--status-fd", "1", "--keyring", directory["keys.gpg"], .. files])
            .Output.Split('\n');
        if (status.Any(line => line.StartsWith("[GNUPG:] BADSIG")))
        {
            return [];
        }

        // GOODSIG stands alone for a signature without a blemish; VALIDSIG follows it with the primary key at its end.
        return status
            .Zip(status.Skip(1).Append(""))
            .Where(pair => pair.First.StartsWith("[GNUPG:] GOODSIG"))
            .Select(pair => pair.Second.Split(' ')[^1])
            .ToArray();
    }

    public static string[] OurJudgement(OpenPgpVerdict verdict) =>
        verdict.IsTrusted ? [.. verdict.Good.Select(good => good.Fingerprint)] : [];

    private static string[] At(string? time) => time is null ? [] : ["--faked-system-time", time + "!"];
}
