using System.Buffers;
using System.Text;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>Writes what lies in records.</summary>
internal static class RecordWriting
{
    public static void Number(this ArrayBufferWriter<byte> to, long value)
    {
        var span = to.GetSpan(10);
        int length = 0;
        for (ulong rest = (ulong)value; ; rest >>= 7)
        {
            span[length++] = (byte)(rest >= 0x80 ? rest | 0x80 : rest);
            if (rest < 0x80)
            {
                break;
            }
        }

        to.Advance(length);
    }

    public static void Text(this ArrayBufferWriter<byte> to, string text)
    {
        to.Number(Encoding.UTF8.GetByteCount(text));
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    public static void Fraction(this ArrayBufferWriter<byte> to, double value)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(to.GetSpan(sizeof(double)), value);
        to.Advance(sizeof(double));
    }
}

/// <summary>Reads what lies in records.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes, SnapshotBytes owner)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly bool AtEnd => _at == _bytes.Length;

    public long Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (long)value;
            }
        }

        throw owner.Damaged("a number in it is too large");
    }

    /// <summary>A number of things, each of which takes a byte at least.</summary>
    public int Count() => Number() is var count && count <= _bytes.Length - _at ? (int)count : throw owner.Damaged("a count in it leads beyond its end");

    public int Int() => Number() is var number and <= int.MaxValue ? (int)number : throw owner.Damaged("a number in it is too large");

    public string Text() => Encoding.UTF8.GetString(Take(Count()));

    public double Fraction() => System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _bytes.Length - _at)
        {
            throw owner.Damaged("it ends in the middle of a record");
        }

        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }
}
