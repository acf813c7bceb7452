using System.Diagnostics.CodeAnalysis;
using Bothy.Formats.Archives;

namespace Bothy.Formats.Tar;

/// <summary>
/// Reads a tar archive forward, one entry after the other, in constant memory: v7, ustar, PAX and GNU. Sparse files and the entry
/// types that only backups have are refused by name. What an entry would do outside its archive is for the caller to judge.
/// </summary>
/// <remarks>
/// Where tar programs disagree about where the next header is (a size on a directory or a symbolic link), the archive is refused:
/// an archive that reads as two different trees is a way to hide files. A hard link's size counts as 0, as everywhere.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "A member's stream holds nothing; the archive's stream is the caller's.")]
public sealed class TarReader
{
    private const int BlockSize = TarHeader.BlockSize;

    private readonly ArchiveSource _source;
    private readonly TarLimits _limits;
    private readonly PaxRecords _globalRecords = new();
    private readonly byte[] _block = new byte[2 * BlockSize];
    private ArchiveMemberStream? _content;
    private long _size;
    private int _entries;
    private long _totalSize;
    private long _totalExtensions;
    private bool _ended;

    /// <summary>Starts reading <paramref name="stream"/>, which stays the caller's; <paramref name="source"/> names it in messages.</summary>
    public TarReader(Stream stream, string source, TarLimits limits)
    {
        _source = new ArchiveSource(stream, source);
        _limits = limits;
    }

    /// <summary>Whether the archive may end without the two blocks of zeros, as a segment of an <c>.apk</c> does.</summary>
    public bool AllowMissingEnd { get; init; }

    /// <summary>Whether the end of the archive, two blocks of zeros, was seen.</summary>
    public bool HasSeenEnd { get; private set; }

    /// <summary>
    /// Whether anything may follow the end of the archive; it is read over. eStargz layers keep their table of contents there,
    /// as GNU tar and Go stop reading before it. Otherwise only zeros may follow.
    /// </summary>
    public bool AllowTrailingData { get; init; }

    /// <summary>
    /// Goes to the next entry, past what was not read of the current one. At the end of the archive, false, after the stream was read
    /// to its own end.
    /// </summary>
    /// <exception cref="MalformedDataException">The bytes are not a tar archive, or it is cut off, or over a limit.</exception>
    public bool TryReadNext([NotNullWhen(true)] out TarEntry? entry)
    {
        entry = null;
        var extensions = new TarExtensions();
        while (!_ended && TryReadHeader(out var header))
        {
            if (!IsExtension(header.Type))
            {
                entry = new TarEntryParser(_source, _limits).Parse(header, extensions, _globalRecords);
                Account(entry);
                return true;
            }

            ReadExtension(header, extensions);
        }

        return !extensions.IsEmpty ? throw _source.Malformed(_source.Position, "the archive ends after an extended header") : false;
    }

    /// <summary>The content of the current entry, empty for all but files; good until the next call of <see cref="TryReadNext"/>.</summary>
    public Stream OpenContent() => _content ?? throw new InvalidOperationException("there is no current entry");

    private static bool IsExtension(char type) => type is 'x' or 'g' or 'L' or 'K';

    private bool TryReadHeader(out TarHeader header)
    {
        header = default;
        int padding = SkipContent();
        var block = _block.AsSpan(0, padding + BlockSize);
        long offset = _source.Position + padding;
        int read = _source.ReadUpTo(block);
        block = block[padding..];
        if (read == padding && AllowMissingEnd)
        {
            _ended = true;
            return false;
        }

        if (read != padding + BlockSize)
        {
            throw _source.Truncated();
        }

        if (!block.ContainsAnyExcept((byte)0))
        {
            ReadEnd();
            return false;
        }

        header = new TarHeader(block, _source, offset);
        header.CheckSum();
        return true;
    }

    private int SkipContent()
    {
        if (_content is null)
        {
            return 0;
        }

        _source.Skip(_content.Detach());
        _content = null;
        return Padding(_size);
    }

    // One block of zeros and nothing after it passes, as with GNU tar and Go: some old writers leave the second one out.
    private void ReadEnd()
    {
        _ended = true;
        HasSeenEnd = true;
        byte[] buffer = new byte[16 << 10];
        long passed = 0;
        while (true)
        {
            long offset = _source.Position;
            int read = _source.ReadUpTo(buffer);
            int other = buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0);
            if (other >= 0 && !AllowTrailingData)
            {
                throw _source.Malformed(offset + other, "something other than zeros follows the end of the archive");
            }

            passed += read;
            if (passed > _limits.TotalSize)
            {
                throw _source.Malformed(offset, "too much follows the end of the archive");
            }

            if (read < buffer.Length)
            {
                return;
            }
        }
    }

    private void ReadExtension(TarHeader header, TarExtensions extensions)
    {
        long size = header.Size;
        _totalExtensions += Math.Max(0, size);
        extensions.Bytes += Math.Max(0, size);
        if (size < 0 || extensions.Bytes > _limits.ExtensionBytes || _totalExtensions > _limits.TotalExtensionBytes)
        {
            throw _source.Malformed(header.Offset + 124, FormattableString.Invariant($"extended headers of {size} bytes are too large"));
        }

        char type = header.Type;
        byte[] data = new byte[size];
        long offset = _source.Position;
        _source.ReadExactly(data);
        _source.Skip(Padding(size));
        switch (type)
        {
            case 'L':
                extensions.LongName = data;
                break;
            case 'K':
                extensions.LongLink = data;
                break;
            case 'x':
                extensions.Records.Add(data, _source, offset, _limits.Records);
                break;
            default:
                AddGlobals(data, offset);
                extensions.Bytes -= size;
                break;
        }
    }

    private void AddGlobals(byte[] data, long offset)
    {
        _globalRecords.Add(data, _source, offset, _limits.Records);

        // GNU tar applies these to every entry and Go to none, so they too would make two trees of one archive.
        if ((_globalRecords["path"] ?? _globalRecords["linkpath"] ?? _globalRecords["size"]) is not null)
        {
            throw _source.Malformed(offset, "a global PAX record gives all entries one name or size");
        }
    }

    private void Account(TarEntry entry)
    {
        if (++_entries > _limits.Entries)
        {
            throw _source.Malformed(entry.Offset, FormattableString.Invariant($"more than {_limits.Entries} entries"));
        }

        if (entry.Size > _limits.TotalSize - _totalSize)
        {
            throw _source.Malformed(entry.Offset, FormattableString.Invariant($"more than {_limits.TotalSize} bytes of content"));
        }

        _totalSize += entry.Size;
        _size = entry.Size;
        _content = new ArchiveMemberStream(_source, entry.Size);
    }

    private static int Padding(long size) => (int)(-size & (BlockSize - 1));
}
