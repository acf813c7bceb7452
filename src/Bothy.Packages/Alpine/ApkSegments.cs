using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Reads the beginning that packages and indexes of version 2 have in common (apk-v2(5)): a segment of signatures, which may be
/// missing, and the segment that is signed. Each is a gzip member with a piece of a tar archive, and holds nothing of the
/// other: programs that join the pieces and programs that do not see the same files.
/// </summary>
internal sealed class ApkSegments : IDisposable
{
    private const int MaxSignatures = 64 << 10;

    private readonly GzipMembers _members;
    private readonly string _source;
    private readonly TarLimits _limits;
    private readonly bool _hasEnd;
    private ApkHashes _hashes = new([]);
    private TarReader? _tar;
    private TarEntry? _first;

    /// <summary>Reads the signatures of <paramref name="file"/>, which stays the caller's.</summary>
    /// <param name="file">The bytes.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="limits">What the signed segment may ask for.</param>
    /// <param name="hasEnd">Whether the signed segment ends as a tar archive does, being the last.</param>
    /// <exception cref="MalformedDataException">The bytes do not begin like a package or an index.</exception>
    public ApkSegments(Stream file, string source, TarLimits limits, bool hasEnd)
    {
        _source = source;
        _limits = limits;
        _hasEnd = hasEnd;
        _members = new GzipMembers(file, source);
        try
        {
            _tar = Open(allowMissingEnd: true);
            if (_tar.TryReadNext(out _first) && _first.Name.StartsWith(ApkSignature.Prefix, StringComparison.Ordinal))
            {
                Signatures = ReadSignatures(_tar, _first);
                SignedOffset = _members.Offset;
                _hashes.Dispose();
                _hashes = new ApkHashes(Signatures);
                (_tar, _first) = (null, null);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The signatures; none where there is no such segment.</summary>
    public ImmutableArray<ApkSignature> Signatures { get; } = [];

    /// <summary>Where in the file the signed segment begins.</summary>
    public long SignedOffset { get; }

    /// <summary>The hashes of the signed segment: whole once <see cref="TryReadNext"/> has said that there is no more.</summary>
    public ApkHashes Hashes => _hashes;

    /// <summary>What follows the signed segment once <see cref="TryReadNext"/> has said that there is no more.</summary>
    public GzipMembers Rest => _members;

    /// <summary>Goes to the next entry of the signed segment.</summary>
    /// <exception cref="MalformedDataException">The segment is damaged, or has something in it that belongs to another.</exception>
    public bool TryReadNext([NotNullWhen(true)] out TarEntry? entry)
    {
        entry = _first;
        _first = null;
        _tar ??= Open(allowMissingEnd: !_hasEnd);
        if (entry is null && !_tar.TryReadNext(out entry))
        {
            CheckEnd(_tar, mayEnd: _hasEnd);
            return false;
        }

        return !entry.Name.StartsWith(ApkSignature.Prefix, StringComparison.Ordinal)
            ? true
            : throw new MalformedDataException(_source, entry.Offset, "a signature stands outside the segment of signatures");
    }

    /// <summary>The content of the current entry.</summary>
    public Stream OpenContent() => _tar?.OpenContent() ?? throw new InvalidOperationException("there is no current entry");

    /// <inheritdoc />
    public void Dispose()
    {
        _members.Dispose();
        _hashes.Dispose();
    }

    private TarReader Open(bool allowMissingEnd)
    {
        if (_members.IsAtEnd)
        {
            throw new MalformedDataException(_source, _members.Offset, "it ends where its signed segment is expected");
        }

        // A header and its padding for each entry.
        long limit = _limits.TotalSize + (1024L * _limits.Entries) + _limits.TotalExtensionBytes;
        return new TarReader(_members.OpenNext(limit, bytes => _hashes.Append(bytes)), _source, _limits) { AllowMissingEnd = allowMissingEnd };
    }

    // Behind an end of archive tar sees nothing more, and apk takes the file for damaged.
    private void CheckEnd(TarReader tar, bool mayEnd)
    {
        if (tar.HasSeenEnd && !mayEnd)
        {
            throw new MalformedDataException(_source, 0, "an end of archive stands before the last segment");
        }
    }

    private ImmutableArray<ApkSignature> ReadSignatures(TarReader tar, TarEntry first)
    {
        var signatures = ImmutableArray.CreateBuilder<ApkSignature>();
        int total = 0;
        for (var entry = first; entry is not null; _ = tar.TryReadNext(out entry))
        {
            if (entry.Kind != EntryKind.File || entry.Size > MaxSignatures - total)
            {
                throw new MalformedDataException(_source, entry.Offset, $"the signature '{entry.Name}' is not a file of a signature's size");
            }

            total += (int)entry.Size;
            byte[] bytes = new byte[entry.Size];
            tar.OpenContent().ReadExactly(bytes);
            var signature = ApkSignature.TryCreate(entry.Name, bytes)
                ?? throw new MalformedDataException(_source, entry.Offset, $"'{entry.Name}' stands in the segment of signatures and is none");
            if (signatures.Any(other => other.Kind == signature.Kind && other.KeyName == signature.KeyName))
            {
                throw new MalformedDataException(_source, entry.Offset, $"the signature '{entry.Name}' comes twice");
            }

            signatures.Add(signature);
        }

        CheckEnd(tar, mayEnd: false);

        return signatures.ToImmutable();
    }
}
