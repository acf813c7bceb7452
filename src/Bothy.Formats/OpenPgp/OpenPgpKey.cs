using System.Collections.Immutable;

namespace Bothy.Formats.OpenPgp;

/// <summary>A primary key of a keyring, as its own signatures about itself describe it.</summary>
public sealed class OpenPgpKey
{
    private OpenPgpKey(SigningKey primary, ImmutableArray<SigningKey> subkeys, ImmutableArray<string> userIds)
    {
        Primary = primary;
        Subkeys = subkeys;
        UserIds = userIds;
    }

    /// <summary>The 40 hex digits, upper case.</summary>
    public string Fingerprint => Primary.Packet.Fingerprint;

    /// <summary>The names of its owner, as the keyring has them.</summary>
    public ImmutableArray<string> UserIds { get; }

    /// <summary>Such as <c>RSA 4096</c> or <c>Ed25519</c>.</summary>
    public string Algorithm => Primary.Packet.AlgorithmName;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created => Primary.Packet.Created;

    /// <summary>When it ends by its newest self-signature; null for never, and where its self-signatures cannot be verified.</summary>
    public DateTimeOffset? Expires => Primary.Expires(DateTimeOffset.MaxValue);

    /// <summary>Whether its owner has revoked it.</summary>
    public bool IsRevoked => Primary.IsRevoked;

    /// <summary>The fingerprints of its subkeys, usable or not.</summary>
    public IEnumerable<string> SubkeyFingerprints => Subkeys.Select(subkey => subkey.Packet.Fingerprint);

    internal SigningKey Primary { get; }

    internal ImmutableArray<SigningKey> Subkeys { get; }

    internal static OpenPgpKey Judge(KeyBlock block, string source)
    {
        var primary = block.Primary;
        var statements = block.Direct
            .Where(signature => signature.Type is SignaturePacket.DirectKey && By(primary, signature, primary.HashInto))
            .Concat(block.Identities.SelectMany(identity => Certifications(primary, identity)));
        var judged = new SigningKey(
            primary,
            [.. statements],
            block.Direct.Any(signature => signature.Type is SignaturePacket.KeyRevocation && By(primary, signature, primary.HashInto)),
            isPrimary: true);
        return new OpenPgpKey(
            judged,
            [.. block.Subkeys.GroupBy(subkey => subkey.Key.Fingerprint, StringComparer.Ordinal).Select(same => Bind(primary, same, source))],
            [.. block.Identities.Select(identity => identity.Name).OfType<string>().Distinct(StringComparer.Ordinal)]);
    }

    // Self-signatures on a name that was revoked later say nothing any more.
    private static IEnumerable<SignaturePacket> Certifications(PublicKeyPacket primary, KeyBlock.Identity identity)
    {
        var own = identity.Signatures
            .Where(signature => By(primary, signature, hash =>
            {
                primary.HashInto(hash);
                identity.HashInto(hash);
            }))
            .ToList();
        var revoked = own.Where(signature => signature.Type == SignaturePacket.CertificationRevocation).Max(signature => signature.Created);
        return own.Where(signature =>
            signature.Type is >= SignaturePacket.FirstCertification and <= SignaturePacket.LastCertification
            && !(signature.Created <= revoked));
    }

    private static SigningKey Bind(PublicKeyPacket primary, IEnumerable<KeyBlock.Subkey> same, string source)
    {
        var key = same.First().Key;
        var own = same
            .SelectMany(subkey => subkey.Signatures)
            .Where(signature => By(primary, signature, hash =>
            {
                primary.HashInto(hash);
                key.HashInto(hash);
            }))
            .ToList();
        return new SigningKey(
            key,
            [.. own.Where(signature => signature.Type == SignaturePacket.SubkeyBinding && (signature.Hashed.MaySign == false || BindsBack(primary, key, signature, source)))],
            own.Any(signature => signature.Type == SignaturePacket.SubkeyRevocation),
            isPrimary: false);
    }

    // Without the subkey's own word anyone could adopt someone's signing key as his subkey (RFC 9580 5.2.3.34, 10.1.5).
    private static bool BindsBack(PublicKeyPacket primary, PublicKeyPacket subkey, SignaturePacket binding, string source) =>
        binding.BackSignature(source) is { Type: SignaturePacket.PrimaryKeyBinding, Hashed.NotUnderstood: null } back
        && back.Verify(subkey, hash =>
        {
            primary.HashInto(hash);
            subkey.HashInto(hash);
        });

    private static bool By(PublicKeyPacket key, SignaturePacket signature, Action<System.Security.Cryptography.IncrementalHash> content) =>
        signature.Version == SignaturePacket.SupportedVersion
        && signature.NamesIssuer(key)
        && signature.Created >= key.Created
        && signature.Hashed.NotUnderstood is null
        && signature.Verify(key, content);
}
