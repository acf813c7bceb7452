using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The sections of a snapshot, in the order in which they lie in it.</summary>
internal enum SnapshotSection
{
    /// <summary>Where each string begins in <see cref="StringBytes"/>, and where the last ends (4 bytes each).</summary>
    StringPlaces,

    /// <summary>The strings in UTF-8, each once, in the order of their bytes.</summary>
    StringBytes,

    /// <summary>For each package, in order: space, release, name (strings), where its entries begin (4 bytes each).</summary>
    Packages,

    /// <summary>The entries of each package: records.</summary>
    Entries,

    /// <summary>For each name of a vulnerability or notice, in order: the string, where its packages begin (4 bytes each).</summary>
    Names,

    /// <summary>The packages of each name: how many, then the number of each as the step from the one before.</summary>
    Postings,

    /// <summary>For each vulnerability that facts are known of, in order: the string, where they begin (4 bytes each).</summary>
    FactNames,

    /// <summary>The facts of each: records.</summary>
    Facts,

    /// <summary>Sources and releases.</summary>
    Sources,
}

/// <summary>
/// How a snapshot lies in a file: tables of fixed rows that are searched by halving, and records behind them, so that a look-up touches a
/// few dozen blocks of it and decodes what it answers alone.
/// </summary>
/// <remarks>
/// It begins with a magic of eight bytes, of which the last counts the changes of the format, and the place and length of each section
/// (4 bytes each, little-endian); after the last section comes the SHA-256 of everything before. In records numbers are LEB128, those that
/// may be missing are one more than they are, and texts are numbers of strings, or their length and bytes where hardly one is
/// like another. A record is its length, its body, how many sources say so, and their numbers.
/// </remarks>
internal static class SnapshotFormat
{
    public const int SectionCount = 9;
    public const int HeaderSize = 8 + (SectionCount * 8);
    public const int EndSize = SHA256.HashSizeInBytes;
    public const int PackageRow = 16;
    public const int NameRow = 8;

    public static ReadOnlySpan<byte> Magic => "BOTHYAD1"u8;

    public static byte[] Header(ReadOnlySpan<int> lengths)
    {
        byte[] header = new byte[HeaderSize];
        Magic.CopyTo(header);
        int at = HeaderSize;
        for (int section = 0; section < SectionCount; section++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8 + (section * 8)), at);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12 + (section * 8)), lengths[section]);
            at = checked(at + lengths[section]);
        }

        return header;
    }

    /// <summary>Whether bytes begin like a snapshot, of whatever version.</summary>
    public static bool IsSnapshot(ReadOnlySpan<byte> start) => start.StartsWith(Magic[..^1]);
}
