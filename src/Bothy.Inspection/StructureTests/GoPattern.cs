using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Bothy.Inspection.StructureTests;

/// <summary>
/// A regular expression in the syntax of Go's package regexp, which is RE2's (https://github.com/google/re2/wiki/Syntax), matched
/// in time linear in the text wherever .NET can do that. It matches exactly what Go matches where the text is well-formed, but for scripts
/// (<c>\p{Greek}</c>), which .NET has no tables of and which are refused.
/// </summary>
public sealed class GoPattern
{
    // Only what the engine of linear time does not take can take long at all.
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(10);

    // Nearly all texts are ASCII, for which sets are small and both languages agree on what a word is.
    private readonly Lazy<Regex> _ascii;
    private readonly Lazy<Regex> _unicode;

    private GoPattern(string text)
    {
        Text = text;
        string ascii = GoPatternParser.Translate(text, ascii: true);
        _ascii = new Lazy<Regex>(() => Linear(ascii));
        _unicode = new Lazy<Regex>(() => GoPatternParser.Translate(text, ascii: false) is var translated && GoPatternParser.LooksAround(translated)
            ? new Regex(translated, RegexOptions.CultureInvariant, LongestMatch)
            : Linear(translated));
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    // .NET limits the size of its automata, and large counts of large classes go beyond it.
    private static Regex Linear(string translated)
    {
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        }
        catch (NotSupportedException)
        {
            return new Regex(translated, RegexOptions.CultureInvariant, LongestMatch);
        }
    }

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">Go would refuse it, or it names a script; the message says why, in Go's terms.</exception>
    public static GoPattern Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new GoPattern(text);
    }

    /// <summary>Reads an expression; <paramref name="problem"/> says what is wrong with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoPattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        try
        {
            (pattern, problem) = (Parse(text), null);
            return true;
        }
        catch (FormatException failure)
        {
            (pattern, problem) = (null, failure.Message);
            return false;
        }
    }

    /// <summary>Whether the expression matches anywhere in <paramref name="text"/>.</summary>
    /// <exception cref="BothyException">It takes too long.</exception>
    public bool Matches(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return (Ascii.IsValid(text) ? _ascii : _unicode).Value.IsMatch(text);
        }
        catch (RegexMatchTimeoutException failure)
        {
            throw new BothyException($"cannot match '{Text}': it takes too long", failure);
        }
    }

    /// <summary>The expression as it was written.</summary>
    public override string ToString() => Text;
}
