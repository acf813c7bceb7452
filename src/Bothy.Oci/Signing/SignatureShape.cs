namespace Bothy.Oci.Signing;

/// <summary>How signatures are kept beside an image.</summary>
[Flags]
public enum SignatureShape
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>In layers under the tag <c>sha256-….sig</c> or <c>.att</c>: what every cosign reads.</summary>
    Tag = 1,

    /// <summary>As Sigstore bundles that refer to the image: what cosign 3 writes.</summary>
    Bundle = 2,

    /// <summary>Both.</summary>
    Both = Tag | Bundle,
}
