using Bothy.Formats.Compression;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Tests.Layers;

public sealed class LayerContractTests
{
    // A change here changes the digest of every layer that was ever built: it needs a new name of the contract, not new digests.
    [Theory]
    [InlineData(LayerCompression.Gzip, "97700ffd82d342f84065196a587a570d09535ea1973484f1d1bbc425dee331de")]
    [InlineData(LayerCompression.EStargz, "2414afa1ec4a8bce0afd31825db9ff2c82431b3861892813119e1a11f0078985")]
    [InlineData(LayerCompression.Zstd, "a5b5d00aff3f954f2deaaf6acd6783c8fbfe08df0a130ca586c1b72bbebd1268")]
    public void Contract_v2_is_these_bytes(LayerCompression compression, string digest)
    {
        Assert.Equal("v2 v2 v1", $"{LayerWriter.Contract} {GzipEncodingStream.Contract} {ZstdEncodingStream.Contract}");
        Assert.Equal(digest, Samples.WriteLayer(Samples.Packages(), parallelism: 2, compression).Layer.Blob.Digest.Hex);
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.EStargz)]
    [InlineData(LayerCompression.Zstd)]
    public void Threads_do_not_change_a_byte(LayerCompression compression)
    {
        byte[] one = Samples.WriteLayer(Samples.Packages(), parallelism: 1, compression).Blob;

        Assert.Equal(one, Samples.WriteLayer(Samples.Packages(), parallelism: 2, compression).Blob);
        Assert.Equal(one, Samples.WriteLayer(Samples.Packages(), parallelism: 7, compression).Blob);
    }
}
