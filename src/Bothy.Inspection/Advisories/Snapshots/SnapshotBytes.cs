using System.Security.Cryptography;
using Bothy.Store;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The bytes of a snapshot, wherever they are. Safe for concurrent use.</summary>
internal abstract class SnapshotBytes : IDisposable
{
    private SnapshotBytes()
    {
    }

    public abstract long Length { get; }

    public abstract ReadOnlyMemory<byte> Read(long offset, int length);

    /// <summary>What to throw where the bytes do not follow the format.</summary>
    public abstract BothyException Damaged(string problem);

    public abstract void Dispose();

    /// <summary>All of them at once, against the digest at their end.</summary>
    internal sealed class InMemory : SnapshotBytes
    {
        private readonly ReadOnlyMemory<byte> _bytes;
        private readonly string _source;

        public InMemory(ReadOnlyMemory<byte> bytes, string source)
        {
            _bytes = bytes;
            _source = source;
            if (bytes.Length < SnapshotFormat.HeaderSize + SnapshotFormat.EndSize)
            {
                throw Damaged("it ends too early for a snapshot of advisories");
            }

            if (!SHA256.HashData(bytes.Span[..^SnapshotFormat.EndSize]).AsSpan().SequenceEqual(bytes.Span[^SnapshotFormat.EndSize..]))
            {
                throw Damaged("its bytes are not those that were written");
            }
        }

        public override long Length => _bytes.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int length) =>
            offset >= 0 && length >= 0 && length <= _bytes.Length - offset ? _bytes.Slice((int)offset, length) : throw Damaged("it refers to a place outside of itself");

        public override BothyException Damaged(string problem) => new MalformedDataException(_source, 0, problem);

        public override void Dispose()
        {
        }
    }

    /// <summary>From the store, each block read and checked when it is first wanted.</summary>
    internal sealed class Stored(ResultParts parts) : SnapshotBytes
    {
        public override long Length => parts.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int length) => parts.Read(offset, length);

        public override BothyException Damaged(string problem) => parts.Damaged(problem);

        public override void Dispose() => parts.Dispose();
    }
}
