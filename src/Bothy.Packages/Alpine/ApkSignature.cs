using System.Security.Cryptography;

namespace Bothy.Packages.Alpine;

/// <summary>One signature of a v2 file: an entry <c>.SIGN.KIND.KEYNAME</c> of its first segment.</summary>
/// <param name="Algorithm">The hash that is signed; null for a kind that is not supported.</param>
/// <param name="Kind">The kind as written, such as <c>RSA256</c>.</param>
/// <param name="KeyName">The file name of the public key.</param>
/// <param name="Bytes">The signature.</param>
internal sealed record ApkSignature(HashAlgorithmName? Algorithm, string Kind, string KeyName, byte[] Bytes)
{
    /// <summary>What the names of signatures begin with.</summary>
    public const string Prefix = ".SIGN.";

    /// <summary>The name of its entry.</summary>
    public string EntryName => $"{Prefix}{Kind}.{KeyName}";

    /// <summary>Reads the name of an entry; null where it names no signature.</summary>
    public static ApkSignature? TryCreate(string name, byte[] bytes)
    {
        int dot = name.StartsWith(Prefix, StringComparison.Ordinal) ? name.IndexOf('.', Prefix.Length) : -1;
        if (dot <= Prefix.Length)
        {
            return null;
        }

        string kind = name[Prefix.Length..dot];
        HashAlgorithmName? algorithm = kind switch
        {
            "RSA" => HashAlgorithmName.SHA1,
            "RSA256" => HashAlgorithmName.SHA256,
            "RSA512" => HashAlgorithmName.SHA512,
            _ => null,
        };
        return new ApkSignature(algorithm, kind, name[(dot + 1)..], bytes);
    }
}
