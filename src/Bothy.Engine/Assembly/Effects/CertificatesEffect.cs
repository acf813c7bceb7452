using System.Formats.Asn1;
using System.Security.Cryptography;
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
    private const string Shipped = "usr/share/ca-certificates";
    private const string Local = "usr/local/share/ca-certificates";
    private const string Place = "etc/ssl/certs/";
    private const string ConfigurationHeader = "# Certificates below /usr/share/ca-certificates to trust, one a line; a leading '!' takes one out.\n";

    public string Name => "ca-certificates";

    public bool Covers(UnpackedPackage package, string script) => package.Name is "ca-certificates" or "ca-certificates-java";

    public void Apply(AssemblyState state)
    {
        AddImageCertificates(state);
        var all = Below(state, Shipped, state.Has("ca-certificates")).Concat(Below(state, Local, true)).ToList();
        if (all.Count == 0)
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        if (state.Has("ca-certificates"))
        {
            var lines = all.Where(static entry => entry.Path.Value.StartsWith(Shipped, StringComparison.Ordinal)).Select(static entry => entry.Path.Value[(Shipped.Length + 1)..] + "\n");
            state.Write("etc/ca-certificates.conf", FileContent.Of(ConfigurationHeader + string.Concat(lines)), origin);
            state.MakeDirectory(Local, origin);
        }

        var links = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var bundle = new MemoryStream();
        foreach (var entry in all)
        {
            byte[] pem = entry.Content!.ReadAll();
            bundle.Write(pem);
            if (pem is not [.., (byte)'\n'])
            {
                bundle.WriteByte((byte)'\n');
            }

            string link = LinkName(entry.Path.Name);
            state.Link(Place + link, entry.Path.ToString(), origin);
            links[link] = pem;
        }

        state.Write(Place + "ca-certificates.crt", FileContent.Of(bundle.ToArray()), origin);
        LinkHashes(state, links, origin);
        if (state.Has("ca-certificates-java"))
        {
            WriteKeyStore(state, links);
        }
    }

    private static void AddImageCertificates(AssemblyState state)
    {
        foreach (var certificate in state.Image.Certificates)
        {
            string name = certificate.Name.EndsWith(".crt", StringComparison.Ordinal) ? certificate.Name : certificate.Name + ".crt";
            if (!TreePath.TryParse($"{Local}/{name}", null, out var path) || path.Name != name)
            {
                throw new BothyException($"cannot assemble {certificate.Mark}: '{certificate.Name}' cannot be the name of a file");
            }

            state.Write(path.Value, FileContent.Of(certificate.Content), new Origin.ImageFile("certificates"));
        }
    }

    private static IEnumerable<TreeEntry> Below(AssemblyState state, string directory, bool wanted) => !wanted ? [] : state.Tree.Entries
        .Where(entry => entry.Path.Value.StartsWith(directory + "/", StringComparison.Ordinal) && entry.Content is not null && entry.Path.Name.EndsWith(".crt", StringComparison.Ordinal))
        .OrderBy(static entry => entry.Path.Value, StringComparer.Ordinal);

    private static string LinkName(string file) =>
        file[..^".crt".Length].Replace(' ', '_').Replace(',', '_').Replace('(', '=').Replace(')', '=') + ".pem";

    private static void LinkHashes(AssemblyState state, SortedDictionary<string, byte[]> links, Origin origin)
    {
        var byHash = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (link, pem) in links)
        {
            if (Certificate(pem) is not { } der || HashOf(der) is not { } hash)
            {
                state.Warnings.Add($"/{Place}{link} is not a single certificate in PEM, so OpenSSL does not find it by its subject.");
                continue;
            }

            string fingerprint = Convert.ToHexStringLower(SHA256.HashData(der));
            var fingerprints = byHash.TryGetValue(hash, out var known) ? known : byHash[hash] = [];
            if (!fingerprints.Contains(fingerprint, StringComparer.Ordinal))
            {
                state.Link(FormattableString.Invariant($"{Place}{hash}.{fingerprints.Count}"), link, origin);
                fingerprints.Add(fingerprint);
            }
        }
    }

    // A trust store is one file; the aliases are those that ca-certificates-java gives, in lower case as Java keeps them.
    private static void WriteKeyStore(AssemblyState state, SortedDictionary<string, byte[]> links)
    {
        var entries = links
            .Select(static link => (Alias: "debian:" + link.Key.ToLowerInvariant(), Certificate: Certificate(link.Value)))
            .Where(static entry => entry.Certificate is not null)
            .Select(static entry => (entry.Alias, entry.Certificate!))
            .OrderBy(static entry => entry.Alias, StringComparer.Ordinal)
            .ToList();
        state.Write(Place + "java/cacerts", FileContent.Of(JavaKeyStore.Write(entries, "changeit")), new Origin.Effect("java-keystore"));
    }

    private static byte[]? Certificate(byte[] pem)
    {
        string text = Encoding.UTF8.GetString(pem);
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] is not ("CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE"))
        {
            return null;
        }

        byte[] der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64String(text[fields.Base64Data], der, out int length) && length == der.Length ? der : null;
    }

    private static string? HashOf(byte[] der)
    {
        try
        {
            return SubjectHash.Of(der);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
