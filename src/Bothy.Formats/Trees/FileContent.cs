using Bothy.Formats.Elf;

namespace Bothy.Formats.Trees;

/// <summary>The bytes of a regular file, wherever they are: in memory, in the store, in a layer, on disk.</summary>
public abstract class FileContent
{
    /// <summary>The smaller of the two headers, in bytes: a shorter file is no ELF file.</summary>
    public const int MinElfLength = 52;

    private ElfFacts? _elf;
    private volatile bool _isElfKnown;

    /// <summary>The content of an empty file.</summary>
    public static FileContent Empty { get; } = new MemoryContent(ReadOnlyMemory<byte>.Empty, Bothy.Digest.Of([]));

    /// <summary>The size in bytes; <see cref="OpenRead"/> gives exactly as many or fails.</summary>
    public abstract long Length { get; }

    /// <summary>The digest of the bytes.</summary>
    public abstract Digest Digest { get; }

    /// <summary>Content that is in memory.</summary>
    public static FileContent Of(ReadOnlyMemory<byte> bytes) => new MemoryContent(bytes, Bothy.Digest.Of(bytes.Span));

    /// <summary>Content that is text, encoded as UTF-8.</summary>
    public static FileContent Of(string text) => Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Opens the bytes for reading once, forward; the stream is the caller's.</summary>
    /// <exception cref="BothyException">The bytes are gone or are not those that were promised.</exception>
    public abstract Stream OpenRead();

    /// <summary>
    /// Opens the bytes for looking at parts of them; the stream, which seeks where the content can, is the caller's. Parts cannot be verified:
    /// what is learnt from them must not outlive a failure of <see cref="OpenRead"/> on the same content.
    /// </summary>
    /// <exception cref="BothyException">The bytes are gone.</exception>
    public virtual Stream OpenParts() => OpenRead();

    /// <summary>
    /// What this is as an ELF file; null where it is none. Found out once, from parts of it (see <see cref="OpenParts"/>), or known without.
    /// </summary>
    /// <param name="name">What to call it in a failure: its path.</param>
    /// <exception cref="MalformedDataException">It begins as an ELF file and then does not follow the format.</exception>
    /// <exception cref="BothyException">The bytes are gone.</exception>
    public ElfFacts? ReadElf(string name)
    {
        if (!_isElfKnown)
        {
            _elf = Length < MinElfLength ? null : LookForElf(name);
            _isElfKnown = true;
        }

        return _elf;
    }

    /// <summary>Does the work of <see cref="ReadElf"/>, once; content whose facts are kept somewhere gives those.</summary>
    protected virtual ElfFacts? LookForElf(string name)
    {
        using var stream = OpenParts();
        return ElfFile.TryRead(stream, name, out var facts) ? facts : null;
    }

    /// <summary>Reads all bytes.</summary>
    /// <exception cref="BothyException">There are more than <paramref name="limit"/>, or they cannot be read.</exception>
    public byte[] ReadAll(int limit = 64 << 20)
    {
        if (Length > limit)
        {
            throw new BothyException(FormattableString.Invariant($"cannot read a file of {Length} bytes into memory: the limit is {limit}"));
        }

        byte[] bytes = new byte[Length];
        using var stream = OpenRead();
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class MemoryContent(ReadOnlyMemory<byte> bytes, Digest digest) : FileContent
    {
        public override long Length => bytes.Length;

        public override Digest Digest => digest;

        public override Stream OpenRead() => new MemoryStream(bytes.ToArray(), writable: false);
    }
}
