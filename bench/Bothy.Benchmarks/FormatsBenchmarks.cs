using BenchmarkDotNet.Attributes;
using Bothy.Formats.Compression;
using Bothy.Formats.OpenPgp;
using Bothy.Testing;

namespace Bothy.Benchmarks;

/// <summary>xz, gzip and signatures. Data: <c>content</c> (any file), <c>content.xz</c>.</summary>
[MemoryDiagnoser]
public class FormatsBenchmarks
{
    private static readonly DateTimeOffset Signed = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private byte[] _content = [];
    private byte[] _xz = [];
    private OpenPgpKeyring _keyring = OpenPgpKeyring.Merge();
    private byte[] _message = [];

    [GlobalSetup]
    public void Prepare()
    {
        _content = Inputs.File("content") ?? Inputs.Content(16 << 20);
        _xz = Inputs.File("content.xz") ?? Judge.Run("xz", ["--stdout", "-6"], _content).Succeeded().OutputBytes;
        using var signer = new TestSigner(Signed);
        _keyring = OpenPgpKeyring.Parse(signer.ExportKeyring(), "keyring");
        _message = signer.ClearSign(new string('x', 100_000) + "\n", Signed);
    }

    [Benchmark]
    public long DecodeXz()
    {
        using var stream = new XzStream(new MemoryStream(_xz), "content.xz", long.MaxValue);
        byte[] buffer = new byte[128 << 10];
        long length = 0;
        for (int read; (read = stream.Read(buffer)) > 0; length += read)
        {
        }

        return length;
    }

    [Benchmark]
    public void EncodeGzip()
    {
        using var gzip = new GzipEncodingStream(Stream.Null, parallelism: 1, leaveOpen: false);
        gzip.Write(_content);
    }

    [Benchmark]
    public OpenPgpVerdict VerifySignature() => OpenPgpVerifier.Verify(ClearSignedMessage.Parse(_message, "message"), _keyring, Signed);
}
