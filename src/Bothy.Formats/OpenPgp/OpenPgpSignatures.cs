using System.Collections.Immutable;

namespace Bothy.Formats.OpenPgp;

/// <summary>The signatures of a document, not yet verified.</summary>
public sealed class OpenPgpSignatures
{
    private const int MaxLength = 1 << 20;
    private const int MaxCount = 64;

    private OpenPgpSignatures(ImmutableArray<SignaturePacket> packets) => Packets = packets;

    /// <summary>How many there are; at least one.</summary>
    public int Count => Packets.Length;

    internal ImmutableArray<SignaturePacket> Packets { get; }

    /// <summary>Reads detached signatures such as <c>Release.gpg</c>, binary or armoured; <paramref name="source"/> is their name for messages.</summary>
    /// <exception cref="MalformedDataException">These are no signatures, or too many, or they are damaged.</exception>
    public static OpenPgpSignatures ParseDetached(ReadOnlyMemory<byte> bytes, string source)
    {
        if (bytes.Length > MaxLength)
        {
            throw new MalformedDataException(source, MaxLength, FormattableString.Invariant($"the signatures are larger than {MaxLength} bytes"));
        }

        return Create(AsciiArmor.ReadPackets(bytes, "SIGNATURE", source), source);
    }

    internal static OpenPgpSignatures Create(List<Packet> packets, string source)
    {
        var signatures = ImmutableArray.CreateBuilder<SignaturePacket>();
        foreach (var packet in packets)
        {
            if (packet.Tag == Packet.Signature)
            {
                signatures.Add(SignaturePacket.Parse(packet, source));
            }
            else if (packet.Tag is not (Packet.Marker or Packet.Padding or >= Packet.FirstIgnorable))
            {
                throw new MalformedDataException(source, packet.Offset, FormattableString.Invariant($"a packet of type {packet.Tag} among signatures"));
            }

            if (signatures.Count > MaxCount)
            {
                throw new MalformedDataException(source, packet.Offset, FormattableString.Invariant($"more than {MaxCount} signatures"));
            }
        }

        return signatures.Count > 0
            ? new OpenPgpSignatures(signatures.ToImmutable())
            : throw new MalformedDataException(source, 0, "it holds no signature");
    }
}
