using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Reads an <c>.apk</c> of version 2 forward, once: signatures, control and data, each a gzip member. Every link of the chain from
/// the identity to the bytes of a file is checked on the way: identity → control segment → <c>datahash</c> → data segment → checksum of
/// each file. A failure names the link that is broken.
/// </summary>
/// <param name="apk">The bytes.</param>
/// <param name="size">How many there are.</param>
/// <param name="source">What they are, for messages.</param>
internal sealed class ApkReader(Stream apk, long size, string source) : IApkFile
{
    private const string ChecksumRecord = "APK-TOOLS.checksum.SHA1";

    /// <summary>The size in bytes that every package may unpack to, however small it is.</summary>
    public long FreeSize { get; init; } = UnpackedLimit.DefaultFreeSize;

    /// <summary>Reads everything to the end, into <paramref name="catalogue"/>.</summary>
    /// <returns>The package's identity in both forms.</returns>
    /// <exception cref="MalformedDataException">It is not a package, or one that must not be unpacked.</exception>
    /// <exception cref="BothyException">It is over a limit, or a link of the chain is broken.</exception>
    public ImmutableArray<ApkChecksum> Read(CatalogueWriter catalogue)
    {
        using var segments = OpenSegments();
        var control = ReadControl(segments);
        foreach (var (name, bytes) in control.Files)
        {
            catalogue.Attach(name, bytes.Span);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long before = segments.Rest.Offset;
        try
        {
            string part = $"{source}, data segment";
            if (segments.Rest.IsAtEnd)
            {
                throw new MalformedDataException(part, before, "there is none");
            }

            long limit = UnpackedLimit.Of(size - before, FreeSize);
            using var content = segments.Rest.OpenNext(limit, bytes => hash.AppendData(bytes.Span));
            ReadData(new TarReader(content, part, TarLimits.Default with { TotalSize = limit }), part, catalogue);
            if (!segments.Rest.IsAtEnd)
            {
                throw new MalformedDataException(source, segments.Rest.Offset, "something follows its data segment");
            }

            CheckData(hash, control);
            return segments.Hashes.Checksums();
        }
        catch (BothyException failure) when (failure is not StoreWriteException)
        {
            // Bytes that are not the package's own explain everything else that is wrong with them.
            segments.Rest.Abandon();
            HashUnread(segments, hash);
            CheckData(hash, control);
            throw;
        }
    }

    /// <summary>
    /// What keeps the bytes from being the package <paramref name="expected"/>; null where nothing does. The data is not decompressed: the
    /// checksums of single files are left to <see cref="Read"/>.
    /// </summary>
    public string? Problem(ApkChecksum expected)
    {
        try
        {
            using var segments = OpenSegments();
            var control = ReadControl(segments);
            var actual = segments.Hashes.Checksums();
            if (!actual.Contains(expected))
            {
                return $"its control segment has the checksum {actual[expected.IsSha256 ? 1 : 0]}, not {expected} (C:)";
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            HashUnread(segments, hash);
            return DataProblem(hash, control);
        }
        catch (BothyException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>The key of <paramref name="keys"/> that signed the control segment, or why there is none. Reads no further than that.</summary>
    /// <exception cref="MalformedDataException">It is not a package.</exception>
    public ApkVerdict FindSigner(ApkKeyring keys)
    {
        using var segments = OpenSegments();
        _ = ReadControl(segments);
        return ApkVerdict.Of(segments.Signatures, segments.Hashes.Current, keys);
    }

    /// <summary>Reads everything to the end without decompressing the data, whose hash is checked all the same.</summary>
    /// <exception cref="MalformedDataException">It is not a package.</exception>
    /// <exception cref="BothyException">A link of the chain is broken.</exception>
    public ApkFacts ReadFacts(ApkKeyring keys)
    {
        using var segments = OpenSegments();
        var control = ReadControl(segments);
        var signed = (int)segments.SignedOffset..(int)Math.Min(int.MaxValue, segments.Rest.Offset);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        HashUnread(segments, hash);
        CheckData(hash, control);
        return new ApkFacts(control.Info, segments.Hashes.Checksums()[0], ApkVerdict.Of(segments.Signatures, segments.Hashes.Current, keys), signed);
    }

    private ApkSegments OpenSegments() => Named("signature or control segment (C:)", () => new ApkSegments(apk, source, ApkControl.Limits, hasEnd: false));

    private ApkControl ReadControl(ApkSegments segments) => Named("control segment (C:)", () => ApkControl.Read(segments, source));

    private T Named<T>(string part, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MalformedDataException malformed)
        {
            throw new MalformedDataException($"{source}, {part}", malformed.Offset, malformed.Problem);
        }
    }

    private void ReadData(TarReader reader, string part, CatalogueWriter catalogue)
    {
        var shape = new PackageTreeShape(part, allowDevices: true);
        var checksums = new Dictionary<TreePath, ReadOnlyMemory<byte>>();
        var origin = new Origin.Effect("package");
        while (reader.TryReadNext(out var entry))
        {
            // apk installs nothing whose name begins so, and says nothing. What it passes over that way is let pass only where it is
            // abuild's stand-in for no files.
            if (entry.Name.StartsWith('.'))
            {
                if (entry is { Kind: EntryKind.File, Size: 0 } && !entry.Name.Contains('/', StringComparison.Ordinal))
                {
                    continue;
                }

                throw new MalformedDataException(part, entry.Offset, $"the entry '{entry.Name}' begins with a dot, as control files do");
            }

            var path = shape.Add(entry);
            if (path.IsRoot)
            {
                continue;
            }

            // The catalogue does not keep origins; its reader knows the package.
            if (entry.Kind == EntryKind.File)
            {
                var frozen = catalogue.AddFile(entry.ToTreeEntry(path, origin, FileContent.Empty), reader.OpenContent(), entry.Size);
                checksums.Add(path, frozen.Sha1);
                CheckChecksum(entry, frozen.Sha1.Span);
            }
            else
            {
                var made = entry.ToTreeEntry(path, origin, content: null);
                catalogue.AddEntry(made);
                CheckLink(entry, made, checksums);
            }
        }
    }

    private void CheckLink(TarEntry entry, TreeEntry made, Dictionary<TreePath, ReadOnlyMemory<byte>> checksums)
    {
        if (entry.Kind == EntryKind.SymbolicLink)
        {
#pragma warning disable CA5350 // the format's own checksum of a link
            CheckChecksum(entry, SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(entry.LinkName!)));
#pragma warning restore CA5350
        }
        else if (entry.Kind == EntryKind.HardLink)
        {
            CheckChecksum(entry, checksums[TreePath.Parse(made.LinkTarget!)].Span);
        }
    }

    // Files of old packages have none; the hash of the data covers them all the same.
    private void CheckChecksum(TarEntry entry, ReadOnlySpan<byte> actual)
    {
        if (!entry.OtherRecords.TryGetValue(ChecksumRecord, out string? stated))
        {
            return;
        }

        if (stated.Length != 2 * SHA1.HashSizeInBytes)
        {
            throw new MalformedDataException($"{source}, data segment", entry.Offset, $"the {ChecksumRecord} of '{entry.Name}' is not a SHA-1");
        }

        if (!string.Equals(stated, Convert.ToHexStringLower(actual), StringComparison.OrdinalIgnoreCase))
        {
            throw Broken($"'{entry.Name}' has the SHA-1 {Convert.ToHexStringLower(actual)}, not {stated} as its header says ({ChecksumRecord})");
        }
    }

    private static void HashUnread(ApkSegments segments, IncrementalHash hash)
    {
        while (segments.Rest.ReadCompressed() is { IsEmpty: false } bytes)
        {
            hash.AppendData(bytes.Span);
        }
    }

    private void CheckData(IncrementalHash hash, ApkControl control)
    {
        if (DataProblem(hash, control) is { } problem)
        {
            throw Broken(problem);
        }
    }

    private static string? DataProblem(IncrementalHash hash, ApkControl control)
    {
        var actual = Digest.FromHash(hash.GetCurrentHash());
        return actual == control.DataHash
            ? null
            : $"its data segment has the SHA-256 {actual.Hex}, not {control.DataHash.Hex} as its control segment says (datahash)";
    }

    private BothyException Broken(string reason) => new($"cannot trust {source}: {reason}")
    {
        Hint = "The package was changed after it was made, on the mirror or on the way; use another mirror.",
    };
}
