using System.Collections.Immutable;

namespace Bothy.Engine.LocalFiles;

/// <summary>What of a source stays out, by the rules of <c>.dockerignore</c>: the last pattern that fits a path, or a directory that it is in, decides; one after <c>!</c> keeps.</summary>
internal sealed class ExcludeRules
{
    private readonly ImmutableArray<(SegmentPattern Pattern, bool Keeps)> _rules;

    /// <summary>The rules in their order.</summary>
    public ExcludeRules(IEnumerable<string> patterns)
    {
        _rules = [.. patterns.Select(static text => (PatternOf(text, out string? problem) ?? throw new ArgumentException(problem, nameof(patterns)), text.StartsWith('!')))];
        HasExceptions = _rules.Any(static rule => rule.Keeps);
    }

    /// <summary>Whether nothing stays out.</summary>
    public bool IsEmpty => _rules.IsEmpty;

    /// <summary>Whether something in a directory that is left out may be kept.</summary>
    public bool HasExceptions { get; }

    /// <summary>Why <paramref name="pattern"/> is none; null where it is one.</summary>
    public static string? Problem(string pattern)
    {
        string text = TextOf(pattern);
        return text.Split('/').Contains("..", StringComparer.Ordinal) ? $"a pattern must not hold '..': '{pattern}'"
            : text.Trim('/', '.').Length == 0 ? $"a pattern must name something: '{pattern}'"
            : PatternOf(pattern, out string? problem) is null ? $"the pattern '{pattern}' {problem}"
            : null;
    }

    private static string TextOf(string pattern) => pattern.TrimStart('!').Trim();

    private static SegmentPattern? PatternOf(string text, out string? problem) => SegmentPattern.TryParse(TextOf(text), out var pattern, out problem) ? pattern : null;

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
