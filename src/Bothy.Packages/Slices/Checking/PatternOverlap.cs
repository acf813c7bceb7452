using System.Buffers;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices.Checking;

/// <summary>Whether there is a path that two patterns both match.</summary>
internal static class PatternOverlap
{
    private const int OnStack = 1024;

    /// <summary>
    /// Decides it exactly, as if both were run over every path at once: the places that the two can have come to together are followed
    /// through a table of all pairs of them.
    /// </summary>
    public static bool Exists(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        if (!PathPattern.HasWildcard(a))
        {
            return PathPattern.HasWildcard(b) ? PathPattern.Matches(b, a, crossSlashes: false) : a.SequenceEqual(b);
        }

        if (!PathPattern.HasWildcard(b))
        {
            return PathPattern.Matches(a, b, crossSlashes: false);
        }

        int width = b.Length + 1;
        int size = (a.Length + 1) * width;
        bool[]? rented = size > OnStack ? ArrayPool<bool>.Shared.Rent(size) : null;
        Span<bool> reached = rented is null ? stackalloc bool[OnStack] : rented;
        reached = reached[..size];
        reached.Clear();
        reached[0] = true;
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (reached[(i * width) + j])
                {
                    Follow(a, i, b, j, reached, width);
                }
            }
        }

        bool both = reached[^1];
        if (rented is not null)
        {
            ArrayPool<bool>.Shared.Return(rented);
        }

        return both;
    }

    // From the place (i, j): a star may end; or both take one character that either allows. No step leads back, so one pass in order is enough.
    private static void Follow(ReadOnlySpan<char> a, int i, ReadOnlySpan<char> b, int j, Span<bool> reached, int width)
    {
        int nextA = i + Length(a, i);
        int nextB = j + Length(b, j);
        bool isStarA = i < a.Length && a[i] == '*';
        bool isStarB = j < b.Length && b[j] == '*';
        if (isStarA)
        {
            reached[(nextA * width) + j] = true;
        }

        if (isStarB)
        {
            reached[(i * width) + nextB] = true;
        }

        if (i < a.Length && j < b.Length && Common(a, i, nextA, b, j, nextB))
        {
            // Where both are stars, taking a character leads nowhere new.
            reached[((isStarA ? i : nextA) * width) + (isStarB ? j : nextB)] = true;
        }
    }

    // A run of stars is one element.
    private static int Length(ReadOnlySpan<char> pattern, int at)
    {
        int end = at;
        while (end < pattern.Length && pattern[end] == '*')
        {
            end++;
        }

        return Math.Max(1, end - at);
    }

    private static bool Common(ReadOnlySpan<char> a, int i, int nextA, ReadOnlySpan<char> b, int j, int nextB)
    {
        bool isLiteralA = a[i] is not ('*' or '?');
        bool isLiteralB = b[j] is not ('*' or '?');
        return (isLiteralA, isLiteralB) switch
        {
            (true, true) => a[i] == b[j],
            (true, false) => a[i] != '/' || nextB - j > 1,
            (false, true) => b[j] != '/' || nextA - i > 1,
            _ => true,
        };
    }
}
