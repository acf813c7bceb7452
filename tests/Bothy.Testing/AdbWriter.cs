using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Testing;

/// <summary>How a file of format 3 is compressed.</summary>
public enum AdbCompression
{
    /// <summary><c>ADB.</c></summary>
    None,

    /// <summary><c>ADBd</c></summary>
    Deflate,

    /// <summary><c>ADBc</c> with algorithm 0.</summary>
    NamedNone,

    /// <summary><c>ADBc</c> with algorithm 1.</summary>
    NamedDeflate,

    /// <summary><c>ADBc</c> with algorithm 2, by the program zstd.</summary>
    Zstd,
}

/// <summary>
/// Writes blocks and values of apk v3 files as apk-v3(5) describes them, from that description alone: no program that others wrote has
/// read its files here. Nothing is checked, so that wrong files can be written as well.
/// </summary>
public sealed class AdbWriter
{
    private const int Alignment = 8;

    private readonly List<byte> _metadata = [.. new byte[8]];
    private readonly Dictionary<string, uint> _written = new(StringComparer.Ordinal);
    private readonly List<byte[]> _contents = [];

    /// <summary><c>pckg</c>, as a number.</summary>
    public const uint PackageSchema = 0x676b6370;

    /// <summary><c>indx</c>, as a number.</summary>
    public const uint IndexSchema = 0x78646e69;

    /// <summary>The block of metadata so far, without its header.</summary>
    public byte[] Metadata => [.. _metadata];

    /// <summary>A number: within the word where it is small enough.</summary>
    public uint Number(long value)
    {
        if (value < 1 << 28)
        {
            return 0x1000_0000 | (uint)value;
        }

        byte[] bytes = new byte[value <= uint.MaxValue ? 4 : 8];
        if (bytes.Length == 4)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        }

        return (bytes.Length == 4 ? 0x2000_0000u : 0x3000_0000u) | Put(bytes, bytes.Length);
    }

    /// <summary>Text; no value where it is empty.</summary>
    public uint Text(string text) => Blob(Encoding.UTF8.GetBytes(text));

    /// <summary>Bytes; no value where there are none.</summary>
    public uint Blob(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            return 0;
        }

        var (type, size) = bytes.Length <= byte.MaxValue ? (0x8000_0000u, 1) : bytes.Length <= ushort.MaxValue ? (0x9000_0000u, 2) : (0xA000_0000u, 4);
        byte[] length = BitConverter.GetBytes(bytes.Length)[..size];
        return type | Put([.. length, .. bytes], size);
    }

    /// <summary>An object with these slots, those at the end left out that have no value.</summary>
    public uint Record(params uint[] slots) => 0xE000_0000 | PutSlots(slots);

    /// <summary>An array of these values; no value where there are none.</summary>
    public uint Array(params uint[] values) => values.Length == 0 ? 0 : 0xD000_0000 | PutSlots(values);

    /// <summary>Adds a block of content.</summary>
    public void Content(uint directory, uint file, byte[] bytes) =>
        _contents.Add([.. BitConverter.GetBytes(directory), .. BitConverter.GetBytes(file), .. bytes]);

    /// <summary>Overwrites bytes of the metadata.</summary>
    public void Patch(int offset, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            _metadata[offset + i] = bytes[i];
        }
    }

    /// <summary>The file.</summary>
    /// <param name="schema">What it says it holds.</param>
    /// <param name="root">The value of its root.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="signers">RSA or ECDSA keys that sign.</param>
    public byte[] Finish(uint schema, uint root, AdbCompression compression = AdbCompression.None, params AsymmetricAlgorithm[] signers)
    {
        ArgumentNullException.ThrowIfNull(signers);
        Patch(4, BitConverter.GetBytes(root));
        var file = new List<byte>([.. "ADB."u8, .. BitConverter.GetBytes(schema)]);
        Block(file, 0, Metadata);
        foreach (var signer in signers)
        {
            byte[] head = [0, 4, .. KeyId(signer)];
            byte[] signed = [.. BitConverter.GetBytes(schema), .. head, .. SHA512.HashData(Metadata)];
            Block(file, 1, [.. head, .. Sign(signer, signed)]);
        }

        foreach (byte[] content in _contents)
        {
            Block(file, 2, content);
        }

        return Compress([.. file], compression);
    }

    /// <summary>The same file compressed.</summary>
    public static byte[] Compress(byte[] file, AdbCompression compression)
    {
        ArgumentNullException.ThrowIfNull(file);
        return compression switch
        {
            AdbCompression.None => file,
            AdbCompression.Deflate => [.. "ADBd"u8, .. Deflate(file)],
            AdbCompression.NamedNone => [.. "ADBc"u8, 0, 0, .. file],
            AdbCompression.NamedDeflate => [.. "ADBc"u8, 1, 9, .. Deflate(file)],
            AdbCompression.Zstd => [.. "ADBc"u8, 2, 3, .. Judge.Run("zstd", ["-c"], file).Succeeded().OutputBytes],
            _ => throw new ArgumentOutOfRangeException(nameof(compression)),
        };
    }

    /// <summary>The identifier by which a signature names <paramref name="key"/>.</summary>
    public static byte[] KeyId(AsymmetricAlgorithm key)
    {
        byte[] bare = key switch
        {
            RSA rsa => rsa.ExportRSAPublicKey(),
            ECDsa ecdsa when ecdsa.ExportParameters(false).Q is var point => [4, .. point.X!, .. point.Y!],
            _ => throw new ArgumentException("want RSA or ECDSA", nameof(key)),
        };
        return SHA512.HashData(bare)[..16];
    }

    /// <summary>Appends a block and its padding.</summary>
    public static void Block(List<byte> file, uint type, byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(payload);
        file.AddRange(BitConverter.GetBytes((type << 30) | (uint)(payload.Length + 4)));
        file.AddRange(payload);
        file.AddRange(new byte[-file.Count & (Alignment - 1)]);
    }

    private static byte[] Sign(AsymmetricAlgorithm key, byte[] bytes) => key switch
    {
        RSA rsa => rsa.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => ecdsa.SignData(bytes, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence),
        _ => throw new ArgumentException("want RSA or ECDSA", nameof(key)),
    };

    private static byte[] Deflate(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal))
        {
            deflate.Write(bytes);
        }

        return compressed.ToArray();
    }

    private uint PutSlots(uint[] slots)
    {
        int count = slots.Length;
        while (count > 0 && slots[count - 1] == 0)
        {
            count--;
        }

        return Put([.. BitConverter.GetBytes(count + 1), .. slots.Take(count).SelectMany(BitConverter.GetBytes)], 4);
    }

    // Equal values are written once, as apk does.
    private uint Put(byte[] bytes, int alignment)
    {
        string key = $"{alignment}:{Convert.ToHexString(bytes)}";
        if (!_written.TryGetValue(key, out uint offset))
        {
            _metadata.AddRange(new byte[-_metadata.Count & (alignment - 1)]);
            offset = (uint)_metadata.Count;
            _metadata.AddRange(bytes);
            _written.Add(key, offset);
        }

        return offset;
    }
}
