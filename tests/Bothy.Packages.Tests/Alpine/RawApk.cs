using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>An apk v2 package written segment by segment, whatever a reader thinks of it.</summary>
internal sealed record RawApk
{
    /// <summary>The entries of the data segment.</summary>
    public RawTarEntry[] Data { get; init; } = [File("usr/bin/hello", "hi")];

    /// <summary>The entries of the control segment beside <c>.PKGINFO</c>.</summary>
    public RawTarEntry[] Control { get; init; } = [];

    /// <summary>The lines of <c>.PKGINFO</c> before the hash.</summary>
    public string Info { get; init; } = "pkgname = hello\npkgver = 1.0-r0\narch = x86_64\n";

    /// <summary>The hash that <c>.PKGINFO</c> gives for the data; null for the right one, empty for none.</summary>
    public string? DataHash { get; init; }

    /// <summary>What is put behind the data.</summary>
    public byte[] Tail { get; init; } = [];

    /// <summary>Makes the file of its segments.</summary>
    public Func<byte[], byte[], byte[]> Join { get; init; } = static (control, data) => [.. control, .. data];

    /// <summary>Whether the control segment ends as a whole tar archive does.</summary>
    public bool EndsControl { get; init; }

    public static RawTarEntry File(string name, string text, string? sha1 = null) => new(name, '0') { Content = Encoding.UTF8.GetBytes(text) };

    /// <summary>The entry, with the header that gives its checksum before it.</summary>
    public static RawTarEntry[] Checked(RawTarEntry entry, string checksum)
    {
        string record = $" APK-TOOLS.checksum.SHA1={checksum}\n";
        int length = record.Length + 2;
        string text = $"{(length > 99 ? length + 1 : length)}{record}";
        return [new RawTarEntry("PaxHeaders/" + entry.Name.Split('/')[^1], 'x') { Content = Encoding.UTF8.GetBytes(text) }, entry];
    }

    /// <summary>A gzip member with a piece of a tar archive.</summary>
    public static byte[] Segment(bool end, params RawTarEntry[] entries)
    {
        byte[] tar = RawTar.Write(entries);
        return Gzip(end ? tar : tar[..^1024]);
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }

    /// <summary>The segment of signatures of <paramref name="control"/>.</summary>
    public static byte[] Signatures(byte[] control, params ApkSigner[] signers) =>
        Segment(end: false, [.. signers.Select(signer => new RawTarEntry($".SIGN.{Kind(signer)}.{signer.KeyName}", '0') { Content = signer.Sign(new MemoryStream(control)) })]);

    /// <summary>The file.</summary>
    public byte[] Build()
    {
        byte[] data = Segment(end: true, Data);
        string hash = DataHash ?? Convert.ToHexStringLower(SHA256.HashData([.. data, .. Tail]));
        string info = Info + (hash.Length > 0 ? $"datahash = {hash}\n" : "");
        byte[] control = Segment(EndsControl, [File(".PKGINFO", info), .. Control]);
        return [.. Join(control, data), .. Tail];
    }

    private static string Kind(ApkSigner signer) => signer.Kind switch
    {
        ApkSignatureKind.Rsa => "RSA",
        ApkSignatureKind.Rsa256 => "RSA256",
        _ => "RSA512",
    };
}
