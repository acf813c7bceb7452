using Bothy.Store;

namespace Bothy.Packages.Indexes;

/// <summary>The bytes of a <see cref="CompactIndex"/>, wherever they are.</summary>
internal abstract class IndexBytes
{
    private IndexBytes()
    {
    }

    public abstract long Length { get; }

    public abstract ReadOnlyMemory<byte> Read(long offset, int length);

    /// <summary>What to throw where the bytes do not follow the format.</summary>
    public abstract Exception Damaged(string problem);

    /// <summary>Just scanned.</summary>
    internal sealed class InMemory(IReadOnlyList<byte[]> stanzas, long stanzasLength, ReadOnlyMemory<byte> rest) : IndexBytes
    {
        public override long Length => stanzasLength + rest.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int length) => offset < stanzasLength
            ? stanzas[(int)(offset / IndexFormat.SlabSize)].AsMemory((int)(offset % IndexFormat.SlabSize), length)
            : rest.Slice((int)(offset - stanzasLength), length);

        public override Exception Damaged(string problem) => new InvalidOperationException($"a compact index was made wrongly: {problem}");
    }

    /// <summary>From the store, each part read and checked when it is first wanted.</summary>
    /// <remarks>The file stays open for as long as anybody has the index, and is closed by its handle's finalizer.</remarks>
    internal sealed class Stored(ResultParts parts) : IndexBytes
    {
        public override long Length => parts.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int length) => parts.Read(offset, length);

        public override Exception Damaged(string problem) => parts.Damaged(problem);
    }
}
