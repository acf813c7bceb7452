using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Bothy.Packages.Alpine;

/// <summary>What the signatures of a v2 file are worth.</summary>
/// <param name="KeyName">The file name of the first key whose signature is good; null where there is none.</param>
/// <param name="Problem">Why there is none, as a sentence fragment about the file; null where there is one.</param>
/// <param name="IsChanged">Whether a key that is known signed other bytes than these.</param>
internal sealed record ApkVerdict(string? KeyName, string? Problem, bool IsChanged)
{
    /// <summary>What the user can do where there is no good signature.</summary>
    public string? Hint => KeyName is not null ? null
        : IsChanged ? "It was changed after it was signed, on the mirror or on the way; use another mirror."
        : "Add the file of the key that signs it, under its own name, to the keyring; or take it without a signature with --allow-untrusted.";

    /// <summary>Judges signatures over bytes with these hashes.</summary>
    public static ApkVerdict Of(ImmutableArray<ApkSignature> signatures, Func<HashAlgorithmName, byte[]> hash, ApkKeyring keys)
    {
        ApkSignature? wrong = null;
        foreach (var signature in signatures)
        {
            if (signature.Algorithm is not { } algorithm || !keys.Contains(signature.KeyName))
            {
                continue;
            }

            if (keys.Verify(signature.KeyName, hash(algorithm), algorithm, signature.Bytes))
            {
                return new ApkVerdict(signature.KeyName, Problem: null, IsChanged: false);
            }

            wrong ??= signature;
        }

        return wrong is not null
            ? new ApkVerdict(null, $"its signature of the key {wrong.KeyName} is not over these bytes", IsChanged: true)
            : new ApkVerdict(null, Missing(signatures), IsChanged: false);
    }

    private static string Missing(ImmutableArray<ApkSignature> signatures)
    {
        if (signatures.IsEmpty)
        {
            return "it is not signed";
        }

        string names = string.Join(", ", signatures.Select(signature => signature.Algorithm is null ? $"{signature.KeyName} ({signature.Kind}, which is not supported)" : signature.KeyName));
        return $"it is signed by {names}, which is no key of the keyring";
    }
}
