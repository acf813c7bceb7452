using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Formats.OpenPgp;

/// <summary>
/// A primary key with everything that came with it, not yet judged. Blocks of one key from several files are joined
/// before they are judged, so that a revocation in one of them counts for all.
/// </summary>
internal sealed class KeyBlock(PublicKeyPacket primary)
{
    public PublicKeyPacket Primary { get; } = primary;

    /// <summary>Signatures about the primary key itself.</summary>
    public List<SignaturePacket> Direct { get; } = [];

    public List<Identity> Identities { get; } = [];

    public List<Subkey> Subkeys { get; } = [];

    /// <summary>Reads the blocks of a keyring; keys that cannot be read because of their version are named in <paramref name="unsupported"/>.</summary>
    public static List<KeyBlock> ReadAll(List<Packet> packets, string source, List<string> unsupported)
    {
        var blocks = new List<KeyBlock>();
        var signatures = new List<SignaturePacket>();
        KeyBlock? block = null;
        bool begun = false;
        foreach (var packet in packets)
        {
            switch (packet.Tag)
            {
                case Packet.PublicKey:
                    begun = true;
                    block = ReadKey(packet, source, unsupported) is { } key ? new KeyBlock(key) : null;
                    signatures = block?.Direct ?? [];
                    if (block is not null)
                    {
                        blocks.Add(block);
                    }

                    break;
                case Packet.Signature or Packet.PublicSubkey or Packet.UserId or Packet.UserAttribute when !begun:
                    throw new MalformedDataException(source, packet.Offset, "a packet that belongs to a key, but no key before it");
                case Packet.Signature:
                    signatures.Add(SignaturePacket.Parse(packet, source));
                    break;
                case Packet.PublicSubkey:
                    signatures = [];
                    if (ReadKey(packet, source, unsupported) is { } subkey)
                    {
                        block?.Subkeys.Add(new Subkey(subkey, signatures));
                    }

                    break;
                case Packet.UserId or Packet.UserAttribute:
                    signatures = [];
                    block?.Identities.Add(new Identity(packet.Tag, packet.Body.ToArray(), signatures));
                    break;
                case Packet.Marker or Packet.Trust or Packet.Padding or >= Packet.FirstIgnorable:
                    break;
                case Packet.SecretKey or Packet.SecretSubkey:
                    throw new MalformedDataException(source, packet.Offset, "a secret key; a keyring to verify with holds public keys only");
                default:
                    throw new MalformedDataException(source, packet.Offset, FormattableString.Invariant($"a packet of type {packet.Tag}, which has no place in a keyring"));
            }
        }

        return blocks;
    }

    /// <summary>Takes over what <paramref name="other"/>, a block of the same key, has.</summary>
    public void Join(KeyBlock other)
    {
        Direct.AddRange(other.Direct);
        Identities.AddRange(other.Identities);
        Subkeys.AddRange(other.Subkeys);
    }

    private static PublicKeyPacket? ReadKey(Packet packet, string source, List<string> unsupported)
    {
        int version = packet.Body.IsEmpty
            ? throw new MalformedDataException(source, packet.Offset, "an empty key packet")
            : packet.Body.Span[0];
        if (version == PublicKeyPacket.SupportedVersion)
        {
            return PublicKeyPacket.Parse(packet, source);
        }

        unsupported.Add(FormattableString.Invariant($"{source} has a key of version {version} at byte {packet.Offset}, which is not supported"));
        return null;
    }

    /// <summary>A name (or picture) of a key's owner, with the signatures about it.</summary>
    public sealed record Identity(int Tag, byte[] Content, List<SignaturePacket> Signatures)
    {
        public string? Name => Tag == Packet.UserId ? Encoding.UTF8.GetString(Content) : null;

        public void HashInto(IncrementalHash hash)
        {
            Span<byte> prefix = [(byte)(Tag == Packet.UserId ? 0xb4 : 0xd1), 0, 0, 0, 0];
            BinaryPrimitives.WriteInt32BigEndian(prefix[1..], Content.Length);
            hash.AppendData(prefix);
            hash.AppendData(Content);
        }
    }

    public sealed record Subkey(PublicKeyPacket Key, List<SignaturePacket> Signatures);
}
