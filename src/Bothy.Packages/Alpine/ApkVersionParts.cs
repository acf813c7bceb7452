namespace Bothy.Packages.Alpine;

/// <summary>
/// What a version is made of, in the order in which different parts compare at the same place: <c>1.2.1</c> is later than
/// <c>1.2b</c>, that than <c>1.2_p1</c>, that than <c>1.2-r1</c>, and that than <c>1.2</c>.
/// </summary>
internal enum ApkVersionPart
{
    /// <summary>What follows no grammar, to the end of the text.</summary>
    Rest,

    /// <summary><c>_alpha</c>, <c>_beta</c>, <c>_pre</c>, <c>_rc</c>: earlier than the version without them.</summary>
    EarlySuffix,

    End,

    /// <summary><c>-r1</c></summary>
    Revision,

    /// <summary><c>~1a2b3c</c></summary>
    Hash,

    /// <summary>The number of a suffix.</summary>
    SuffixNumber,

    /// <summary><c>_cvs</c>, <c>_svn</c>, <c>_git</c>, <c>_hg</c>, <c>_p</c></summary>
    LateSuffix,

    Letter,

    Number,

    FirstNumber,
}

/// <summary>Takes a version apart, without making anything.</summary>
internal ref struct ApkVersionParts(ReadOnlySpan<char> text)
{
    private static readonly string[] EarlySuffixes = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] LateSuffixes = ["cvs", "svn", "git", "hg", "p"];

    private ReadOnlySpan<char> _left = text;
    private bool _begun;
    private int _rank;

    public ApkVersionPart Kind { get; private set; } = ApkVersionPart.End;

    /// <summary>The text of a number, hash or rest; of the others nothing.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    public bool MoveNext()
    {
        var before = _begun ? Kind : ApkVersionPart.Number;
        bool first = !_begun;
        _begun = true;
        Value = [];
        _rank = 0;
        if (_left.IsEmpty || before == ApkVersionPart.Rest)
        {
            Kind = ApkVersionPart.End;
            return false;
        }

        if (!(first ? TakeNumber(ApkVersionPart.FirstNumber, 0) : TakeNext(before)))
        {
            Kind = ApkVersionPart.Rest;
            Value = _left;
            _left = [];
        }

        return true;
    }

    public readonly int Order(ApkVersionParts other)
    {
        if (Kind != other.Kind)
        {
            return Kind.CompareTo(other.Kind);
        }

        return Kind switch
        {
            ApkVersionPart.Letter or ApkVersionPart.EarlySuffix or ApkVersionPart.LateSuffix => _rank.CompareTo(other._rank),
            ApkVersionPart.FirstNumber or ApkVersionPart.SuffixNumber or ApkVersionPart.Revision => CompareNumbers(Value, other.Value),
            ApkVersionPart.Number when Value[0] != '0' && other.Value[0] != '0' => CompareNumbers(Value, other.Value),

            // Behind the point a leading zero makes it a decimal fraction: 1.0015 is earlier than 1.002.
            ApkVersionPart.Number or ApkVersionPart.Hash => Value.SequenceCompareTo(other.Value),

            // What a dash announces and no revision follows says nothing.
            ApkVersionPart.Rest when Value[0] == '-' && other.Value[0] == '-' => 0,
            ApkVersionPart.Rest => Value.SequenceCompareTo(other.Value),
            _ => 0,
        };
    }

    // Without leading zeros the longer number is the greater: versions hold dates that fit no integer.
    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
    }

    private bool TakeNext(ApkVersionPart before) => _left[0] switch
    {
        '.' => before is ApkVersionPart.Number or ApkVersionPart.FirstNumber && TakeNumber(ApkVersionPart.Number, 1),
        '_' => before is not (ApkVersionPart.Hash or ApkVersionPart.Revision) && TakeSuffix(),
        '~' => before is not (ApkVersionPart.Hash or ApkVersionPart.Revision) && TakeHash(),
        '-' => before is not ApkVersionPart.Revision && TakeRevision(),
        >= '0' and <= '9' => before is ApkVersionPart.EarlySuffix or ApkVersionPart.LateSuffix && TakeNumber(ApkVersionPart.SuffixNumber, 0),
        >= 'a' and <= 'z' => before is ApkVersionPart.Number or ApkVersionPart.FirstNumber && TakeLetter(),
        _ => false,
    };

    private bool TakeNumber(ApkVersionPart kind, int skip)
    {
        int end = _left[skip..].IndexOfAnyExceptInRange('0', '9');
        int length = end < 0 ? _left.Length - skip : end;
        return length > 0 && Take(kind, skip, length);
    }

    private bool TakeLetter()
    {
        _rank = _left[0];
        return Take(ApkVersionPart.Letter, 1, 0);
    }

    private bool TakeSuffix()
    {
        int end = _left[1..].IndexOfAnyExceptInRange('a', 'z');
        var name = end < 0 ? _left[1..] : _left.Slice(1, end);
        return TakeSuffix(ApkVersionPart.EarlySuffix, name, EarlySuffixes) || TakeSuffix(ApkVersionPart.LateSuffix, name, LateSuffixes);
    }

    private bool TakeSuffix(ApkVersionPart kind, ReadOnlySpan<char> name, string[] suffixes)
    {
        for (int i = 0; i < suffixes.Length; i++)
        {
            if (name.SequenceEqual(suffixes[i]))
            {
                _rank = i;
                return Take(kind, 1 + name.Length, 0);
            }
        }

        return false;
    }

    private bool TakeHash()
    {
        int length = 0;
        while (1 + length < _left.Length && _left[1 + length] is (>= '0' and <= '9') or (>= 'a' and <= 'f'))
        {
            length++;
        }

        return length > 0 && Take(ApkVersionPart.Hash, 1, length);
    }

    // A revision without digits is revision 0, except where something else begins: 1-ruff has none.
    private bool TakeRevision()
    {
        if (!_left.StartsWith("-r"))
        {
            return false;
        }

        return TakeNumber(ApkVersionPart.Revision, 2)
            || ((_left.Length == 2 || _left[2] == '-') && Take(ApkVersionPart.Revision, 2, 0));
    }

    private bool Take(ApkVersionPart kind, int skip, int length)
    {
        Kind = kind;
        Value = _left.Slice(skip, length);
        _left = _left[(skip + length)..];
        return true;
    }
}
