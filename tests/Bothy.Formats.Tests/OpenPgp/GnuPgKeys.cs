namespace Bothy.Formats.Tests.OpenPgp;

/// <summary>One set of keys made by gpg for all tests that need them; made on first use, so that skipped tests make none.</summary>
public sealed class GnuPgKeys : IDisposable
{
    private readonly Lazy<GnuPg> _gnuPg;

    public GnuPgKeys() => _gnuPg = new(Create);

    internal GnuPg GnuPg => _gnuPg.Value;

    internal byte[] SignedBeforeRevocation { get; private set; } = [];

    internal byte[] ExportedBeforeRevocation { get; private set; } = [];

    public void Dispose()
    {
        if (_gnuPg.IsValueCreated)
        {
            _gnuPg.Value.Dispose();
        }
    }

    private GnuPg Create()
    {
        var gnuPg = new GnuPg();
        gnuPg.CreateKey("plain", "rsa2048");
        gnuPg.CreateKey("subkey", "rsa3072", usage: "cert");
        gnuPg.AddSubkey("subkey", "rsa2048");
        gnuPg.CreateKey("nist", "nistp256");
        gnuPg.CreateKey("nist384", "nistp384");
        gnuPg.CreateKey("nist521", "nistp521");
        gnuPg.CreateKey("edwards", "ed25519");
        gnuPg.CreateKey("dsa", "dsa2048");
        gnuPg.CreateKey("weak", "rsa1024");
        gnuPg.CreateKey("mixed", "ed25519", usage: "cert");
        gnuPg.AddSubkey("mixed", "rsa2048");
        gnuPg.CreateKey("expired", "rsa2048", expires: "20250101T000000", at: "20240101T000000");
        gnuPg.CreateKey("extended", "rsa2048", expires: "20250101T000000", at: "20240101T000000");
        gnuPg.Run(["--quick-set-expire", gnuPg.Fingerprint("extended"), "0"]).Succeeded();
        gnuPg.CreateKey("shortened", "rsa2048", at: "20240101T000000");
        gnuPg.Run(["--faked-system-time", "20240201T000000!", "--quick-set-expire", gnuPg.Fingerprint("shortened"), "20240601T000000"]).Succeeded();
        gnuPg.CreateKey("old-subkey", "rsa2048", usage: "cert", at: "20240101T000000");
        gnuPg.AddSubkey("old-subkey", "rsa2048", expires: "20250101T000000", at: "20240101T000000");
        gnuPg.CreateKey("revoked", "rsa2048");
        SignedBeforeRevocation = gnuPg.Sign("x\n"u8.ToArray(), "--clear-sign", "-u", "revoked");
        ExportedBeforeRevocation = gnuPg.Export("revoked");
        gnuPg.Revoke("revoked");
        return gnuPg;
    }
}
