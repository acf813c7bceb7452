using System.Buffers.Binary;
using System.Collections.Immutable;
using Bothy.Formats.Compression;

namespace Bothy.Oci.Layers;

/// <summary>One gzip member, of which each part is a fragment. What is kept of a part are its deflate blocks, CRC and length.</summary>
internal sealed class GzipLayerEncoding : LayerEncoding
{
    private const int TrailerLength = sizeof(uint) + sizeof(long);

    private readonly GzipEncodingStream _gzip;

    public GzipLayerEncoding(DigestingStream blob, LayerOptions options)
        : base(blob, options)
    {
        _gzip = new GzipEncodingStream(blob, options.Parallelism, leaveOpen: true);

        // The member begins before the first part, so that its header is not kept with it.
        _gzip.Write([]);
    }

    public override string MediaType => MediaTypes.LayerTarGzip;

    public override IReadOnlyDictionary<string, string> Finish()
    {
        _gzip.Dispose();
        return ImmutableDictionary<string, string>.Empty;
    }

    protected override void Append(LayerPart part, Stream kept) => _gzip.AppendFragment(() =>
    {
        using (kept)
        {
            byte[] trailer = Copy(kept, TrailerLength);
            return new FragmentFacts(BinaryPrimitives.ReadUInt32LittleEndian(trailer), BinaryPrimitives.ReadInt64LittleEndian(trailer.AsSpan(sizeof(uint))));
        }
    });

    protected override void Begin(LayerPart part, Stream? copy) => _gzip.Post(() => Blob.Copy = copy);

    protected override void Encode(ReadOnlySpan<byte> bytes) => _gzip.Write(bytes);

    protected override void End(LayerPart part, KeepTrailer written) => _gzip.EndFragment(facts =>
    {
        Span<byte> trailer = stackalloc byte[TrailerLength];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, facts.Crc);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[sizeof(uint)..], facts.Length);
        written(trailer);
    });
}
