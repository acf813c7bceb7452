using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Certificates;

/// <summary>The certificates to trust that are in an image, and what update-ca-certificates(8) makes of them below <c>/etc/ssl/certs</c>.</summary>
internal static class CertificateFiles
{
    /// <summary>Where packages have their certificates.</summary>
    public const string Shipped = "usr/share/ca-certificates";

    /// <summary>Where others belong, such as those of the image file.</summary>
    public const string Local = "usr/local/share/ca-certificates";

    /// <summary>Where programs look for them.</summary>
    public const string Place = "etc/ssl/certs/";

    /// <summary>All of them in one file.</summary>
    public const string Bundle = Place + "ca-certificates.crt";

    /// <summary>Puts the image file's certificates where local ones belong.</summary>
    /// <exception cref="BothyException">The name of one cannot be that of a file.</exception>
    public static void AddImageCertificates(AssemblyState state)
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

    /// <summary>The certificates in files below <paramref name="directory"/>, in the order of their paths.</summary>
    public static IEnumerable<TreeEntry> Below(AssemblyState state, string directory) => state.Tree.Entries
        .Where(entry => entry.Path.Value.StartsWith(directory + "/", StringComparison.Ordinal) && entry.Content is not null && entry.Path.Name.EndsWith(".crt", StringComparison.Ordinal))
        .OrderBy(static entry => entry.Path.Value, StringComparer.Ordinal);

    /// <summary>
    /// Writes the bundle, after what it begins with, and makes a link for each certificate by the name that <paramref name="linkName"/> makes of its
    /// file's, and by the hash of its subject.
    /// </summary>
    /// <returns>The certificates in PEM by the names of their links.</returns>
    public static SortedDictionary<string, byte[]> Write(AssemblyState state, IEnumerable<TreeEntry> certificates, Func<string, string> linkName, Origin origin)
    {
        var links = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        using var bundle = new MemoryStream();
        foreach (var entry in certificates)
        {
            byte[] pem = entry.Content!.ReadAll();
            Append(bundle, pem);
            string link = linkName(entry.Path.Name[..^".crt".Length]);
            state.Link(Place + link, entry.Path.ToString(), origin);
            links[link] = pem;
        }

        state.Write(Bundle, FileContent.Of(bundle.ToArray()), origin);
        LinkHashes(state, links, origin);
        return links;
    }

    /// <summary>Whether there are other certificates than in the image to build on.</summary>
    public static bool HaveChanged(AssemblyState state) =>
        new[] { Shipped, Local }.SelectMany(directory => Below(state, directory)).Any(static entry => !AssemblyState.IsOfBase(entry))
        || state.Base!.Original.Entries.Any(entry => entry.Path.Value.StartsWith(Shipped + "/", StringComparison.Ordinal) && !state.Tree.Contains(entry.Path));

    /// <summary>Writes the bundle as it is with <paramref name="certificates"/> at its end.</summary>
    public static void Extend(AssemblyState state, IEnumerable<TreeEntry> certificates, Origin origin)
    {
        using var bundle = new MemoryStream();
        if (state.Find("/" + Bundle) is { Content: { } before })
        {
            Append(bundle, before.ReadAll());
        }

        foreach (var certificate in certificates)
        {
            Append(bundle, certificate.Content!.ReadAll());
        }

        state.Write(Bundle, FileContent.Of(bundle.ToArray()), origin);
    }

    /// <summary>Adds a certificate to a bundle, on lines of its own.</summary>
    public static void Append(Stream bundle, byte[] pem)
    {
        bundle.Write(pem);
        if (pem is not [.., (byte)'\n'])
        {
            bundle.WriteByte((byte)'\n');
        }
    }

    /// <summary>The bytes of the certificate in PEM; null where the text is none.</summary>
    public static byte[]? Decode(byte[] pem)
    {
        string text = Encoding.UTF8.GetString(pem);
        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] is not ("CERTIFICATE" or "TRUSTED CERTIFICATE" or "X509 CERTIFICATE"))
        {
            return null;
        }

        byte[] der = new byte[fields.DecodedDataLength];
        return Convert.TryFromBase64String(text[fields.Base64Data], der, out int length) && length == der.Length ? der : null;
    }

    private static void LinkHashes(AssemblyState state, SortedDictionary<string, byte[]> links, Origin origin)
    {
        var byHash = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (link, pem) in links)
        {
            if (Decode(pem) is not { } der || HashOf(der) is not { } hash)
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
