using System.Text;
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
    private const string Configuration = "etc/ca-certificates.conf";
    private const string ConfigurationHeader = "# Certificates below /usr/share/ca-certificates to trust, one a line; a leading '!' takes one out.\n";

    public string Name => "ca-certificates";

    public bool Covers(UnpackedPackage package, string script) => package.Name is "ca-certificates" or "ca-certificates-java";

    public void Apply(AssemblyState state)
    {
        CertificateFiles.AddImageCertificates(state);
        if (state.Base is not null && !CertificateFiles.HaveChanged(state))
        {
            return;
        }

        bool hasPackage = state.Has("ca-certificates");
        var shipped = hasPackage ? CertificateFiles.Below(state, CertificateFiles.Shipped).ToList() : [];
        List<TreeEntry> all = [.. shipped, .. CertificateFiles.Below(state, CertificateFiles.Local)];
        if (all.Count == 0)
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        HashSet<string> refused = [];
        if (shipped.Count == 0 && state.Find("/" + CertificateFiles.Bundle) is not null)
        {
            // Where the bundle is all there is of the others, as a slice may have made it, it is what they are added to.
            CertificateFiles.Extend(state, all, origin);
            return;
        }

        if (state.Base is not null && state.Find("/" + Configuration) is { Content: { } configured })
        {
            refused = [.. Encoding.UTF8.GetString(configured.ReadAll()).Split('\n', StringSplitOptions.TrimEntries).Where(static line => line.StartsWith('!')).Select(static line => line[1..].Trim())];
            all = [.. all.Where(entry => !refused.Contains(NameOf(entry)))];
        }

        if (hasPackage)
        {
            var lines = shipped.Select(entry => (refused.Contains(NameOf(entry)) ? "!" : "") + NameOf(entry) + "\n");
            state.Write(Configuration, FileContent.Of(ConfigurationHeader + string.Concat(lines)), origin);
            state.MakeDirectory(CertificateFiles.Local, origin);
        }

        var links = CertificateFiles.Write(state, all, LinkName, origin);
        if (state.Has("ca-certificates-java"))
        {
            WriteKeyStore(state, links);
        }
    }

    // By its path below the directory of packages' certificates, as the configuration has it.
    private static string NameOf(TreeEntry certificate) => certificate.Path.Value[(certificate.Path.Value.StartsWith(CertificateFiles.Shipped + "/", StringComparison.Ordinal) ? CertificateFiles.Shipped.Length + 1 : 0)..];

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
