using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;

namespace Bothy.Formats.OpenPgp;

/// <summary>
/// Verifies version 4 signatures over documents: RSA and ECDSA on NIST's curves with SHA-256, SHA-384 or SHA-512. Everything
/// else is named in the verdict and never counts.
/// </summary>
public static class OpenPgpVerifier
{
    // Clocks of signers run ahead a little; a signature from further in the future is a wrong clock or a trick.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);

    /// <summary>Verifies the signatures around a text against the keys of <paramref name="keyring"/> as they stand at <paramref name="now"/>.</summary>
    public static OpenPgpVerdict Verify(ClearSignedMessage message, OpenPgpKeyring keyring, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(message);
        // The line end before the signature block belongs to the block (RFC 9580 7.2).
        var text = message.Text.IsEmpty ? message.Text : message.Text[..^1];
        var document = new Document(text, message.Hashes, IsClearSigned: true);
        return Verify(document, message.Signatures, keyring, now);
    }

    /// <summary>Verifies detached signatures over <paramref name="data"/> against the keys of <paramref name="keyring"/> as they stand at <paramref name="now"/>.</summary>
    public static OpenPgpVerdict Verify(ReadOnlyMemory<byte> data, OpenPgpSignatures signatures, OpenPgpKeyring keyring, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        return Verify(new Document(data, [], IsClearSigned: false), signatures, keyring, now);
    }

    private static OpenPgpVerdict Verify(Document document, OpenPgpSignatures signatures, OpenPgpKeyring keyring, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(keyring);
        var good = ImmutableArray.CreateBuilder<GoodSignature>();
        var problems = ImmutableArray.CreateBuilder<SignatureProblem>();
        foreach (var signature in signatures.Packets)
        {
            var found = keyring.Find(signature);
            if ((Readable(signature, document) ?? Known(found) ?? Verifiable(signature, found!.Value) ?? Counts(signature, document, found.Value, now)) is { } problem)
            {
                problems.Add(new SignatureProblem(problem.Kind, $"{Name(signature)}: {problem.Reason}"));
            }
            else
            {
                good.Add(new GoodSignature(
                    found!.Value.Owner.Fingerprint,
                    found.Value.Key.Packet.Fingerprint,
                    signature.Created!.Value,
                    Algorithms.HashName(signature.HashAlgorithm))
                {
                    Until = Earliest(signature.Created + signature.Hashed.GoodFor, found.Value.Owner.Primary.Until(now), found.Value.Key.Until(now)),
                });
            }
        }

        return new OpenPgpVerdict(good.ToImmutable(), problems.ToImmutable());
    }

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> times)
    {
        DateTimeOffset? earliest = null;
        foreach (var time in times)
        {
            earliest = time < (earliest ?? DateTimeOffset.MaxValue) ? time : earliest;
        }

        return earliest;
    }

    private static string Name(SignaturePacket signature) =>
        signature.IssuerKeyId is { } id ? $"signature by key {id}" : "signature by a key it does not name";

    private static (SignatureProblemKind Kind, string Reason)? Readable(SignaturePacket signature, Document document)
    {
        if (signature.Version != SignaturePacket.SupportedVersion)
        {
            return (SignatureProblemKind.Unsupported, string.Create(CultureInfo.InvariantCulture, $"it has version {signature.Version}, which is not supported"));
        }

        bool fits = signature.Type == SignaturePacket.Text || (signature.Type == SignaturePacket.Binary && !document.IsClearSigned);
        return fits
            ? null
            : (SignatureProblemKind.Unsupported, string.Create(CultureInfo.InvariantCulture, $"its type 0x{signature.Type:x2} is not that of a signature over such a document"));
    }

    private static (SignatureProblemKind Kind, string Reason)? Known((OpenPgpKey, SigningKey)? found) =>
        found is null ? (SignatureProblemKind.UnknownKey, "that key is not in the keyring") : null;

    private static (SignatureProblemKind Kind, string Reason)? Verifiable(SignaturePacket signature, (OpenPgpKey Owner, SigningKey Key) by)
    {
        if (!Algorithms.CanVerify(signature.KeyAlgorithm))
        {
            return (SignatureProblemKind.Unsupported, $"made with {Algorithms.KeyName(signature.KeyAlgorithm)}, which is not supported");
        }

        if (by.Key.Packet.Obstacle is { } obstacle)
        {
            return (by.Key.Packet.IsWeak ? SignatureProblemKind.Weak : SignatureProblemKind.Unsupported, obstacle);
        }

        if (by.Owner.Primary.Packet.Obstacle is { } primary)
        {
            return (SignatureProblemKind.Unsupported, $"its primary key {by.Owner.Primary.Packet.KeyId} is {primary}");
        }

        if (!Algorithms.IsStrongHash(signature.HashAlgorithm))
        {
            string hash = Algorithms.HashName(signature.HashAlgorithm);
            return hash is "MD5" or "SHA1" or "RIPEMD160"
                ? (SignatureProblemKind.Weak, $"it uses {hash}, which is too weak")
                : (SignatureProblemKind.Unsupported, $"it uses {hash}, which is not supported");
        }

        return signature.Hashed.NotUnderstood is { } unknown
            ? (SignatureProblemKind.Unsupported, $"it says that {unknown} must be understood, which is not supported")
            : null;
    }

    private static (SignatureProblemKind Kind, string Reason)? Counts(SignaturePacket signature, Document document, (OpenPgpKey Owner, SigningKey Key) by, DateTimeOffset now)
    {
        string hash = Algorithms.HashName(signature.HashAlgorithm);
        if (document.Hashes.Length > 0 && !document.Hashes.Contains(hash, StringComparer.OrdinalIgnoreCase))
        {
            return (SignatureProblemKind.Unusable, $"it uses {hash}, which the head of the message does not announce");
        }

        if (!signature.Verify(by.Key.Packet, content => document.HashInto(content, signature.Type)))
        {
            return (SignatureProblemKind.Bad, "it is bad: the signed bytes were changed, or that key did not sign them");
        }

        if (signature.Created is not { } created)
        {
            return (SignatureProblemKind.Unusable, "it does not say when it was made");
        }

        if (created > now + ClockSkew)
        {
            return (SignatureProblemKind.Unusable, FormattableString.Invariant($"it was made in the future, on {created:yyyy-MM-dd HH:mm} UTC; is the clock right?"));
        }

        if (created < by.Key.Packet.Created || created < by.Owner.Created)
        {
            return (SignatureProblemKind.Unusable, "it is older than the key");
        }

        if (created + signature.Hashed.GoodFor <= now)
        {
            return (SignatureProblemKind.Expired, FormattableString.Invariant($"it expired on {created + signature.Hashed.GoodFor:yyyy-MM-dd}"));
        }

        return by.Owner.Primary.Obstacle(now) ?? by.Key.Obstacle(now)
            ?? (by.Key.MaySign(now) ? null : (SignatureProblemKind.Unusable, "the key may not sign"));
    }

    /// <summary>The signed bytes: as they are for a binary signature, with CR LF line ends for one over text.</summary>
    private sealed record Document(ReadOnlyMemory<byte> Data, ImmutableArray<string> Hashes, bool IsClearSigned)
    {
        public void HashInto(IncrementalHash hash, byte type)
        {
            if (type == SignaturePacket.Binary)
            {
                hash.AppendData(Data.Span);
                return;
            }

            var rest = Data.Span;
            while (!rest.IsEmpty)
            {
                int length = rest.IndexOf((byte)'\n');
                if (length < 0)
                {
                    hash.AppendData(rest);
                    return;
                }

                hash.AppendData(rest[..length].TrimEnd((byte)'\r'));
                hash.AppendData("\r\n"u8);
                rest = rest[(length + 1)..];
            }
        }
    }
}
