using System.Collections.Frozen;

namespace Bothy.Oci.Signing.Attestations;

/// <summary>The short names of predicate types, as cosign has them, and the URIs that they stand for.</summary>
public static class PredicateTypes
{
    /// <summary>A signature alone, as cosign says it in a statement.</summary>
    public const string Signature = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>How something was built (SLSA provenance v1).</summary>
    public const string Provenance = "https://slsa.dev/provenance/v1";

    /// <summary>An SPDX document.</summary>
    public const string Spdx = "https://spdx.dev/Document";

    /// <summary>A CycloneDX document.</summary>
    public const string CycloneDx = "https://cyclonedx.org/bom";

    /// <summary>What tests said.</summary>
    public const string TestResult = "https://in-toto.io/attestation/test-result/v0.1";

    // cosign's 'slsaprovenance' is still version 0.2.
    private static readonly FrozenDictionary<string, string> ByName = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["cyclonedx"] = CycloneDx,
        ["openvex"] = "https://openvex.dev/ns",
        ["slsaprovenance"] = Provenance,
        ["slsaprovenance02"] = "https://slsa.dev/provenance/v0.2",
        ["slsaprovenance1"] = Provenance,
        ["spdx"] = Spdx,
        ["spdxjson"] = Spdx,
        ["test"] = TestResult,
        ["vuln"] = "https://cosign.sigstore.dev/attestation/vuln/v1",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names, in ordinal order.</summary>
    public static IEnumerable<string> Names => ByName.Keys.Order(StringComparer.Ordinal);

    /// <summary>The URI of a name, or the URI itself; null where it is neither.</summary>
    public static string? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ByName.GetValueOrDefault(text) ?? (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme != Uri.UriSchemeFile ? text : null);
    }
}
