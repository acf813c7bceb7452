using System.Collections.Immutable;
using Bothy.Formats.Tar;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>Signs packages and indexes of format 2 that exist already. Signatures of other keys stay; one of the same key is replaced.</summary>
public static class ApkResigner
{
    private static readonly TarLimits Limits = TarLimits.Default with { Entries = 1000, TotalSize = 256 << 20, TotalExtensionBytes = 1 << 20 };

    /// <summary>Writes the file again with a signature of <paramref name="signer"/> before the others.</summary>
    /// <param name="file">The package or index, whole.</param>
    /// <param name="source">What messages call it.</param>
    /// <param name="signer">Who signs.</param>
    /// <param name="output">Where the signed file goes; stays the caller's.</param>
    /// <exception cref="BothyException">It is neither, or is damaged: what is signed is said to be whole.</exception>
    public static void Sign(byte[] file, string source, ApkSigner signer, Stream output)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(signer);
        ArgumentNullException.ThrowIfNull(output);
        if (Adb.AdbReader.IsAdb(file))
        {
            throw new BothyException($"cannot sign {source}: it is of format 3, which is only read");
        }

        var (signatures, offset, time, isPackage) = ReadStart(file, source);
        var signed = SignedRange(file, source, offset, isPackage);
        var others = signatures.Where(signature => signature.KeyName != signer.KeyName).Select(signature => (signature.EntryName, signature.Bytes));
        ApkSegment.WriteSignatures(output, [(signer.EntryName, signer.Sign(new MemoryStream(file[signed]))), .. others], time);
        output.Write(file.AsSpan(offset));
    }

    private static (ImmutableArray<ApkSignature> Signatures, int Offset, long Time, bool IsPackage) ReadStart(byte[] file, string source)
    {
        using var segments = new ApkSegments(new MemoryStream(file, writable: false), source, Limits, hasEnd: false);
        return segments.TryReadNext(out var first)
            ? (segments.Signatures, (int)segments.SignedOffset, first.ModifiedTime, first.Name.StartsWith('.'))
            : throw new MalformedDataException(source, segments.SignedOffset, "there is nothing in it to sign");
    }

    // A package's signature is over its control segment, an index's over everything behind the signatures.
    private static Range SignedRange(byte[] file, string source, int offset, bool isPackage)
    {
        if (isPackage)
        {
            return new ApkReader(new MemoryStream(file, writable: false), file.Length, source).ReadFacts(ApkKeyring.Empty).SignedSegment;
        }

        _ = new ApkIndexFile(file, source).ReadText();
        return offset..;
    }
}
