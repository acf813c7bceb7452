namespace Bothy.Oci.Signing;

/// <summary>The tags under which cosign's older shape keeps things beside an image (cosign, SIGNATURE_SPEC.md, "Storage").</summary>
public static class SignatureTag
{
    /// <summary>The tag of an image's signatures.</summary>
    public static string OfSignatures(Digest image) => $"sha256-{image.Hex}.sig";

    /// <summary>The tag of its attestations.</summary>
    public static string OfAttestations(Digest image) => $"sha256-{image.Hex}.att";

    /// <summary>Whether <paramref name="name"/> is such a tag, or the one that lists referrers where a registry cannot: no image's own name.</summary>
    public static bool Is(string? name)
    {
        const int HexLength = 64;
        return name is ['s', 'h', 'a', '2', '5', '6', '-', .. var rest]
            && rest.Length >= HexLength
            && (rest.Length == HexLength || rest[HexLength] == '.')
            && Digest.TryParse($"sha256:{rest[..HexLength]}", null, out _);
    }
}
