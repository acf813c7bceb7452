using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>What is known of how an image was made, on the machine that made it.</summary>
/// <param name="ImageFile">The full path of the image file.</param>
/// <param name="ImageFileDigest">The digest of the effective image file, as <c>show</c> prints it.</param>
/// <param name="Lock">What it was resolved to, with the digest of each package, for all architectures that were built.</param>
public sealed record BuildRecord(string ImageFile, Digest ImageFileDigest, LockFile Lock)
{
    /// <summary>Where each file and link came from, by the architectures of the lock; an architecture may be missing.</summary>
    public ImmutableSortedDictionary<string, ImmutableDictionary<TreePath, Origin>> Origins { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableDictionary<TreePath, Origin>>(StringComparer.Ordinal);
}

/// <summary>
/// The store's records of builds, by the digest of what was built: of each image's manifest and configuration (which archives of other shapes have
/// too), and of the index of several. They are notes,
/// not results, since the image does not tell again what its lock said: pruning leaves them, and they are compressed to some kilobytes.
/// See docs/adr/0014.
/// </summary>
public sealed class BuildRecords(ContentStore store)
{
    // A lock of a thousand packages has about a megabyte, and the paths of their files two.
    private const int MaxBytes = 2 * LockReader.MaxBytes;

    private static readonly byte[] Heading = "bothy build 1\n"u8.ToArray();

    /// <summary>Whether something is kept for <paramref name="built"/>; it is not read.</summary>
    public bool Contains(Digest built) => store.Notes.TryRead(NameOf(built)) is not null;

    /// <summary>The record of the image or index with the digest <paramref name="built"/>; null where there is none that this version reads.</summary>
    public BuildRecord? TryFind(Digest built)
    {
        if (store.Notes.TryRead(NameOf(built)) is not { } note || !note.AsSpan().StartsWith(Heading))
        {
            return null;
        }

        try
        {
            using var content = new MemoryStream();
            using (var packed = new GZipStream(new MemoryStream(note, Heading.Length, note.Length - Heading.Length), CompressionMode.Decompress))
            {
                CopyLimited(packed, content);
            }

            return Read(content.ToArray());
        }
        catch (Exception failure) when (failure is InvalidDataException or BothyException or FormatException)
        {
            // Another version's, or another format's lock: the image's other sources are asked.
            return null;
        }
    }

    /// <summary>Keeps <paramref name="record"/> for the image or index with the digest <paramref name="built"/>.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void Add(Digest built, BuildRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        using var note = new MemoryStream();
        note.Write(Heading);
        using (var packed = new GZipStream(note, CompressionLevel.Optimal, leaveOpen: true))
        {
            Write(packed, Encoding.UTF8.GetBytes($"{record.ImageFile}\n{record.ImageFileDigest}\n"));
            Write(packed, RecordedOrigins.Format(record.Origins));
            packed.Write(LockFiles.Format(record.Lock));
        }

        store.Notes.Write(NameOf(built), note.ToArray());
    }

    // Each part but the last behind its length.
    private static void Write(Stream packed, byte[] part)
    {
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        packed.Write(length);
        packed.Write(part);
    }

    private static BuildRecord Read(ReadOnlyMemory<byte> content)
    {
        string head = Encoding.UTF8.GetString(Take(ref content).Span);
        var origins = RecordedOrigins.Parse(Take(ref content).Span);
        return head.Split('\n') is [var file, var digest, ""]
            ? new BuildRecord(file, Digest.Parse(digest, null), LockFiles.Parse("the store's record of the build", content)) { Origins = origins }
            : throw new FormatException("it does not say what was built");
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> content)
    {
        int length = content.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(content.Span);
        if (length < 0 || length > content.Length - sizeof(int))
        {
            throw new FormatException("it is cut short");
        }

        var part = content.Slice(sizeof(int), length);
        content = content[(sizeof(int) + length)..];
        return part;
    }

    private static void CopyLimited(Stream from, MemoryStream to)
    {
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = from.Read(buffer)) > 0;)
        {
            if (to.Length + read > MaxBytes)
            {
                throw new InvalidDataException("a build record is longer than any lock");
            }

            to.Write(buffer, 0, read);
        }
    }

    private static string NameOf(Digest built) => $"build {built}";
}
