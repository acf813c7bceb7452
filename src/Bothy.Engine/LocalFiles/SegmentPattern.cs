using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Engine.LocalFiles;

/// <summary>
/// A pattern of relative paths as <c>.dockerignore</c> has them: <c>*</c> and <c>?</c> stay within one part of a path, and a part <c>**</c> is any
/// number of parts, also none.
/// </summary>
internal sealed class SegmentPattern
{
    private const string Any = "**";

    private readonly ImmutableArray<string> _parts;

    /// <summary>The pattern <paramref name="text"/>, whose empty parts and single dots mean nothing.</summary>
    public SegmentPattern(string text) => _parts = [.. text.Split('/').Where(static part => part is not ("" or "."))];

    /// <summary>Whether a part of a path is a pattern rather than a name.</summary>
    public static bool IsPattern(string part) => part.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether the whole of <paramref name="path"/> is what the pattern says.</summary>
    public bool Matches(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Whole);

    /// <summary>Whether the pattern says <paramref name="path"/> or a directory that it is in.</summary>
    public bool MatchesOrHolds(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Beginning);

    /// <summary>Whether something in the directory <paramref name="path"/> may be what the pattern says.</summary>
    public bool MayMatchIn(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Below);

    private bool Match(int part, ReadOnlySpan<string> path, int at, Extent extent)
    {
        for (; part < _parts.Length; part++, at++)
        {
            if (extent == Extent.Below && at == path.Length)
            {
                return true;
            }

            if (_parts[part] == Any)
            {
                return MatchAny(part, path, at, extent);
            }

            if (at == path.Length || !PathPattern.Matches(_parts[part], path[at], crossSlashes: false))
            {
                return false;
            }
        }

        return extent switch
        {
            Extent.Whole => at == path.Length,
            Extent.Beginning => at > 0,
            _ => false,
        };
    }

    private bool MatchAny(int part, ReadOnlySpan<string> path, int at, Extent extent)
    {
        // What comes last stands for something: 'a/**' is what is in a, and not a itself.
        if (part == _parts.Length - 1)
        {
            return extent == Extent.Below || at < path.Length;
        }

        for (int next = at; next <= path.Length; next++)
        {
            if (Match(part + 1, path, next, extent))
            {
                return true;
            }
        }

        return false;
    }

    private enum Extent
    {
        Whole,
        Beginning,
        Below,
    }
}
