using System.Buffers.Binary;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>
/// The tree of values in a block of metadata (apk-v3(5), wire format). Values are found by offsets, so that several may point to the same one:
/// each look costs its bytes of a budget, since a few bytes could otherwise stand for a tree without end.
/// </summary>
internal sealed class AdbDocument
{
    private const int HeaderSize = 8;

    // Of a real index most bytes are looked at some four times.
    private const long FreeBudget = 16 << 20;
    private const long MaxBudget = 512 << 20;
    private const int BudgetPerByte = 16;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _source;
    private long _budget;

    /// <summary>Reads the header of <paramref name="metadata"/>.</summary>
    /// <exception cref="MalformedDataException">It has none, or is of a version to come.</exception>
    public AdbDocument(ReadOnlyMemory<byte> metadata, string source)
    {
        _bytes = metadata;
        _source = source;
        _budget = Math.Min(MaxBudget, FreeBudget + (BudgetPerByte * (long)metadata.Length));
        if (metadata.Length < HeaderSize)
        {
            throw Malformed(0, "its metadata has no header");
        }

        if (metadata.Span[0] != 0)
        {
            throw Malformed(0, "it needs a newer version of the format");
        }

        Root = new AdbValue(this, BinaryPrimitives.ReadUInt32LittleEndian(metadata.Span[4..])).ToObject();
    }

    /// <summary>The object that everything hangs from.</summary>
    public AdbObject Root { get; }

    /// <summary>The bytes at <paramref name="offset"/>.</summary>
    /// <exception cref="MalformedDataException">They are not within the metadata.</exception>
    public ReadOnlyMemory<byte> Slice(long offset, long length)
    {
        // Nothing points into the header.
        if (offset < HeaderSize || length < 0 || offset > _bytes.Length || length > _bytes.Length - offset)
        {
            throw Malformed(offset, "a value points out of the metadata");
        }

        Spend(1 + length, offset);
        return _bytes.Slice((int)offset, (int)length);
    }

    /// <summary>The failure at <paramref name="offset"/> of the metadata.</summary>
    public MalformedDataException Malformed(long offset, string problem) => new(_source + ", metadata", offset, problem);

    private void Spend(long cost, long offset)
    {
        _budget -= cost;
        if (_budget < 0)
        {
            throw Malformed(offset, "the same values are used far too often");
        }
    }
}
