using System.Runtime.InteropServices;
using System.Text;

namespace Bothy.Engine.LocalFiles;

/// <summary>What the kernel says of a file of this machine, links not followed.</summary>
/// <param name="Mode">The kind and the permission bits, as inode(7) has them.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">When its content was changed, in nanoseconds since 1970; anybody may set it.</param>
/// <param name="Changed">When its content, owner or mode was changed, in nanoseconds since 1970; only the kernel sets it.</param>
/// <param name="Inode">Its number in its file system.</param>
internal readonly record struct FileStatus(int Mode, long Size, long Modified, long Changed, ulong Inode)
{
    private const int KindMask = 0xF000;
    private const int OwnerMayRun = 0b001_000_000;
    private const int NoSuchFile = 2; // ENOENT
    private const int NotDirectory = 20; // ENOTDIR
    private const int NotAllowed = 13; // EACCES
    private const int WorkingDirectory = -100; // AT_FDCWD
    private const int LinksNotFollowed = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint BasicFields = 0x7FF; // STATX_BASIC_STATS
    private const int StructureLength = 256;

    /// <summary>A directory.</summary>
    public bool IsDirectory => (Mode & KindMask) == 0x4000;

    /// <summary>A regular file.</summary>
    public bool IsFile => (Mode & KindMask) == 0x8000;

    /// <summary>A symbolic link.</summary>
    public bool IsLink => (Mode & KindMask) == 0xA000;

    /// <summary>Whether its owner may run it.</summary>
    public bool IsExecutable => (Mode & OwnerMayRun) != 0;

    /// <summary>What it is, in words.</summary>
    public string Kind => (Mode & KindMask) switch
    {
        0x1000 => "a named pipe",
        0x2000 or 0x6000 => "a device",
        0x4000 => "a directory",
        0x8000 => "a file",
        0xA000 => "a link",
        0xC000 => "a socket",
        _ => "of a kind that images do not hold",
    };

    /// <summary>Whether this is the same file with the same bytes as when it was <paramref name="before"/>, as far as the kernel tells.</summary>
    public bool IsSameContent(FileStatus before) =>
        (Size, Modified, Changed, Inode) == (before.Size, before.Modified, before.Changed, before.Inode);

    /// <summary>Asks for the file at <paramref name="path"/>; .NET itself tells neither inodes nor the time of the last change.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">A directory on its way cannot be searched.</exception>
    public static FileStatus Of(string path)
    {
        // statx(2): the one call of this kind whose structure is the same on every architecture.
        byte[] name = [.. Encoding.UTF8.GetBytes(path), 0];
        byte[] structure = new byte[StructureLength];
        if (Statx(WorkingDirectory, name, LinksNotFollowed, BasicFields, structure) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw error switch
            {
                NoSuchFile or NotDirectory => new FileNotFoundException(path),
                NotAllowed => new UnauthorizedAccessException(path),
                _ => new IOException(Marshal.GetPInvokeErrorMessage(error), error),
            };
        }

        return new FileStatus(
            BitConverter.ToUInt16(Field(28)),
            BitConverter.ToInt64(Field(40)),
            Time(112),
            Time(96),
            BitConverter.ToUInt64(Field(32)));

        ReadOnlySpan<byte> Field(int offset) => structure.AsSpan(offset);

        long Time(int offset) => unchecked((BitConverter.ToInt64(Field(offset)) * 1_000_000_000) + BitConverter.ToUInt32(Field(offset + sizeof(long))));
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, byte[] path, int flags, uint mask, [Out] byte[] structure);
}
