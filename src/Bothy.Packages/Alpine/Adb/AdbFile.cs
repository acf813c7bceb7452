using System.Buffers.Binary;
using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>A file of a package: regular with a hash of its content, a link, or something special.</summary>
/// <param name="Entry">The entry, without content.</param>
/// <param name="Size">The size of a regular file.</param>
/// <param name="Hash">The hash of a regular file's content: SHA-256, or one that its length tells.</param>
internal sealed record AdbFile(TreeEntry Entry, long Size, ReadOnlyMemory<byte> Hash)
{
    private const int FileTypeRegular = 0x8000;
    private const int FileTypeSymbolicLink = 0xA000;
    private const int FileTypeCharacterDevice = 0x2000;
    private const int FileTypeBlockDevice = 0x6000;
    private const int FileTypeFifo = 0x1000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the object of a file in <paramref name="directory"/>.</summary>
    public static AdbFile Read(AdbValue value, TreePath directory, PackageTreeShape shape)
    {
        var slots = value.ToObject();
        var access = AdbAccess.Read(slots[2].ToObject(), TreeEntry.DefaultFileMode);
        long time = slots[4].ToNumber();
        var target = slots[6].ToBlob();
        if (target.IsEmpty)
        {
            var path = shape.Add(new TarEntry { Name = Name(slots[1], directory), Kind = EntryKind.File });
            return new AdbFile(access.Entry(path, EntryKind.File, time), slots[3].ToNumber(), slots[5].ToBlob());
        }

        if (target.Length < 2)
        {
            throw value.Malformed("a file has no type");
        }

        int type = BinaryPrimitives.ReadUInt16LittleEndian(target.Span);
        var entry = Special(value, type, target.Span[2..]);
        var at = shape.Add(new TarEntry { Name = Name(slots[1], directory), Kind = entry.Kind, LinkName = entry.Target });
        return new AdbFile(access.Entry(at, entry.Kind, time) with { LinkTarget = entry.Target, DeviceMajor = entry.Major, DeviceMinor = entry.Minor }, 0, default);
    }

    private static string Name(AdbValue name, TreePath directory)
    {
        string text = name.ToText();
        return text is not ("" or "." or "..") && !text.Contains('/', StringComparison.Ordinal)
            ? directory.IsRoot ? text : $"{directory.Value}/{text}"
            : throw name.Malformed("a file's name is not one");
    }

    private static (EntryKind Kind, string? Target, int Major, int Minor) Special(AdbValue value, int type, ReadOnlySpan<byte> rest)
    {
        switch (type)
        {
            case FileTypeRegular:
                return (EntryKind.HardLink, LinkText(value, rest).TrimStart('/'), 0, 0);
            case FileTypeSymbolicLink:
                return (EntryKind.SymbolicLink, LinkText(value, rest), 0, 0);
            case FileTypeFifo:
                return (EntryKind.Fifo, null, 0, 0);
            case FileTypeCharacterDevice or FileTypeBlockDevice when rest.Length == 8:
                // Linux's own encoding of a device's number in 64 bits.
                ulong device = BinaryPrimitives.ReadUInt64LittleEndian(rest);
                int major = (int)(((device >> 8) & 0xFFF) | ((device >> 32) & 0xFFFF_F000));
                int minor = (int)((device & 0xFF) | ((device >> 12) & 0xFFFF_FF00));
                return major < 0 || minor < 0
                    ? throw value.Malformed("a device's number is too large")
                    : (type == FileTypeCharacterDevice ? EntryKind.CharacterDevice : EntryKind.BlockDevice, null, major, minor);
            default:
                throw value.Malformed("a file is of a type that does not exist");
        }
    }

    private static string LinkText(AdbValue value, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length > TreePath.MaxLength || bytes.Contains((byte)0))
        {
            throw value.Malformed("a link has no usable target");
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw value.Malformed("a link's target is not UTF-8");
        }
    }
}
