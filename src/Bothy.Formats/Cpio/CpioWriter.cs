using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Cpio;

/// <summary>
/// Writes a cpio archive in the "new ASCII" format whose bytes depend on the entries alone: inodes are numbered in their order. The content of a file
/// with several names comes with the last of them, as cpio(1) writes it. Extended attributes have no place in the format.
/// </summary>
public sealed class CpioWriter
{
    private const int CopyLength = 128 << 10;

    private readonly Stream _output;
    private long _written;

    private CpioWriter(Stream output) => _output = output;

    /// <summary>Writes <paramref name="entries"/>, each after the directories that it is in and after the first name of its file, to <paramref name="output"/>, which stays the caller's.</summary>
    /// <exception cref="BothyException">An entry does not fit into the format, or its content is not as long as it says.</exception>
    public static void Write(IReadOnlyCollection<TreeEntry> entries, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(output);
        var writer = new CpioWriter(output);
        var names = new Dictionary<string, FileNames>(StringComparer.Ordinal);
        foreach (var link in entries.Where(static entry => entry.Kind == EntryKind.HardLink))
        {
            names[link.LinkTarget!] = new FileNames { Left = (names.GetValueOrDefault(link.LinkTarget!)?.Left ?? 1) + 1 };
        }

        foreach (var all in names.Values)
        {
            all.Count = all.Left;
        }

        uint inode = 0;
        foreach (var entry in entries.Where(static entry => !entry.Path.IsRoot))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (names.GetValueOrDefault(entry.Kind == EntryKind.HardLink ? entry.LinkTarget! : entry.Path.Value) is not { } all)
            {
                writer.Write(entry, ++inode, links: entry.Kind == EntryKind.Directory ? 2u : 1u, entry.Content);
                continue;
            }

            if (entry.Kind != EntryKind.HardLink)
            {
                (all.Inode, all.Content) = (++inode, entry.Content);
            }

            writer.Write(entry, all.Inode, (uint)all.Count, --all.Left == 0 ? all.Content : null);
        }

        writer.Head(new CpioHeader { Links = 1 }, CpioHeader.End);
    }

    private void Write(TreeEntry entry, uint inode, uint links, FileContent? content)
    {
        byte[] target = entry.Kind == EntryKind.SymbolicLink ? Encoding.UTF8.GetBytes(entry.LinkTarget!) : [];
        long size = target.Length + (content?.Length ?? 0);
        if (size > uint.MaxValue)
        {
            throw Cannot(entry, FormattableString.Invariant($"it has {size} bytes, and the format holds no more than {uint.MaxValue}"));
        }

        var header = new CpioHeader
        {
            Inode = inode,
            Mode = CpioHeader.KindOf(entry.Kind) | (uint)entry.Mode,
            UserId = (uint)entry.UserId,
            GroupId = (uint)entry.GroupId,
            Links = links,
            ModifiedTime = (uint)Math.Clamp(entry.ModifiedTime, 0, uint.MaxValue),
            Size = (uint)size,
            DeviceMajor = (uint)entry.DeviceMajor,
            DeviceMinor = (uint)entry.DeviceMinor,
        };
        Head(header, entry.Path.Value);
        Append(target);
        if (content is not null)
        {
            Copy(entry, content);
        }

        Pad();
    }

    private void Head(CpioHeader header, string path)
    {
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        Append((header with { NameLength = (uint)name.Length }).ToBytes());
        Append(name);
        Pad();
    }

    private void Copy(TreeEntry entry, FileContent content)
    {
        byte[] buffer = new byte[(int)Math.Min(CopyLength, content.Length + 1)];
        using var stream = content.OpenRead();
        long copied = 0;
        for (int read; (read = stream.Read(buffer)) > 0; copied += read)
        {
            if (copied + read > content.Length)
            {
                throw Cannot(entry, "its content is longer than it says");
            }

            Append(buffer.AsSpan(0, read));
        }

        if (copied != content.Length)
        {
            throw Cannot(entry, "its content is shorter than it says");
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _written += bytes.Length;
    }

    private void Pad() => Append(stackalloc byte[(int)(-_written & (CpioHeader.Alignment - 1))]);

    private static BothyException Cannot(TreeEntry entry, string reason) => new($"cannot put '{entry.Path}' in a cpio archive: {reason}");

    private sealed class FileNames
    {
        public int Count { get; set; }

        public int Left { get; set; }

        public uint Inode { get; set; }

        public FileContent? Content { get; set; }
    }
}
