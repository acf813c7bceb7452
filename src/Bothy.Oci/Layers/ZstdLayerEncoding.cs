using System.Collections.Immutable;
using Bothy.Formats.Compression;

namespace Bothy.Oci.Layers;

/// <summary>A zstd frame a part. What is kept of a part is its frame.</summary>
internal sealed class ZstdLayerEncoding : LayerEncoding
{
    private readonly ZstdEncodingStream _zstd;

    public ZstdLayerEncoding(DigestingStream blob, LayerOptions options)
        : base(blob, options) =>
        _zstd = new ZstdEncodingStream(blob, options.Parallelism, leaveOpen: true);

    public override string MediaType => MediaTypes.LayerTarZstd;

    public override IReadOnlyDictionary<string, string> Finish()
    {
        _zstd.Dispose();
        return ImmutableDictionary<string, string>.Empty;
    }

    protected override void Append(LayerPart part, Stream kept) => _zstd.Post(() =>
    {
        using (kept)
        {
            Copy(kept, trailerLength: 0);
        }
    });

    protected override void Begin(LayerPart part, Stream? copy) => _zstd.Post(() => Blob.Copy = copy);

    protected override void Encode(ReadOnlySpan<byte> bytes) => _zstd.Write(bytes);

    protected override void End(LayerPart part, KeepTrailer written) => _zstd.Post(() => written([]));
}
