using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>
/// The names of symbols, kept as the 31 bits that the loader's own table of them has (<c>DT_GNU_HASH</c>) instead of as texts: four bytes a symbol,
/// and nothing to read but that table. A name that is not in it is taken for one that is once in as many cases as 2³¹ is larger than the set.
/// </summary>
public sealed class ElfSymbolSet
{
    private readonly uint[] _hashes;

    /// <summary>The set of symbols with these hashes, in any order; their last bit does not count.</summary>
    public ElfSymbolSet(IEnumerable<uint> hashes)
    {
        _hashes = [.. hashes.Select(static hash => hash | 1)];
        Array.Sort(_hashes);
    }

    /// <summary>No symbols.</summary>
    public static ElfSymbolSet Empty { get; } = new([]);

    /// <summary>The number of symbols.</summary>
    public int Count => _hashes.Length;

    /// <summary>The hashes in ascending order, each with its last bit set.</summary>
    public ReadOnlySpan<uint> Hashes => _hashes;

    /// <summary>Whether a symbol of that name is in the set.</summary>
    public bool Contains(string name) => Array.BinarySearch(_hashes, Hash(Encoding.UTF8.GetBytes(name)) | 1) >= 0;

    /// <summary>The hash of a name (GNU's, which is Bernstein's with 33).</summary>
    internal static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 5381;
        foreach (byte letter in name)
        {
            hash = unchecked((hash * 33) + letter);
        }

        return hash;
    }
}
