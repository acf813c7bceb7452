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

    // Judging verifies every signature of a key about itself, which for an archive's keyring takes longer than the rest of a warm run:
    // only the keys that signed something are judged.
    private readonly ImmutableArray<Lazy<OpenPgpKey>> _keys;
    private readonly Dictionary<string, Lazy<OpenPgpKey>> _byFingerprint = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Lazy<OpenPgpKey>> _byKeyId = new(StringComparer.Ordinal);

    private OpenPgpKeyring(IEnumerable<KeyBlock> blocks, ImmutableArray<string> unsupported, string source)
    {
        _blocks = [.. blocks.GroupBy(block => block.Primary.Fingerprint, StringComparer.Ordinal).Select(Join)];
        _keys = [.. _blocks.Select(block => new Lazy<OpenPgpKey>(() => OpenPgpKey.Judge(block, source)))];
        Unsupported = unsupported;
        foreach (var (block, owner) in _blocks.Zip(_keys))
        {
            foreach (var key in block.Subkeys.Select(subkey => subkey.Key).Prepend(block.Primary))
            {
                // Of two owners of one subkey the first stands; without a back signature neither binding counts anyway.
                _byFingerprint.TryAdd(key.Fingerprint, owner);
                _byKeyId.TryAdd(key.KeyId, owner);
            }
        }
    }

    /// <summary>The primary keys, in the order of the file.</summary>
    /// <exception cref="MalformedDataException">What one of them says about itself is damaged.</exception>
    public ImmutableArray<OpenPgpKey> Keys => [.. _keys.Select(key => key.Value)];

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
        keyrings.Count == 1 ? keyrings.First() : new(keyrings.SelectMany(keyring => keyring._blocks), [.. keyrings.SelectMany(keyring => keyring.Unsupported)], "keyring");

    /// <exception cref="MalformedDataException">What the key that made <paramref name="signature"/> says about itself is damaged.</exception>
    internal (OpenPgpKey Owner, SigningKey Key)? Find(SignaturePacket signature) => signature.IssuerFingerprint is { } fingerprint
        ? Find(_byFingerprint, fingerprint, static key => key.Fingerprint)
        : Find(_byKeyId, signature.IssuerKeyId ?? "", static key => key.KeyId);

    private static (OpenPgpKey Owner, SigningKey Key)? Find(Dictionary<string, Lazy<OpenPgpKey>> owners, string name, Func<PublicKeyPacket, string> nameOf) =>
        owners.GetValueOrDefault(name)?.Value is { } owner
            ? (owner, owner.Subkeys.Prepend(owner.Primary).First(key => nameOf(key.Packet) == name))
            : null;

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
