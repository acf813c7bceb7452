using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace Bothy.Benchmarks;

/// <summary>The platform's hashes, which bound what verifying can cost: a megabyte at once, and in the blocks in which derived results are read.</summary>
public class HashBenchmarks
{
    private readonly byte[] _content = Inputs.Content(1 << 20);

    [Benchmark]
    public byte[] Sha256OfOneMebibyte() => SHA256.HashData(_content);

    [Benchmark]
    public int Sha256OfItsBlocks()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        int sum = 0;
        for (int at = 0; at < _content.Length; at += Store.ResultParts.BlockSize)
        {
            SHA256.HashData(_content.AsSpan(at, Store.ResultParts.BlockSize), digest);
            sum += digest[0];
        }

        return sum;
    }

    // What packages' control members are identified by, so no choice of ours.
    [Benchmark]
#pragma warning disable CA5350
    public byte[] Sha1OfOneMebibyte() => SHA1.HashData(_content);
#pragma warning restore CA5350
}
