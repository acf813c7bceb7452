using System.Security.Cryptography;

namespace Bothy.Oci.Signing.Keys;

/// <summary>The one curve that keys for signing images are of: P-256, as cosign's.</summary>
internal static class EllipticCurve
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Sees to it that <paramref name="key"/> is one of the curve.</summary>
    /// <exception cref="BothyException">It is of another curve.</exception>
    public static ECDsa Check(string name, ECDsa key)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (curve.IsNamed && curve.Oid.Value == P256)
        {
            return key;
        }

        key.Dispose();
        throw new BothyException($"cannot use the key {name}: its curve is {NameOf(curve)}, want P-256");
    }

    // The platform's own names for them differ from system to system.
    private static string NameOf(ECCurve curve) => !curve.IsNamed ? "one without a name" : curve.Oid.Value switch
    {
        "1.3.132.0.10" => "secp256k1",
        "1.3.132.0.34" => "P-384",
        "1.3.132.0.35" => "P-521",
        var other => other ?? "one without a name",
    };
}
