using System.Collections.Immutable;

namespace Bothy.Engine.LocalFiles;

/// <summary>What of a source stays out, by the rules of <c>.dockerignore</c>: the last pattern that fits a path, or a directory that it is in, decides; one after <c>!</c> keeps.</summary>
internal sealed class ExcludeRules
{
    private readonly ImmutableArray<(SegmentPattern Pattern, bool Keeps)> _rules;

    /// <summary>The rules in their order.</summary>
    public ExcludeRules(IEnumerable<string> patterns)
    {
        _rules = [.. patterns.Select(static text => (new SegmentPattern(text.TrimStart('!').Trim()), text.StartsWith('!')))];
        HasExceptions = _rules.Any(static rule => rule.Keeps);
    }

    /// <summary>Whether nothing stays out.</summary>
    public bool IsEmpty => _rules.IsEmpty;

    /// <summary>Whether something in a directory that is left out may be kept.</summary>
    public bool HasExceptions { get; }

    /// <summary>Why <paramref name="pattern"/> is none; null where it is one.</summary>
    public static string? Problem(string pattern)
    {
        string text = pattern.TrimStart('!').Trim();
        return text.Split('/').Contains("..", StringComparer.Ordinal) ? $"a pattern must not hold '..': '{pattern}'"
            : text.Trim('/', '.').Length == 0 ? $"a pattern must name something: '{pattern}'"
            : null;
    }

    /// <summary>Whether <paramref name="path"/>, in its parts from the source on, stays out.</summary>
    public bool Excludes(ReadOnlySpan<string> path)
    {
        for (int i = _rules.Length - 1; i >= 0; i--)
        {
            if (_rules[i].Pattern.MatchesOrHolds(path))
            {
                return !_rules[i].Keeps;
            }
        }

        return false;
    }
}
