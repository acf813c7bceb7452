using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Engine.LocalFiles;

/// <summary>
/// A pattern of relative paths, part by part: a part <c>**</c> is any number of parts, also none, and any other is a <see cref="NamePattern"/>.
/// </summary>
internal sealed class SegmentPattern
{
    private const string Any = "**";

    private readonly ImmutableArray<NamePattern> _parts;

    private SegmentPattern(ImmutableArray<NamePattern> parts) => _parts = parts;

    /// <summary>The pattern <paramref name="text"/>, in which brackets and backslashes are themselves.</summary>
    public static SegmentPattern Plain(string text) => new([.. PartsOf(text).Select(NamePattern.Plain)]);

    /// <summary>Reads <paramref name="text"/> by the rules of <c>.dockerignore</c>.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">What it says.</param>
    /// <param name="problem">Where it is none, why.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out SegmentPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        var parts = ImmutableArray.CreateBuilder<NamePattern>();
        foreach (string part in PartsOf(text))
        {
            if (!NamePattern.TryParse(part, out var read, out problem))
            {
                pattern = null;
                return false;
            }

            parts.Add(read);
        }

        (pattern, problem) = (new SegmentPattern(parts.ToImmutable()), null);
        return true;
    }

    /// <summary>Whether a part of a path is a pattern rather than a name.</summary>
    public static bool IsPattern(string part) => part.AsSpan().ContainsAny('*', '?');

    /// <summary>Whether the whole of <paramref name="path"/> is what the pattern says.</summary>
    public bool Matches(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Whole);

    /// <summary>Whether the pattern says <paramref name="path"/> or a directory that it is in.</summary>
    public bool MatchesOrHolds(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Beginning);

    /// <summary>Whether something in the directory <paramref name="path"/> may be what the pattern says.</summary>
    public bool MayMatchIn(ReadOnlySpan<string> path) => Match(0, path, 0, Extent.Below);

    // Empty parts and single dots mean nothing.
    private static IEnumerable<string> PartsOf(string text) => text.Split('/').Where(static part => part is not ("" or "."));

    private bool Match(int part, ReadOnlySpan<string> path, int at, Extent extent)
    {
        for (; part < _parts.Length; part++, at++)
        {
            if (extent == Extent.Below && at == path.Length)
            {
                return true;
            }

            if (_parts[part].Text == Any)
            {
                return MatchAny(part, path, at, extent);
            }

            if (at == path.Length || !_parts[part].Matches(path[at]))
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
