namespace Bothy.Packages.Alpine.Writing;

/// <summary>How a v2 package or index is signed: RSA with PKCS #1 v1.5 padding over one hash.</summary>
public enum ApkSignatureKind
{
    /// <summary><c>.SIGN.RSA256.*</c>: over SHA-256.</summary>
    Rsa256,

    /// <summary><c>.SIGN.RSA.*</c>: over SHA-1; what apk-tools before 2.7 and most of Alpine's own packages use.</summary>
    Rsa,

    /// <summary><c>.SIGN.RSA512.*</c>: over SHA-512.</summary>
    Rsa512,
}
