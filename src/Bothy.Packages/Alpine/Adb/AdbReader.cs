using System.Buffers.Binary;
using System.Collections.Immutable;
using Bothy.Formats.Compression;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>
/// Reads an apk v3 file (apk-v3(5)) forward: magic and compression, the block of metadata, signatures, and for a package the blocks of its
/// files' content. Everything is little-endian, and blocks begin at multiples of eight bytes of the decompressed file.
/// </summary>
/// <remarks>
/// apk-v3(5) says little; the rest is from what others found out and published, and from apk-package(5) and apk-mkndx(8). Where that leaves something
/// open, the stricter reading is taken. No file that apk 3 wrote was at hand.
/// </remarks>
internal sealed class AdbReader : IDisposable
{
    /// <summary>How many bytes tell that a file is of format 3.</summary>
    public const int MagicLength = 4;

    private const int BlockHeaderSize = 4;
    private const int LongBlockHeaderSize = 16;
    private const int Alignment = 8;
    private const int SignatureHeaderSize = 18;
    private const int MaxSignatureSize = 2048;
    private const int MaxSignatures = 64;
    private const byte Sha512 = 4;
    private const int FirstPiece = 256 << 10;

    private readonly Stream _stream;
    private readonly string _source;
    private long _position;
    private BlockHeader? _next;
    private AdbContentStream? _content;

    /// <summary>Reads up to the first block of content.</summary>
    /// <param name="file">The file, from its first byte; stays the caller's.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="metadataLimit">The largest block of metadata that is taken, in bytes.</param>
    /// <param name="limit">The most bytes the file may decompress to.</param>
    /// <exception cref="MalformedDataException">It is no such file.</exception>
    /// <exception cref="BothyException">It is compressed in a way that is not supported, or over a limit.</exception>
    public AdbReader(Stream file, string source, int metadataLimit, long limit)
    {
        _source = source;
        _stream = Open(file, source, limit);
        try
        {
            Span<byte> start = stackalloc byte[8];
            ReadExactly(start);
            if (!start.StartsWith("ADB."u8))
            {
                throw Malformed(0, "what it decompresses to is not of format 3");
            }

            Schema = (AdbSchema)BinaryPrimitives.ReadUInt32LittleEndian(start[4..]);
            Metadata = ReadMetadata(metadataLimit);
            Signatures = ReadSignatures();
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    private enum BlockType
    {
        Metadata = 0,
        Signature = 1,
        Content = 2,
        Long = 3,
    }

    /// <summary>What the file holds.</summary>
    public AdbSchema Schema { get; }

    /// <summary>The block of metadata without its header: what signatures and identities are of.</summary>
    public byte[] Metadata { get; }

    /// <summary>The signatures that are of a kind this program knows.</summary>
    public ImmutableArray<AdbSignature> Signatures { get; }

    /// <summary>Whether a file that begins with <paramref name="start"/> is of format 3.</summary>
    public static bool IsAdb(ReadOnlySpan<byte> start) => start is [(byte)'A', (byte)'D', (byte)'B', (byte)'.' or (byte)'c' or (byte)'d', ..];

    /// <summary>Goes on to the next file's content; what is left of the one before is an error, as is everything that is not content.</summary>
    /// <returns>False at the end of the file.</returns>
    public bool TryReadContent(out AdbContent content)
    {
        content = default;
        FinishContent();
        if (TakeBlock() is not { } block)
        {
            return false;
        }

        Span<byte> header = stackalloc byte[8];
        if (block.Type != BlockType.Content || block.Length < header.Length)
        {
            throw Malformed(block.Offset, "a block that is no content stands among the content");
        }

        ReadExactly(header);
        _content = new AdbContentStream(this, block.Length - header.Length);
        content = new AdbContent(
            BinaryPrimitives.ReadUInt32LittleEndian(header),
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            block.Offset,
            _content);
        return true;
    }

    /// <summary>The failure at <paramref name="offset"/> of the decompressed file.</summary>
    public MalformedDataException Malformed(long offset, string problem) => new(_source, offset, problem);

    /// <inheritdoc />
    public void Dispose() => _stream.Dispose();

    private static Stream Open(Stream file, string source, long limit)
    {
        Span<byte> magic = stackalloc byte[MagicLength];
        if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !IsAdb(magic))
        {
            throw new MalformedDataException(source, 0, "it is not of format 3");
        }

        if (magic[3] == '.')
        {
            return new AdbPlainStream(file, source, limit);
        }

        int algorithm = 1;
        if (magic[3] == 'c')
        {
            // The second byte is the level it was compressed with.
            algorithm = file.ReadByte();
            _ = file.ReadByte();
        }

        return algorithm switch
        {
            // Stored: a whole file, with its own magic, follows.
            0 => new AdbPlainStream(file, source, limit) { HasMagic = true },
            1 => Decompression.OpenDeflate(file, source, limit),
            2 => new ZstdStream(file, source, limit, leaveOpen: true),
            _ => throw new MalformedDataException(source, 4, "it is compressed in a way that does not exist"),
        };
    }

    private byte[] ReadMetadata(int limit)
    {
        var block = TakeBlock() ?? throw Malformed(_position, "it has no metadata");
        if (block.Type != BlockType.Metadata)
        {
            throw Malformed(block.Offset, "its first block is not metadata");
        }

        return ReadBlock(block, limit);
    }

    private ImmutableArray<AdbSignature> ReadSignatures()
    {
        var signatures = ImmutableArray.CreateBuilder<AdbSignature>();
        int blocks = 0;
        while (PeekBlock() is { Type: BlockType.Signature } block)
        {
            TakeBlock();
            if (++blocks > MaxSignatures)
            {
                throw Malformed(block.Offset, FormattableString.Invariant($"more than {MaxSignatures} signatures"));
            }

            byte[] bytes = ReadBlock(block, MaxSignatureSize);
            if (bytes is [0, Sha512, ..] && bytes.Length > SignatureHeaderSize)
            {
                signatures.Add(new AdbSignature(bytes.AsMemory(2, 16), bytes.AsMemory(SignatureHeaderSize)));
            }
        }

        return signatures.ToImmutable();
    }

    private byte[] ReadBlock(BlockHeader block, int limit)
    {
        if (block.Length > limit)
        {
            throw Malformed(block.Offset, FormattableString.Invariant($"a block has more than {limit} bytes"));
        }

        // What a header announces is not believed before it came.
        byte[] bytes = new byte[Math.Min(block.Length, FirstPiece)];
        for (int at = 0; at < block.Length;)
        {
            if (at == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(block.Length, 2L * bytes.Length));
            }

            at += Read(bytes.AsSpan(at));
        }

        return bytes;
    }

    private BlockHeader? TakeBlock()
    {
        var block = PeekBlock();
        _next = null;
        return block;
    }

    private BlockHeader? PeekBlock() => _next ??= ReadBlockHeader();

    private BlockHeader? ReadBlockHeader()
    {
        SkipPadding();
        long offset = _position;
        Span<byte> header = stackalloc byte[LongBlockHeaderSize];
        int read = _stream.ReadAtLeast(header[..BlockHeaderSize], BlockHeaderSize, throwOnEndOfStream: false);
        _position += read;
        if (read == 0)
        {
            return null;
        }

        if (read < BlockHeaderSize)
        {
            throw Malformed(offset, "it ends within the header of a block");
        }

        uint word = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint low = word & 0x3FFFFFFF;
        var type = (BlockType)(word >> 30);
        long length = (long)low - BlockHeaderSize;
        if (type == BlockType.Long)
        {
            ReadExactly(header[BlockHeaderSize..]);
            type = (BlockType)low;
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            length = size <= long.MaxValue ? (long)size - LongBlockHeaderSize : -1;
        }

        if (length < 0 || type is not (BlockType.Metadata or BlockType.Signature or BlockType.Content))
        {
            throw Malformed(offset, "the header of a block does not fit");
        }

        return new BlockHeader(type, offset, length);
    }

    private void SkipPadding()
    {
        Span<byte> padding = stackalloc byte[Alignment];
        padding = padding[..(int)(-_position & (Alignment - 1))];
        ReadExactly(padding);
        if (padding.ContainsAnyExcept((byte)0))
        {
            throw Malformed(_position - padding.Length, "the padding behind a block is not zero");
        }
    }

    private void FinishContent()
    {
        if (_content?.Detach() > 0)
        {
            throw new InvalidOperationException("the content before was not read to its end");
        }

        _content = null;
    }

    internal int Read(Span<byte> buffer)
    {
        int read = _stream.Read(buffer);
        if (read == 0 && buffer.Length > 0)
        {
            throw Malformed(_position, "it ends too early");
        }

        _position += read;
        return read;
    }

    private void ReadExactly(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[Read(buffer)..];
        }
    }

    private sealed record BlockHeader(BlockType Type, long Offset, long Length);
}
