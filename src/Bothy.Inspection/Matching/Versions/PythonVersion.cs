using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>
/// A version by PEP 440, <c>[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]</c>, in any of the spellings that it normalises.
/// </summary>
internal sealed class PythonVersion
{
    private static readonly string[] PreReleases = ["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"];
    private static readonly string[] PostReleases = ["post", "rev", "r"];
    private static readonly string[] DevelopmentReleases = ["dev"];

    private string _epoch = "0";
    private string[] _release = [];
    private (int Phase, string Number)? _pre;
    private string? _post;
    private string? _development;
    private string[]? _local;

    private PythonVersion()
    {
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out PythonVersion? version)
    {
        var scanner = new PythonVersionScanner(text.Trim().ToLowerInvariant());
        var read = new PythonVersion();
        scanner.Take('v');
        bool wellFormed = read.TakeRelease(ref scanner);
        if (wellFormed)
        {
            read.TakeSuffixes(ref scanner);
            wellFormed = read.TakeLocal(ref scanner) && scanner.AtEnd;
        }

        version = wellFormed ? read : null;
        return wellFormed;
    }

    /// <summary>Less than 0 where this is earlier than <paramref name="other"/>, more than 0 where it is later.</summary>
    public int Order(PythonVersion other)
    {
        int order = VersionLabels.CompareNumbers(_epoch, other._epoch);
        order = order != 0 ? order : CompareReleases(_release, other._release);
        order = order != 0 ? order : Phase.CompareTo(other.Phase);
        order = order != 0 ? order : VersionLabels.CompareNumbers(_pre?.Number ?? "", other._pre?.Number ?? "");

        // Without a post-release is earlier than with one; without a development release later.
        order = order != 0 ? order : CompareOptional(_post, other._post, absent: -1);
        order = order != 0 ? order : CompareOptional(_development, other._development, absent: 1);
        return order != 0 ? order : CompareLocals(_local, other._local);
    }

    // A development release of what is no pre-release comes before all pre-releases, and a release after them.
    private int Phase => _pre?.Phase ?? (_post is null && _development is not null ? -1 : 3);

    private bool TakeRelease(ref PythonVersionScanner scanner)
    {
        if (!scanner.TakeNumber(out string number))
        {
            return false;
        }

        if (scanner.Take('!'))
        {
            _epoch = number;
            if (!scanner.TakeNumber(out number))
            {
                return false;
            }
        }

        var release = new List<string> { number };
        while (scanner.TakeDotNumber(out number))
        {
            release.Add(number);
        }

        _release = [.. release];
        return true;
    }

    private void TakeSuffixes(ref PythonVersionScanner scanner)
    {
        if (scanner.TakeSuffix(PreReleases, out string word, out string number))
        {
            _pre = (word[0] switch
            {
                'a' => 0,
                'b' => 1,
                _ => 2,
            }, number);
        }

        // "1.0-1" is 1.0.post1.
        if (scanner.TakeDashNumber(out number) || scanner.TakeSuffix(PostReleases, out _, out number))
        {
            _post = number;
        }

        if (scanner.TakeSuffix(DevelopmentReleases, out _, out number))
        {
            _development = number;
        }
    }

    private bool TakeLocal(ref PythonVersionScanner scanner)
    {
        if (!scanner.Take('+'))
        {
            return true;
        }

        string[] parts = scanner.TakeRest().Split('.', '-', '_');
        _local = parts;
        return parts.All(static part => part.Length > 0 && part.All(char.IsAsciiLetterOrDigit));
    }

    private static int CompareReleases(string[] a, string[] b)
    {
        for (int i = 0; i < a.Length || i < b.Length; i++)
        {
            int order = VersionLabels.CompareNumbers(i < a.Length ? a[i] : "", i < b.Length ? b[i] : "");
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int CompareOptional(string? a, string? b, int absent) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => absent,
        (_, null) => -absent,
        _ => VersionLabels.CompareNumbers(a, b),
    };

    // Numbers are later than words, and more parts later than fewer.
    private static int CompareLocals(string[]? a, string[]? b)
    {
        if (a is null || b is null)
        {
            return (a is not null).CompareTo(b is not null);
        }

        for (int i = 0; i < a.Length && i < b.Length; i++)
        {
            bool isNumber = VersionLabels.IsNumber(a[i]);
            int order = isNumber != VersionLabels.IsNumber(b[i]) ? (isNumber ? 1 : -1)
                : isNumber ? VersionLabels.CompareNumbers(a[i], b[i])
                : string.CompareOrdinal(a[i], b[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return a.Length - b.Length;
    }
}

/// <summary>Takes a version of Python's apart, from left to right.</summary>
internal ref struct PythonVersionScanner(string text)
{
    private ReadOnlySpan<char> _left = text;

    public readonly bool AtEnd => _left.IsEmpty;

    public bool Take(char c)
    {
        bool there = _left.StartsWith(c);
        _left = there ? _left[1..] : _left;
        return there;
    }

    public bool TakeNumber(out string number)
    {
        int length = DigitsAt(0);
        number = _left[..length].ToString();
        _left = _left[length..];
        return length > 0;
    }

    public bool TakeDotNumber(out string number) => TakeMarkedNumber('.', out number);

    public bool TakeDashNumber(out string number) => TakeMarkedNumber('-', out number);

    /// <summary>One of <paramref name="words"/>, with a separator before it or not, and a number, which is 0 where it is missing.</summary>
    public bool TakeSuffix(string[] words, out string word, out string number)
    {
        int start = SeparatorsAt(0);
        foreach (string candidate in words)
        {
            if (_left[start..].StartsWith(candidate, StringComparison.Ordinal))
            {
                int at = start + candidate.Length;
                int digits = at + SeparatorsAt(at);
                int length = DigitsAt(digits);
                word = candidate;
                number = length == 0 ? "0" : _left.Slice(digits, length).ToString();
                _left = length == 0 ? _left[at..] : _left[(digits + length)..];
                return true;
            }
        }

        word = number = "";
        return false;
    }

    public string TakeRest()
    {
        string rest = _left.ToString();
        _left = [];
        return rest;
    }

    private bool TakeMarkedNumber(char mark, out string number)
    {
        int length = _left.StartsWith(mark) ? DigitsAt(1) : 0;
        number = length == 0 ? "" : _left.Slice(1, length).ToString();
        _left = length == 0 ? _left : _left[(1 + length)..];
        return length > 0;
    }

    private readonly int SeparatorsAt(int at) => at < _left.Length && _left[at] is '.' or '-' or '_' ? 1 : 0;

    private readonly int DigitsAt(int at)
    {
        if (at >= _left.Length)
        {
            return 0;
        }

        int end = _left[at..].IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? _left.Length - at : end;
    }
}
