using System.Security.Cryptography;

namespace Bothy.Packages.Tests.Alpine.Adb;

/// <summary>Keys of both kinds that sign files of format 3, made once.</summary>
internal static class ApkKeys
{
    private static readonly Lazy<RSA> LazyRsa = new(() => RSA.Create(2048));
    private static readonly Lazy<ECDsa> LazyEcdsa = new(() => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static RSA Rsa => LazyRsa.Value;

    public static ECDsa Ecdsa => LazyEcdsa.Value;
}
