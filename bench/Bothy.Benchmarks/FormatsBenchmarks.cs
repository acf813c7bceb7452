using BenchmarkDotNet.Attributes;
using Bothy.Formats.Compression;
using Bothy.Formats.OpenPgp;
using Bothy.Testing;

namespace Bothy.Benchmarks;

/// <summary>xz, zstd, gzip and signatures. Data: <c>content</c> (any file), <c>content.xz</c>, <c>content.zst</c>.</summary>
[MemoryDiagnoser]
public class FormatsBenchmarks
{
    private static readonly DateTimeOffset Signed = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private byte[] _content = [];
    private byte[] _xz = [];
    private byte[] _zstd = [];
    private OpenPgpKeyring _keyring = OpenPgpKeyring.Merge();
    private byte[] _message = [];

    [GlobalSetup]
    public void Prepare()
    {
        _content = Inputs.File("content") ?? Inputs.Content(16 << 20);
        _xz = Inputs.File("content.xz") ?? Judge.Run("xz", ["--stdout", "-6"], _content).Succeeded().OutputBytes;
        _zstd = Inputs.File("content.zst") ?? Judge.Run("zstd", ["--stdout", "-3"], _content).Succeeded().OutputBytes;
        using var signer = new TestSigner(Signed);
        _keyring = OpenPgpKeyring.Parse(signer.ExportKeyring(), "keyring");
        _message = signer.ClearSign(new string('x', 100_000) + "\n", Signed);
    }

    [Benchmark]
    public long DecodeXz() => ReadAll(new XzStream(new MemoryStream(_xz), "content.xz", long.MaxValue));

    [Benchmark]
    public long DecodeZstd() => ReadAll(new ZstdStream(new MemoryStream(_zstd), "content.zst", long.MaxValue));

    [Benchmark]
    public void EncodeGzip()
    {
        using var gzip = new GzipEncodingStream(Stream.Null, parallelism: 1, leaveOpen: false);
        gzip.Write(_content);
    }

    [Benchmark]
    public void EncodeZstd()
    {
        using var zstd = new ZstdEncodingStream(Stream.Null, parallelism: 1, leaveOpen: false);
        zstd.Write(_content);
    }

    [Benchmark]
    public OpenPgpVerdict VerifySignature() => OpenPgpVerifier.Verify(ClearSignedMessage.Parse(_message, "message"), _keyring, Signed);

    private static long ReadAll(Stream decoder)
    {
        using var stream = decoder;
        byte[] buffer = new byte[128 << 10];
        long length = 0;
        for (int read; (read = stream.Read(buffer)) > 0; length += read)
        {
        }

        return length;
    }
}
