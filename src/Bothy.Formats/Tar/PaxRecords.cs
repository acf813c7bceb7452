using System.Buffers.Text;
using Bothy.Formats.Archives;

namespace Bothy.Formats.Tar;

/// <summary>The records of PAX extended headers (POSIX.1-2001, pax): <c>LENGTH KEY=VALUE\n</c>, later ones replacing earlier ones.</summary>
internal sealed class PaxRecords
{
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, byte[]>> All => _values;

    public bool IsEmpty => _values.Count == 0;

    public byte[]? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>These records over <paramref name="defaults"/>, those of global headers. An empty value takes a default away.</summary>
    public PaxRecords Over(PaxRecords defaults)
    {
        if (defaults.IsEmpty)
        {
            return this;
        }

        var merged = new PaxRecords();
        foreach (var (key, value) in defaults._values.Concat(_values))
        {
            merged._values[key] = value;
        }

        return merged;
    }

    public void Clear() => _values.Clear();

    public void Add(ReadOnlySpan<byte> data, ArchiveSource source, long offset, int maxRecords)
    {
        while (!data.IsEmpty)
        {
            // A record is at least "5 a=\n"; the length counts itself.
            if (data[0] is < (byte)'1' or > (byte)'9'
                || !Utf8Parser.TryParse(data, out int length, out int digits)
                || length > data.Length
                || length < digits + 4
                || data[digits] != ' '
                || data[length - 1] != '\n')
            {
                throw source.Malformed(offset, "a PAX record's length does not fit");
            }

            var record = data[(digits + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                throw source.Malformed(offset, "a PAX record has no key");
            }

            _values[TarText.Decode(record[..equals])] = record[(equals + 1)..].ToArray();
            if (_values.Count > maxRecords)
            {
                throw source.Malformed(offset, FormattableString.Invariant($"more than {maxRecords} PAX records"));
            }

            data = data[length..];
            offset += length;
        }
    }
}
