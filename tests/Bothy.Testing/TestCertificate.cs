using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bothy.Testing;

/// <summary>Certificates for servers of tests.</summary>
public static class TestCertificate
{
    /// <summary>A certificate of its own authority for the loopback address and <paramref name="hosts"/>.</summary>
    public static X509Certificate2 SelfSigned(params string[] hosts)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=bothy test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        foreach (string host in hosts)
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
