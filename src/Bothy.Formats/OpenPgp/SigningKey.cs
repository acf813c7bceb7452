using System.Collections.Immutable;

namespace Bothy.Formats.OpenPgp;

/// <summary>A key or subkey with the verified signatures of its primary key about it.</summary>
internal sealed class SigningKey(PublicKeyPacket packet, ImmutableArray<SignaturePacket> statements, bool isRevoked, bool isPrimary)
{
    public PublicKeyPacket Packet => packet;

    public bool IsRevoked => isRevoked;

    /// <summary>When the key ends by the newest statement that counts at <paramref name="now"/>; null for never.</summary>
    public DateTimeOffset? Expires(DateTimeOffset now) => Packet.Created + Newest(now)?.Hashed.KeyGoodFor;

    /// <summary>Why no signature by this key counts at <paramref name="now"/>; null where one does.</summary>
    public (SignatureProblemKind Kind, string Reason)? Obstacle(DateTimeOffset now)
    {
        string name = isPrimary ? "the key" : "the subkey";
        if (isRevoked)
        {
            return (SignatureProblemKind.Revoked, $"{name} was revoked");
        }

        if (Newest(now) is null)
        {
            return (SignatureProblemKind.Unusable, isPrimary
                ? "the key has no valid signature of its own about itself"
                : "the subkey is not validly bound to its primary key");
        }

        if (Expires(now) is { } expires && expires <= now)
        {
            return (SignatureProblemKind.Expired, FormattableString.Invariant($"{name} expired on {expires:yyyy-MM-dd}"));
        }

        return null;
    }

    /// <summary>Whether the key's own flags keep it from signing documents.</summary>
    public bool MaySign(DateTimeOffset now) => Newest(now)?.Hashed.MaySign != false;

    /// <summary>The next time after <paramref name="now"/> at which something that its statements say ends or begins; null for none.</summary>
    public DateTimeOffset? Until(DateTimeOffset now) =>
        statements
            .SelectMany(signature => new[] { signature.Created, signature.Created + signature.Hashed.GoodFor, Packet.Created + signature.Hashed.KeyGoodFor })
            .Where(time => time > now)
            .Min();

    private SignaturePacket? Newest(DateTimeOffset now) =>
        statements
            .Where(signature => signature.Created <= now
                && !(now != DateTimeOffset.MaxValue && signature.Created + signature.Hashed.GoodFor <= now))
            .MaxBy(signature => signature.Created);
}
