using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>
/// The digest of all that an archive of entries shows: their order, and of each its path, kind, mode, owner, time, link, device, extended attributes and the
/// digest of its content. Every field is there or marked as missing, and texts have their length before them, so that no two runs of
/// entries look alike.
/// </summary>
internal static class EntryHash
{
    private const int FlushAt = 64 << 10;

    public static Digest Of(IEnumerable<TreeEntry> entries)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var fields = new ArrayBufferWriter<byte>(FlushAt * 2);
        foreach (var entry in entries)
        {
            Append(fields, entry);
            if (fields.WrittenCount >= FlushAt)
            {
                hash.AppendData(fields.WrittenSpan);
                fields.ResetWrittenCount();
            }
        }

        hash.AppendData(fields.WrittenSpan);
        return Digest.FromHash(hash.GetHashAndReset());
    }

    private static void Append(ArrayBufferWriter<byte> to, TreeEntry entry)
    {
        Append(to, entry.Path.Value);
        Append(to, (int)entry.Kind);
        Append(to, entry.Mode);
        Append(to, entry.UserId);
        Append(to, entry.GroupId);
        Append(to, entry.UserName);
        Append(to, entry.GroupName);
        Append(to, entry.ModifiedTime);
        Append(to, entry.LinkTarget);
        Append(to, entry.DeviceMajor);
        Append(to, entry.DeviceMinor);
        Append(to, entry.ExtendedAttributes.Count);
        foreach (var (name, value) in entry.ExtendedAttributes)
        {
            Append(to, name);
            Append(to, value.Length);
            to.Write(value.Span);
        }

        Append(to, entry.Content?.Length ?? -1);
        Append(to, entry.Content?.Digest.Hex);
    }

    private static void Append(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(8), value);
        to.Advance(8);
    }

    // UTF-16 as it is: names that are not Unicode text have surrogates of their own, which UTF-8 would make equal.
    private static void Append(ArrayBufferWriter<byte> to, string? text)
    {
        Append(to, text?.Length ?? -1);
        to.Write(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
