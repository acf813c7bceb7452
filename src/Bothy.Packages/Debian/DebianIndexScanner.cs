using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Bothy.Packages.Indexes;

namespace Bothy.Packages.Debian;

/// <summary>
/// Reads a Packages file as it comes, block by block, and keeps of each stanza only the fields that solving needs. A suite of
/// Debian is 63,000 stanzas and 50 MB; nothing of it becomes an object until somebody asks for that package.
/// </summary>
internal sealed class DebianIndexScanner(DebianIndexOrigin origin, IndexKeeper? keeper)
{
    private const int LongestName = 255;

    private static readonly SearchValues<byte> NameBytes =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_"u8);

    private static readonly SearchValues<byte> NameEnds = SearchValues.Create(" \t:(,"u8);

    private readonly CompactIndexBuilder _index = new(DebianIndex.Tables, keeper);
    private readonly byte[] _architecture = Encoding.UTF8.GetBytes(origin.Architecture);
    private readonly byte[] _stanza = new byte[IndexFormat.LongestStanza];
    private readonly string _source = $"the package index {origin}";

    private int _length;
    private int _openField = -1;
    private int _seen;
    private int _nameAt;
    private int _nameLength;
    private int _providesAt;
    private int _providesLength;
    private bool _foreign;
    private bool _inField;
    private long _stanzaOffset;
    private long _offset;

    /// <summary>Scans the whole lines of <paramref name="block"/> and says how many bytes they were; the rest comes again, with more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Scan(ReadOnlySpan<byte> block)
    {
        int at = 0;
        while (true)
        {
            int end = block[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                _offset += at;
                return at;
            }

            ScanLine(block.Slice(at, end), _offset + at);
            at += end + 1;
        }
    }

    /// <summary>Scans what follows the last line break and closes the index.</summary>
    public DebianIndex Finish(ReadOnlySpan<byte> rest)
    {
        if (!rest.IsEmpty)
        {
            ScanLine(rest, _offset);
        }

        EndStanza();
        Span<byte> facts = stackalloc byte[DebianIndex.FactsSize];
        BinaryPrimitives.WriteInt64LittleEndian(facts, _offset + rest.Length);
        return new DebianIndex(_index.Finish(facts), origin);
    }

    public MalformedDataException Malformed(long offset, string problem) => new(_source, offset, problem);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ScanLine(ReadOnlySpan<byte> line, long offset)
    {
        if (line.IsEmpty || (line.Length == 1 && line[0] == '\r'))
        {
            EndStanza();
            return;
        }

        if (line[0] is (byte)' ' or (byte)'\t')
        {
            Continue(line, offset);
            return;
        }

        if (!_inField)
        {
            _stanzaOffset = offset;
        }

        _inField = true;
        CloseField();
        int colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            throw Malformed(offset, "a line is neither a field nor the continuation of one");
        }

        var field = DebianIndexFields.Recognise(line[..colon]);
        if (field != DebianIndexField.Dropped)
        {
            Open(field, line[(colon + 1)..].Trim(" \t\r"u8), offset);
        }
    }

    private void Open(DebianIndexField field, ReadOnlySpan<byte> value, long offset)
    {
        int bit = 1 << (int)field;
        if ((_seen & bit) != 0)
        {
            throw Malformed(offset, $"a package has the field {field} twice");
        }

        _seen |= bit;
        if (field == DebianIndexField.Architecture)
        {
            _foreign = !value.SequenceEqual("all"u8) && !value.SequenceEqual(_architecture);
        }

        Reserve(value.Length + 8, offset);
        _openField = _length;
        _length += DebianStanzaBytes.WriteFieldHeader(_stanza.AsSpan(_length), field);
        value.CopyTo(_stanza.AsSpan(_length));
        _length += value.Length;
    }

    private void Continue(ReadOnlySpan<byte> line, long offset)
    {
        if (!_inField)
        {
            throw Malformed(offset, "a continuation line follows no field");
        }

        if (_openField >= 0)
        {
            Reserve(line.Length, offset);
            line.CopyTo(_stanza.AsSpan(_length));
            _length += line.Length;
        }
    }

    private void CloseField()
    {
        if (_openField < 0)
        {
            return;
        }

        int start = _openField + 4;
        DebianStanzaBytes.WriteFieldLength(_stanza.AsSpan(_openField), _length - start);
        switch ((DebianIndexField)_stanza[_openField])
        {
            case DebianIndexField.Package:
                (_nameAt, _nameLength) = (start, _length - start);
                break;
            case DebianIndexField.Provides:
                (_providesAt, _providesLength) = (start, _length - start);
                break;
        }

        _openField = -1;
    }

    private void Reserve(int more, long offset)
    {
        if (_length + more + DebianStanzaBytes.NameAt + LongestName > _stanza.Length)
        {
            throw Malformed(offset, "a package's stanza is longer than 1 MiB");
        }
    }

    private void EndStanza()
    {
        CloseField();
        if (_inField && !_foreign)
        {
            Keep();
        }

        _length = 0;
        _seen = 0;
        _providesLength = 0;
        _foreign = false;
        _inField = false;
    }

    private void Keep()
    {
        foreach (int field in DebianIndexFields.Required)
        {
            if ((_seen & (1 << field)) == 0)
            {
                throw Malformed(_stanzaOffset, $"a package lacks the field {(DebianIndexField)field}");
            }
        }

        var name = _stanza.AsSpan(_nameAt, _nameLength);
        if (name.Length is 0 or > LongestName || name.ContainsAnyExcept(NameBytes))
        {
            throw Malformed(_stanzaOffset, "a package's name is not one");
        }

        // The name goes first, where a look-up finds it without walking the fields.
        int prefix = DebianStanzaBytes.NameAt + name.Length;
        Span<byte> head = stackalloc byte[prefix];
        DebianStanzaBytes.WriteHead(head, _stanzaOffset, name);
        _stanza.AsSpan(0, _length).CopyTo(_stanza.AsSpan(prefix));
        head.CopyTo(_stanza);
        if (!_index.TryAdd(_stanza.AsSpan(0, prefix + _length)))
        {
            throw Malformed(_stanzaOffset, "the index is larger than any distribution's");
        }

        _index.AddName(DebianIndex.NameTable, head[DebianStanzaBytes.NameAt..], DebianStanzaBytes.NameAt);
        NoteProvided(prefix);
    }

    private void NoteProvided(int prefix)
    {
        int at = prefix + _providesAt;
        int end = at + _providesLength;
        while (at < end)
        {
            var rest = _stanza.AsSpan(at, end - at);
            int comma = rest.IndexOf((byte)',');
            var item = comma < 0 ? rest : rest[..comma];
            int skip = item.Length - item.TrimStart(" \t"u8).Length;
            int stop = item[skip..].IndexOfAny(NameEnds);
            int length = stop < 0 ? item.Length - skip : stop;
            if (length > LongestName)
            {
                throw Malformed(_stanzaOffset, "a package provides a name that is not one");
            }

            if (length > 0)
            {
                _index.AddName(DebianIndex.ProvidedTable, item.Slice(skip, length), at + skip);
            }

            at += item.Length + 1;
        }
    }
}
