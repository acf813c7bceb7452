using System.Buffers.Binary;

namespace Bothy.Packages.Debian;

/// <summary>
/// What an index keeps of a stanza: <c>[8 bytes: where it is in the Packages file][1 byte: length of name][name]</c> and then fields
/// <c>[1 byte: which][3 bytes: length][value]</c>.
/// </summary>
internal static class DebianStanzaBytes
{
    /// <summary>Where the name is.</summary>
    public const int NameAt = sizeof(long) + 1;

    private const int FieldHeader = 4;

    public static void WriteHead(Span<byte> destination, long offset, ReadOnlySpan<byte> name)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, offset);
        destination[NameAt - 1] = (byte)name.Length;
        name.CopyTo(destination[NameAt..]);
    }

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

    /// <summary>Where the stanza is in its Packages file.</summary>
    public static long Offset(ReadOnlySpan<byte> stanza) => BinaryPrimitives.ReadInt64LittleEndian(stanza);

    public static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> stanza) => stanza.Slice(NameAt, stanza[NameAt - 1]);

    /// <summary>Whether the stanza is put together as it should be and has the fields that every package has.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> stanza)
    {
        if (stanza.Length < NameAt || stanza.Length - NameAt < stanza[NameAt - 1])
        {
            return false;
        }

        int seen = 0;
        for (var rest = stanza[(NameAt + stanza[NameAt - 1])..]; !rest.IsEmpty; rest = rest[(FieldHeader + ValueLength(rest))..])
        {
            if (rest.Length < FieldHeader || rest.Length - FieldHeader < ValueLength(rest) || rest[0] > (byte)DebianIndexField.Sha256)
            {
                return false;
            }

            seen |= 1 << rest[0];
        }

        return DebianIndexFields.Required.All(field => (seen & (1 << field)) != 0);
    }

    public static FieldEnumerator Fields(ReadOnlySpan<byte> stanza) => new(stanza[(NameAt + stanza[NameAt - 1])..]);

    private static int ValueLength(ReadOnlySpan<byte> field) => field[1] | (field[2] << 8) | (field[3] << 16);

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

            Field = (DebianIndexField)_rest[0];
            Value = _rest.Slice(FieldHeader, ValueLength(_rest));
            _rest = _rest[(FieldHeader + Value.Length)..];
            return true;
        }
    }
}
