namespace Bothy.Store;

/// <summary>Where in their section the facts of ELF files are, by how many files come before each in the table; in ascending order.</summary>
internal sealed class KeptElfFacts
{
    private readonly List<int> _files = [];
    private readonly List<int> _places = [];
    private readonly List<int> _lengths = [];

    public void Add(int file, int place, int length)
    {
        _files.Add(file);
        _places.Add(place);
        _lengths.Add(length);
    }

    /// <summary>Where the facts of a file are: nowhere (an empty range at the start) for one that is no ELF file; null where it has to be read.</summary>
    public Range? Find(int file)
    {
        int index = _files.BinarySearch(file);
        return index < 0 ? 0..0
            : _lengths[index] == 0 ? null
            : _places[index]..(_places[index] + _lengths[index]);
    }
}
