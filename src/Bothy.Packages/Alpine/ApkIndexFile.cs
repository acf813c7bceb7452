using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine;

/// <summary>
/// An <c>APKINDEX.tar.gz</c> in memory: signatures, and one gzip member with <c>DESCRIPTION</c> and <c>APKINDEX</c>. The signatures are over
/// all the bytes behind their own segment, so they can be judged before anything of the rest is decompressed.
/// </summary>
internal sealed class ApkIndexFile : IApkIndexFile
{
    private const string TextName = "APKINDEX";
    private const string DescriptionName = "DESCRIPTION";
    private const int MaxDescription = 160;

    // Alpine's largest is under 10 MB; these only keep a broken one from filling the memory.
    private const long MaxText = 256 << 20;

    private static readonly TarLimits Limits = TarLimits.Default with { Entries = 16, TotalSize = MaxText, TotalExtensionBytes = 1 << 20 };

    private readonly byte[] _file;
    private readonly string _source;
    private readonly ImmutableArray<ApkSignature> _signatures;
    private readonly int _signedOffset;

    /// <summary>Reads the signatures of <paramref name="file"/>.</summary>
    /// <exception cref="MalformedDataException">It does not begin like an index.</exception>
    public ApkIndexFile(byte[] file, string source)
    {
        _file = file;
        _source = source;
        using var segments = Open($"{source}, signature segment");
        _signatures = segments.Signatures;
        _signedOffset = (int)segments.SignedOffset;
    }

    /// <inheritdoc />
    public ApkVerdict Verify(ApkKeyring keys) => ApkVerdict.Of(_signatures, HashSigned, keys);

    /// <inheritdoc />
    public (string Description, long Time) ReadHeader()
    {
        using var segments = Open(_source);
        string description = "";
        while (segments.TryReadNext(out var entry))
        {
            CheckEntry(entry);
            if (entry.Name == DescriptionName)
            {
                description = ReadDescription(segments, entry);
            }
            else if (entry.Name == TextName)
            {
                return (description, Math.Max(0, entry.ModifiedTime));
            }
        }

        throw NoText();
    }

    /// <inheritdoc />
    public byte[] ReadText()
    {
        using var segments = Open(_source);
        byte[]? text = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (segments.TryReadNext(out var entry))
        {
            CheckEntry(entry);
            if (!seen.Add(entry.Name))
            {
                throw new MalformedDataException(_source, entry.Offset, $"'{entry.Name}' comes twice");
            }

            if (entry.Name == TextName)
            {
                text = GC.AllocateUninitializedArray<byte>((int)entry.Size);
                segments.OpenContent().ReadExactly(text);
            }
        }

        return !segments.Rest.IsAtEnd
            ? throw new MalformedDataException(_source, segments.Rest.Offset, "something follows its index segment")
            : text ?? throw NoText();
    }

    /// <summary>The newest build time (<c>t:</c>) in the text of an index, in seconds since 1970; 0 where there is none.</summary>
    public static long NewestBuild(ReadOnlySpan<byte> text)
    {
        long newest = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.StartsWith("t:"u8) && long.TryParse(line[2..], NumberStyles.None, CultureInfo.InvariantCulture, out long time))
            {
                newest = Math.Max(newest, time);
            }
        }

        return newest;
    }

    private ApkSegments Open(string source) => new(new MemoryStream(_file, writable: false), source, Limits, hasEnd: true);

    private byte[] HashSigned(HashAlgorithmName algorithm) => CryptographicOperations.HashData(algorithm, _file.AsSpan(_signedOffset));

    private void CheckEntry(TarEntry entry)
    {
        if (entry.Name.StartsWith('.') || entry.Kind != EntryKind.File)
        {
            throw new MalformedDataException(_source, entry.Offset, $"'{entry.Name}' stands in it, which belongs into no index");
        }
    }

    private string ReadDescription(ApkSegments segments, TarEntry entry)
    {
        if (entry.Size > MaxDescription)
        {
            throw new MalformedDataException(_source, entry.Offset, FormattableString.Invariant($"its DESCRIPTION has {entry.Size} bytes, more than {MaxDescription}"));
        }

        byte[] bytes = new byte[entry.Size];
        segments.OpenContent().ReadExactly(bytes);
        string text = Encoding.UTF8.GetString(bytes).TrimEnd();
        return !text.Any(char.IsControl) ? text : throw new MalformedDataException(_source, entry.Offset, "its DESCRIPTION is not one line of text");
    }

    private MalformedDataException NoText() => new(_source, 0, $"it has no {TextName}");
}
