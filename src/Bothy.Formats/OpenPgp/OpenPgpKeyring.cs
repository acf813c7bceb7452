using System.Collections.Immutable;

namespace Bothy.Formats.OpenPgp;

/// <summary>
/// The keys that someone trusts (RFC 9580 10.1), read from a file such as those in <c>/usr/share/keyrings</c>. What a key
/// says about itself is believed only where its own signature, verified, says it. Key revocations by a designated
/// other key are not known. SHA-1 is accepted in these self-signatures alone: the file itself is what is trusted.
/// </summary>
public sealed class OpenPgpKeyring
{
    /// <summary>The largest keyring read, in bytes.</summary>
    public const int MaxLength = 16 << 20;

    private readonly ImmutableArray<KeyBlock> _blocks;
    private readonly Dictionary<string, (OpenPgpKey Owner, SigningKey Key)> _byFingerprint = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (OpenPgpKey Owner, SigningKey Key)> _byKeyId = new(StringComparer.Ordinal);

    private OpenPgpKeyring(IEnumerable<KeyBlock> blocks, ImmutableArray<string> unsupported, string source)
    {
        _blocks = [.. blocks.GroupBy(block => block.Primary.Fingerprint, StringComparer.Ordinal).Select(Join)];
        Keys = [.. _blocks.Select(block => OpenPgpKey.Judge(block, source))];
        Unsupported = unsupported;
        foreach (var owner in Keys)
        {
            foreach (var key in owner.Subkeys.Prepend(owner.Primary))
            {
                // Of two owners of one subkey the first stands; without a back signature neither binding counts anyway.
                _byFingerprint.TryAdd(key.Packet.Fingerprint, (owner, key));
                _byKeyId.TryAdd(key.Packet.KeyId, (owner, key));
            }
        }
    }

    /// <summary>The primary keys, in the order of the file.</summary>
    public ImmutableArray<OpenPgpKey> Keys { get; }

    /// <summary>A sentence for each key of the file that cannot be read at all, because of its version.</summary>
    public ImmutableArray<string> Unsupported { get; }

    /// <summary>Reads a keyring, binary or armoured (any number of blocks); <paramref name="source"/> is its name for messages.</summary>
    /// <exception cref="MalformedDataException">It is no keyring, is damaged, or holds a secret key.</exception>
    public static OpenPgpKeyring Parse(ReadOnlyMemory<byte> bytes, string source)
    {
        if (bytes.Length > MaxLength)
        {
            throw new MalformedDataException(source, MaxLength, FormattableString.Invariant($"the keyring is larger than {MaxLength} bytes"));
        }

        if (bytes.Length > 12 && bytes.Span[8..12].SequenceEqual("KBXf"u8))
        {
            throw new MalformedDataException(source, 0, "a keybox of GnuPG; 'gpg --export' writes a keyring from it");
        }

        var unsupported = new List<string>();
        var packets = AsciiArmor.ReadPackets(bytes, "PUBLIC KEY BLOCK", source);
        return new OpenPgpKeyring(KeyBlock.ReadAll(packets, source, unsupported), [.. unsupported], source);
    }

    /// <summary>All keys of several keyrings; what they say about one key counts together.</summary>
    public static OpenPgpKeyring Merge(params IReadOnlyCollection<OpenPgpKeyring> keyrings) =>
        // Judging a keyring verifies every signature in it; one that is alone has been judged.
        keyrings.Count == 1 ? keyrings.First() : new(keyrings.SelectMany(keyring => keyring._blocks), [.. keyrings.SelectMany(keyring => keyring.Unsupported)], "keyring");

    internal (OpenPgpKey Owner, SigningKey Key)? Find(SignaturePacket signature)
    {
        var found = signature.IssuerFingerprint is { } fingerprint
            ? _byFingerprint.GetValueOrDefault(fingerprint)
            : _byKeyId.GetValueOrDefault(signature.IssuerKeyId ?? "");
        return found.Owner is null ? null : found;
    }

    private static KeyBlock Join(IEnumerable<KeyBlock> same)
    {
        var joined = new KeyBlock(same.First().Primary);
        foreach (var block in same)
        {
            joined.Join(block);
        }

        return joined;
    }
}
