using System.Buffers;
using System.Text;

namespace Bothy.Formats.Tar;

/// <summary>Collects the PAX records of one entry and writes them in the order of their keys, so that equal entries have equal bytes.</summary>
internal sealed class PaxHeaderBuilder
{
    private readonly SortedDictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    public bool IsEmpty => _records.Count == 0;

    public void Clear() => _records.Clear();

    public void Add(string key, ReadOnlySpan<byte> value) => _records[key] = value.ToArray();

    public void Add(string key, long value) => Add(key, Encoding.ASCII.GetBytes(FormattableString.Invariant($"{value}")));

    public ReadOnlySpan<byte> Build()
    {
        var data = new ArrayBufferWriter<byte>();
        foreach (var (key, value) in _records)
        {
            byte[] keyBytes = TarText.Encode(key);
            int rest = keyBytes.Length + value.Length + 3;

            // The length counts its own digits, and one digit more may carry it over another power of ten.
            int length = rest + Digits(rest);
            length = rest + Digits(length);
            data.Write(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{length} ")));
            data.Write(keyBytes);
            data.Write("="u8);
            data.Write(value);
            data.Write("\n"u8);
        }

        return data.WrittenSpan;
    }

    private static int Digits(int value)
    {
        int digits = 1;
        while ((value /= 10) > 0)
        {
            digits++;
        }

        return digits;
    }
}
