namespace Bothy.Packages.Debian;

/// <summary>
/// The kept bytes of an index in blocks, so that growing copies nothing. A stanza is
/// <c>[1 byte: length of name][name]</c> and then fields <c>[1 byte: which][3 bytes: length][value]</c>, all within one block.
/// </summary>
internal sealed class DebianIndexText
{
    public const int LongestStanza = 1 << BlockBits;

    private const int BlockBits = 20;
    private const int FieldHeader = 4;
    private const int MostBlocks = 1024;

    private readonly List<byte[]> _blocks = [];
    private int _used = LongestStanza;

    /// <summary>Keeps a stanza and says where; null where there is too much already.</summary>
    public int? Add(ReadOnlySpan<byte> stanza)
    {
        if (_used + stanza.Length > LongestStanza)
        {
            if (_blocks.Count == MostBlocks)
            {
                return null;
            }

            _blocks.Add(GC.AllocateUninitializedArray<byte>(LongestStanza));
            _used = 0;
        }

        stanza.CopyTo(_blocks[^1].AsSpan(_used));
        int position = ((_blocks.Count - 1) << BlockBits) | _used;
        _used += stanza.Length;
        return position;
    }

    public ReadOnlySpan<byte> Name(int stanza)
    {
        var rest = From(stanza);
        return rest.Slice(1, rest[0]);
    }

    public ReadOnlySpan<byte> Bytes(int position, int length) => From(position)[..length];

    public FieldEnumerator Fields(int stanza, int length) => new(Bytes(stanza, length)[(1 + Bytes(stanza, 1)[0])..]);

    public static int WriteFieldHeader(Span<byte> destination, DebianIndexField field)
    {
        destination[0] = (byte)field;
        return FieldHeader;
    }

    public static void WriteFieldLength(Span<byte> header, int length)
    {
        header[1] = (byte)length;
        header[2] = (byte)(length >> 8);
        header[3] = (byte)(length >> 16);
    }

    private ReadOnlySpan<byte> From(int position) => _blocks[position >> BlockBits].AsSpan(position & (LongestStanza - 1));

    public ref struct FieldEnumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public DebianIndexField Field { get; private set; }

        public ReadOnlySpan<byte> Value { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            int length = _rest[1] | (_rest[2] << 8) | (_rest[3] << 16);
            Field = (DebianIndexField)_rest[0];
            Value = _rest.Slice(FieldHeader, length);
            _rest = _rest[(FieldHeader + length)..];
            return true;
        }
    }
}
