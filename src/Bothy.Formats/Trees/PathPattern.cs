using System.Buffers;

namespace Bothy.Formats.Trees;

/// <summary>
/// A pattern of absolute paths: <c>?</c> is one character and <c>*</c> any number of them, neither of them a slash; <c>**</c> is anything.
/// A pattern that matches a directory matches what is in it too.
/// </summary>
public sealed class PathPattern(string text)
{
    private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?");

    private readonly string _pattern = text.Trim('/');

    /// <summary>The pattern as it was written.</summary>
    public string Text => text;

    /// <summary>Whether <paramref name="path"/> or a directory that it is in matches.</summary>
    public bool Matches(TreePath path)
    {
        for (string value = path.Value; value.Length > 0; value = value[..Math.Max(0, value.LastIndexOf('/'))])
        {
            if (Matches(_pattern, value, crossSlashes: false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether all of <paramref name="value"/> matches <paramref name="pattern"/>, written as above or, with <paramref name="crossSlashes"/>, as a shell's <c>case</c> has it.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value, bool crossSlashes)
    {
        // The last star seen, and what it has taken so far: on a mismatch it takes one character more. A star that may
        // take more gives up only to an earlier '**', so one level of memory for each kind is enough.
        var single = (Pattern: -1, Value: 0);
        var twice = (Pattern: -1, Value: 0);
        int p = 0;
        int v = 0;
        while (v < value.Length || p < pattern.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                bool any = crossSlashes || (p + 1 < pattern.Length && pattern[p + 1] == '*');
                while (p < pattern.Length && pattern[p] == '*')
                {
                    p++;
                }

                (twice, single) = any ? ((p, v), (-1, 0)) : (twice, (p, v));
            }
            else if (p < pattern.Length && v < value.Length && (pattern[p] == value[v] || (pattern[p] == '?' && (crossSlashes || value[v] != '/'))))
            {
                p++;
                v++;
            }
            else if (single.Pattern >= 0 && single.Value < value.Length && value[single.Value] != '/')
            {
                single.Value++;
                (p, v) = single;
            }
            else if (twice.Pattern >= 0 && twice.Value < value.Length)
            {
                twice.Value++;
                (p, v) = twice;
                single.Pattern = -1;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether <paramref name="text"/> has a wildcard.</summary>
    public static bool HasWildcard(ReadOnlySpan<char> text) => text.ContainsAny(Wildcards);
}
