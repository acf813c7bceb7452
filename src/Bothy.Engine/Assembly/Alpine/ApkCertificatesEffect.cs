using System.Text;
using Bothy.Engine.Assembly.Certificates;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// The certificates to trust in an image of apk packages: with ca-certificates those that its configuration names and the local ones, as its
/// trigger makes them; without it the bundle that another package ships, and the image file's at its end.
/// </summary>
internal sealed class ApkCertificatesEffect : IEffect
{
    private const string Package = "ca-certificates";
    private const string Configuration = "/etc/ca-certificates.conf";

    public string Name => Package;

    public bool Covers(UnpackedPackage package, string script) => package.Name == Package;

    public void Apply(AssemblyState state)
    {
        CertificateFiles.AddImageCertificates(state);
        if (state.Base is not null && !CertificateFiles.HaveChanged(state))
        {
            return;
        }

        var local = CertificateFiles.Below(state, CertificateFiles.Local).ToList();
        var origin = new Origin.Effect(Name);
        if (state.Has(Package))
        {
            CertificateFiles.Write(state, Configured(state).Concat(local), static name => $"ca-cert-{name.Replace(' ', '_')}.pem", origin);
        }
        else if (local.Count > 0)
        {
            CertificateFiles.Extend(state, local, origin);
        }
    }

    private static IEnumerable<TreeEntry> Configured(AssemblyState state)
    {
        var shipped = CertificateFiles.Below(state, CertificateFiles.Shipped);
        if (state.Find(Configuration) is not { Content: { } content })
        {
            return shipped;
        }

        // A line with '!' takes a certificate out, one with '#' says nothing.
        var wanted = Encoding.UTF8.GetString(content.ReadAll())
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => line[0] is not ('#' or '!'))
            .ToHashSet(StringComparer.Ordinal);
        return shipped.Where(entry => wanted.Contains(entry.Path.Value[(CertificateFiles.Shipped.Length + 1)..]));
    }
}
