using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The strings of a snapshot that is being written: first all are added, then each has the number of its place in order.</summary>
internal sealed class StringPool
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private byte[][] _sorted = [];
    private int[] _ranks = [];

    /// <summary>Adds a string, unless it is there, and returns its number for the time being.</summary>
    public int Add(string text)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, text, out bool isThere);
        return isThere ? number : number = _numbers.Count - 1;
    }

    /// <summary>Numbers the strings by the order of their UTF-8, which is the one that look-ups compare by.</summary>
    public void Sort()
    {
        int[] order = new int[_numbers.Count];
        _sorted = new byte[order.Length][];
        foreach (var (text, number) in _numbers)
        {
            _sorted[number] = Encoding.UTF8.GetBytes(text);
            order[number] = number;
        }

        Array.Sort(_sorted, order, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        _ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++)
        {
            _ranks[order[rank]] = rank;
        }
    }

    /// <summary>The place in order of the string that has this number for the time being.</summary>
    public int Rank(int number) => _ranks[number];

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
