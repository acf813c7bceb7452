using System.Buffers.Binary;
using System.Text;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The strings of a snapshot that is being written: first all are added, then each has the number of its place in order.</summary>
internal sealed class StringPool
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private byte[][] _sorted = [];

    public void Add(string? text)
    {
        if (text is not null)
        {
            _numbers.TryAdd(text, 0);
        }
    }

    public void Add(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            Add(text);
        }
    }

    /// <summary>Numbers the strings by the order of their UTF-8, which is the one that look-ups compare by.</summary>
    public void Sort()
    {
        string[] texts = [.. _numbers.Keys];
        _sorted = Array.ConvertAll(texts, Encoding.UTF8.GetBytes);
        Array.Sort(_sorted, texts, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        for (int number = 0; number < texts.Length; number++)
        {
            _numbers[texts[number]] = number;
        }
    }

    public int this[string text] => _numbers[text];

    /// <summary>One more than the number; 0 for null.</summary>
    public int Optional(string? text) => text is null ? 0 : _numbers[text] + 1;

    public (byte[] Places, byte[] Bytes) ToSections()
    {
        byte[] places = new byte[checked((_sorted.Length + 1) * sizeof(int))];
        byte[] bytes = new byte[_sorted.Sum(text => text.Length)];
        int at = 0;
        for (int i = 0; i < _sorted.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(places.AsSpan(i * sizeof(int)), at);
            _sorted[i].CopyTo(bytes, at);
            at += _sorted[i].Length;
        }

        BinaryPrimitives.WriteInt32LittleEndian(places.AsSpan(_sorted.Length * sizeof(int)), at);
        return (places, bytes);
    }
}
