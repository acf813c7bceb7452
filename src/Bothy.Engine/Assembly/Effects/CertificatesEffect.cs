using Bothy.Engine.Assembly.Certificates;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// The certificates to trust, as update-ca-certificates(8) makes them of ca-certificates' and the image file's: the bundle, a
/// link for each, a link by the hash of each subject; and Java's key store where ca-certificates-java is in the image.
/// </summary>
internal sealed class CertificatesEffect : IEffect
{
    private const string ConfigurationHeader = "# Certificates below /usr/share/ca-certificates to trust, one a line; a leading '!' takes one out.\n";

    public string Name => "ca-certificates";

    public bool Covers(UnpackedPackage package, string script) => package.Name is "ca-certificates" or "ca-certificates-java";

    public void Apply(AssemblyState state)
    {
        CertificateFiles.AddImageCertificates(state);
        bool hasPackage = state.Has("ca-certificates");
        var shipped = hasPackage ? CertificateFiles.Below(state, CertificateFiles.Shipped).ToList() : [];
        List<TreeEntry> all = [.. shipped, .. CertificateFiles.Below(state, CertificateFiles.Local)];
        if (all.Count == 0)
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        if (hasPackage)
        {
            var lines = shipped.Select(static entry => entry.Path.Value[(CertificateFiles.Shipped.Length + 1)..] + "\n");
            state.Write("etc/ca-certificates.conf", FileContent.Of(ConfigurationHeader + string.Concat(lines)), origin);
            state.MakeDirectory(CertificateFiles.Local, origin);
        }

        var links = CertificateFiles.Write(state, all, LinkName, origin);
        if (state.Has("ca-certificates-java"))
        {
            WriteKeyStore(state, links);
        }
    }

    private static string LinkName(string name) => name.Replace(' ', '_').Replace(',', '_').Replace('(', '=').Replace(')', '=') + ".pem";

    // A trust store is one file; the aliases are those that ca-certificates-java gives, in lower case as Java keeps them.
    private static void WriteKeyStore(AssemblyState state, SortedDictionary<string, byte[]> links)
    {
        var entries = links
            .Select(static link => (Alias: "debian:" + link.Key.ToLowerInvariant(), Certificate: CertificateFiles.Decode(link.Value)))
            .Where(static entry => entry.Certificate is not null)
            .Select(static entry => (entry.Alias, entry.Certificate!))
            .OrderBy(static entry => entry.Alias, StringComparer.Ordinal)
            .ToList();
        state.Write(CertificateFiles.Place + "java/cacerts", FileContent.Of(JavaKeyStore.Write(entries, "changeit")), new Origin.Effect("java-keystore"));
    }
}
