using System.Collections.Immutable;

namespace Bothy.Formats.OpenPgp;

/// <summary>A signature that counts.</summary>
/// <param name="Fingerprint">The fingerprint of the primary key: the one that people publish and compare.</param>
/// <param name="SigningKeyFingerprint">The fingerprint of the key that signed: the primary key's or that of a subkey.</param>
/// <param name="SignedAt">When it was made, by its own word.</param>
/// <param name="HashName">Such as <c>SHA256</c>.</param>
public sealed record GoodSignature(string Fingerprint, string SigningKeyFingerprint, DateTimeOffset SignedAt, string HashName)
{
    /// <summary>When that has to be judged anew, since the signature, a key or what a key says of itself ends or begins; null for never.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Why a signature does not count.</summary>
public enum SignatureProblemKind
{
    /// <summary>The key is in the keyring, but did not sign these bytes: they were changed.</summary>
    Bad,

    /// <summary>The key is not in the keyring.</summary>
    UnknownKey,

    /// <summary>The algorithm, version or kind is none that can be verified here.</summary>
    Unsupported,

    /// <summary>The hash or key is too weak to prove anything.</summary>
    Weak,

    /// <summary>The key or the signature has ended.</summary>
    Expired,

    /// <summary>The key was revoked.</summary>
    Revoked,

    /// <summary>The key may not sign, or the signature contradicts itself.</summary>
    Unusable,
}

/// <summary>A signature that does not count.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">The same for people, such as <c>signature by key 762F67A0B2C39DE4: that key is not in the keyring</c>.</param>
public sealed record SignatureProblem(SignatureProblemKind Kind, string Message);

/// <summary>What the signatures of a document are worth.</summary>
public sealed record OpenPgpVerdict(ImmutableArray<GoodSignature> Good, ImmutableArray<SignatureProblem> Problems)
{
    /// <summary>
    /// Whether the document may be trusted: at least one signature by a key of the keyring is good, and none is bad. Like
    /// apt, a good signature beside one that a known key did not make is taken as tampering.
    /// </summary>
    public bool IsTrusted => Good.Length > 0 && Problems.All(problem => problem.Kind != SignatureProblemKind.Bad);
}
