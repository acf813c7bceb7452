using System.Numerics;

namespace Bothy.Packages.Debian;

/// <summary>
/// From a name to the stanzas that bear it (or provide it), in file order: open addressing over hashed bytes, without a string a name.
/// </summary>
internal sealed class DebianIndexNames(DebianIndexText text)
{
    private readonly List<Entry> _entries = [];
    private int[] _slots = [];

    public int Count => _entries.Count;

    /// <summary>Notes that <paramref name="stanza"/> bears the name at <paramref name="position"/>.</summary>
    public void Add(ReadOnlySpan<byte> name, int position, int stanza) =>
        _entries.Add(new Entry(Hash(name), position, (byte)name.Length, stanza, -1));

    /// <summary>Makes the names findable; nothing can be added afterwards.</summary>
    public void Freeze()
    {
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _entries.Count * 2))];
        Array.Fill(_slots, -1);

        // From the last to the first, each put before its likes: chains end up in file order.
        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            var entry = _entries[i];
            ref int slot = ref _slots[SlotOf(NameOf(entry), entry.Hash)];
            _entries[i] = entry with { Next = slot };
            slot = i;
        }
    }

    public Chain Find(ReadOnlySpan<byte> name) => new(_entries, _slots[SlotOf(name, Hash(name))]);

    // Seeded by the runtime for each process, so that no index can be made to collide.
    private static int Hash(ReadOnlySpan<byte> name)
    {
        var hash = default(HashCode);
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private int SlotOf(ReadOnlySpan<byte> name, int hash)
    {
        int mask = _slots.Length - 1;
        for (int slot = hash & mask; ; slot = (slot + 1) & mask)
        {
            int first = _slots[slot];
            if (first < 0 || (_entries[first].Hash == hash && NameOf(_entries[first]).SequenceEqual(name)))
            {
                return slot;
            }
        }
    }

    private ReadOnlySpan<byte> NameOf(Entry entry) => text.Bytes(entry.Position, entry.Length);

    internal readonly record struct Entry(int Hash, int Position, byte Length, int Stanza, int Next);

    internal struct Chain(List<Entry> entries, int next)
    {
        private int _next = next;

        public int Current { get; private set; }

        public readonly Chain GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next < 0)
            {
                return false;
            }

            Current = entries[_next].Stanza;
            _next = entries[_next].Next;
            return true;
        }
    }
}
