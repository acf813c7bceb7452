using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bothy.Formats.Archives;

namespace Bothy.Formats.Ar;

/// <summary>
/// Reads an ar archive (ar(5), as in <c>.deb</c> files) forward, one member after the other. Long names, GNU's and BSD's, are refused:
/// deb(5) knows none, and a name that two readers take differently is a way to hide a member.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A member's stream holds nothing; the archive's stream is the caller's.")]
public sealed class ArReader
{
    private const int HeaderLength = 60;

    private readonly ArchiveSource _source;
    private readonly int _maxMembers;
    private ArchiveMemberStream? _content;
    private long _padding;
    private int _members;
    private bool _started;

    /// <summary>
    /// Starts reading <paramref name="stream"/>, which stays the caller's; <paramref name="source"/> names it in messages.
    /// More than <paramref name="maxMembers"/> members are refused.
    /// </summary>
    public ArReader(Stream stream, string source, int maxMembers = 1000)
    {
        _source = new ArchiveSource(stream, source);
        _maxMembers = maxMembers;
    }

    /// <summary>The content of the current member, good until the next call of <see cref="TryReadNext"/>.</summary>
    public Stream Content => _content ?? throw new InvalidOperationException("there is no current member");

    private static ReadOnlySpan<byte> Magic => "!<arch>\n"u8;

    /// <summary>Goes to the next member, past what was not read of the current one; false at the end.</summary>
    /// <exception cref="MalformedDataException">The bytes are not an ar archive, or it is cut off, or has too many members.</exception>
    public bool TryReadNext([NotNullWhen(true)] out ArMember? member)
    {
        member = null;
        if (!_started)
        {
            ReadMagic();
            _started = true;
        }

        SkipContent();
        Span<byte> header = stackalloc byte[HeaderLength];
        long offset = _source.Position;
        int read = _source.ReadUpTo(header);
        if (read == 0)
        {
            return false;
        }

        if (read < HeaderLength)
        {
            throw _source.Truncated();
        }

        if (++_members > _maxMembers)
        {
            throw _source.Malformed(offset, FormattableString.Invariant($"more than {_maxMembers} members"));
        }

        member = Parse(header, offset);
        _content = new ArchiveMemberStream(_source, member.Size);
        _padding = member.Size & 1;
        return true;
    }

    private void ReadMagic()
    {
        Span<byte> magic = stackalloc byte[Magic.Length];
        if (_source.ReadUpTo(magic) != magic.Length || !magic.SequenceEqual(Magic))
        {
            throw _source.Malformed(0, "not an ar archive");
        }
    }

    private void SkipContent()
    {
        if (_content is null)
        {
            return;
        }

        _source.Skip(_content.Detach());
        _content = null;

        // Members begin at even offsets; some writers leave the pad out after the last one.
        Span<byte> pad = stackalloc byte[(int)_padding];
        _ = _source.ReadUpTo(pad);
    }

    private ArMember Parse(ReadOnlySpan<byte> header, long offset)
    {
        if (!header[58..].SequenceEqual("`\n"u8))
        {
            throw _source.Malformed(offset + 58, "a member's header does not end as it should");
        }

        var name = header[..16].TrimEnd((byte)' ');
        if (name.StartsWith("/"u8) || name.StartsWith("#1/"u8))
        {
            throw _source.Malformed(offset, $"member '{Encoding.Latin1.GetString(name)}' has a long name or is a symbol table, which no package has");
        }

        name = name.EndsWith("/"u8) ? name[..^1] : name;
        if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) || name.Contains((byte)'/'))
        {
            throw _source.Malformed(offset, "a member's name is empty or not plain text");
        }

        return new ArMember(
            Encoding.ASCII.GetString(name),
            Number(header[16..28], offset + 16, "time"),
            Number(header[48..58], offset + 48, "size"),
            offset + HeaderLength);
    }

    // At most twelve digits, so it cannot overflow.
    private long Number(ReadOnlySpan<byte> field, long offset, string what)
    {
        var digits = field.TrimEnd((byte)' ');
        long value = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                throw _source.Malformed(offset, $"a member's {what} is not a number");
            }

            value = (value * 10) + (digit - '0');
        }

        return digits.IsEmpty && what == "size" ? throw _source.Malformed(offset, "a member has no size") : value;
    }
}
