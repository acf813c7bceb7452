using Bothy.Formats.Text;

namespace Bothy.Packages.Slices.Reading;

/// <summary>The mistakes of one file, as they are found.</summary>
internal sealed class FindingList(string file)
{
    private const int MostKept = 1000;

    private readonly List<SliceFinding> _findings = [];

    /// <summary>What was found, in the order of its places.</summary>
    public List<SliceFinding> Sorted
    {
        get
        {
            _findings.Sort();
            return _findings;
        }
    }

    /// <summary>How many there are.</summary>
    public int Count => _findings.Count;

    /// <summary>The place of a node in the file.</summary>
    public SlicePlace PlaceOf(YamlNode node) => new(file, node.Line, node.Column);

    public void Add(YamlNode node, string text, SliceMistake mistake = SliceMistake.Format) => Add(node.Line, node.Column, text, mistake);

    public void Add(int line, int column, string text, SliceMistake mistake = SliceMistake.Format)
    {
        if (_findings.Count < MostKept)
        {
            _findings.Add(new SliceFinding(new SlicePlace(file, line, column), mistake, VisibleText.Of(text)));
        }
    }

    /// <summary><c>; did you mean 'x'?</c>, or nothing where no name is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known) =>
        NearName.Find(word, known) is { } near ? $"; did you mean '{near}'?" : "";
}
