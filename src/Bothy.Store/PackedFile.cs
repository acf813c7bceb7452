using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Store;

/// <summary>A file in a catalogue. Its bytes are checked the first time they are read to the end.</summary>
public sealed class PackedFile : FileContent
{
    // Up to here one read and one hash of the whole are cheaper than a stream that does both in pieces.
    private const int SmallSize = 64 << 10;

    private readonly CatalogueSource _source;
    private readonly long _offset;
    private readonly ReadOnlyMemory<byte>? _elf;
    private volatile bool _verified;

    // The facts of an ELF file as they are kept, empty for another file; null where the file has to be read to know.
    internal PackedFile(CatalogueSource source, long offset, long length, Digest digest, ReadOnlyMemory<byte> sha1, ReadOnlyMemory<byte>? elf)
    {
        _elf = elf;
        _source = source;
        _offset = offset;
        Length = length;
        Digest = digest;
        Sha1 = sha1;
    }

    /// <inheritdoc />
    public override long Length { get; }

    /// <inheritdoc />
    public override Digest Digest { get; }

    /// <summary>The SHA-1 of the bytes (20 bytes), for formats that ask for it.</summary>
    public ReadOnlyMemory<byte> Sha1 { get; }

    /// <inheritdoc />
    /// <exception cref="DamagedItemException">
    /// The bytes are not those of <see cref="Digest"/>; the catalogue was removed. A large file can throw it at its end only.
    /// </exception>
    public override Stream OpenRead()
    {
        if (Length <= SmallSize)
        {
            return new MemoryStream(ReadSmall(), writable: false);
        }

        var slice = new PackSlice(_source, _offset, Length);
        return _verified ? slice : new VerifyingStream(slice, Length, Digest, Damaged) { Verified = () => _verified = true };
    }

    /// <inheritdoc />
    public override Stream OpenParts() => new PackSlice(_source, _offset, Length);

    /// <inheritdoc />
    /// <exception cref="DamagedItemException">What is kept are no facts; the catalogue was removed.</exception>
    protected override ElfFacts? LookForElf(string name) => _elf switch
    {
        null => base.LookForElf(name),
        { IsEmpty: true } => null,
        { } kept => _source.Guard(() => ElfFactsForm.Read(kept, name)),
    };

    private byte[] ReadSmall()
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)Length);
        if (!_source.TryFill(_offset, bytes) || (!_verified && Digest.Of(bytes) != Digest))
        {
            throw Damaged();
        }

        _verified = true;
        return bytes;
    }

    private DamagedItemException Damaged() => _source.Damaged("a file in it has another digest");
}

/// <summary>A part of the pack.</summary>
internal sealed class PackSlice(CatalogueSource source, long offset, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, length);
            _position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted == 0)
        {
            return 0;
        }

        int count = source.Read(offset + _position, buffer[..wanted]);
        _position += count;
        return count == 0 ? throw source.Damaged("it ends too early") : count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => _position + offset,
            _ => length + offset,
        };

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
