using System.Collections.Immutable;
using Bothy.Oci.Signing.Attestations;

namespace Bothy.Oci.Signing;

/// <summary>What verifying one signature came to.</summary>
/// <param name="Place">Where the signature is: see <see cref="FoundSignature.Place"/>.</param>
public abstract record SignatureVerdict(string Place)
{
    /// <summary>The key signed it, for this image and with these annotations.</summary>
    public sealed record Good(string Place) : SignatureVerdict(Place)
    {
        /// <summary>What the signer added.</summary>
        public required ImmutableSortedDictionary<string, string> Annotations { get; init; }

        /// <summary>The name that the signer knew the image by; null where the signature tells none. Nothing compares it with the name it has now.</summary>
        public string? Name { get; init; }

        /// <summary>The statement that was signed; null for a signature in cosign's older shape or over the manifest itself.</summary>
        public InTotoStatement? Statement { get; init; }

        /// <summary>Whether it comes with entries of a public log. They are not looked at.</summary>
        public bool HasLogEntry { get; init; }
    }

    /// <summary>It proves nothing about this image.</summary>
    /// <param name="Place">Where it is.</param>
    /// <param name="Problem">Which check failed.</param>
    /// <param name="Reason">The same in words, to stand behind a colon.</param>
    public sealed record Bad(string Place, SignatureProblem Problem, string Reason) : SignatureVerdict(Place);
}

/// <summary>The checks that a signature can fail, in the order in which they are made.</summary>
public enum SignatureProblem
{
    /// <summary>It cannot be read, or its bytes are not those that its manifest promises.</summary>
    Damaged,

    /// <summary>It says that another key made it.</summary>
    OtherKey,

    /// <summary>It says that this key made it, and that is not so for what is signed now.</summary>
    Changed,

    /// <summary>It does not say which key made it, and this key did not make it for what is signed now.</summary>
    NotThisKey,

    /// <summary>A certificate made it, which only a public log's proof would make good.</summary>
    Certificate,

    /// <summary>It is good, and for another image.</summary>
    OtherImage,

    /// <summary>It is good, and an annotation that is asked for is missing or another.</summary>
    Annotation,
}
