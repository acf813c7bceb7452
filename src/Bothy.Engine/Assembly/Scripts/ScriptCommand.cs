using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>A simple command of a maintainer script, expanded as far as that is possible without running anything.</summary>
/// <param name="Line">Where it stands, from 1.</param>
/// <param name="Words">Its words; null for one that only running the script would tell.</param>
internal sealed record ScriptCommand(int Line, ImmutableArray<string?> Words)
{
    /// <summary>The program, without the directory it was named with; empty for a bare redirection.</summary>
    public string Name => Words is [{ } first, ..] ? first[(first.LastIndexOf('/') + 1)..] : "";

    /// <summary>The words after the program.</summary>
    public ReadOnlySpan<string?> Arguments => Words.AsSpan()[Math.Min(1, Words.Length)..];

    /// <summary>Whether the script surely comes here in a first installation.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>The file that its output goes to; null where it goes nowhere that stays.</summary>
    public ScriptOutput? Output { get; init; }

    /// <summary>The text of a here-document on its input; null where there is none, or where it is not known.</summary>
    public string? Input { get; init; }

    /// <summary>The file mode mask in force.</summary>
    public int Umask { get; init; } = 0b000_010_010;

    /// <summary>Whether every word is known.</summary>
    public bool IsLiteral => !Words.Any(static word => word is null);

    /// <summary>Whether one of the words is <paramref name="word"/>.</summary>
    public bool Has(string word) => Words.Any(other => other == word);

    /// <summary>As people read it.</summary>
    public override string ToString()
    {
        string text = string.Join(' ', Words.Select(static word => word ?? "…"));
        text = Output is null ? text : $"{text} {(Output.Append ? ">>" : ">")} {Output.Path ?? "…"}".TrimStart();
        return text.Length > 120 ? text[..120] + "…" : text;
    }
}

/// <summary>Where a command's output goes; the path is null where only running the script would tell.</summary>
internal sealed record ScriptOutput(string? Path, bool Append);

/// <summary>What became of a command.</summary>
/// <param name="Refusal">Why it is not covered; null where it is.</param>
/// <param name="Success">Whether the real program would succeed; null where that is not known.</param>
internal readonly record struct CommandOutcome(string? Refusal, bool? Success)
{
    public static CommandOutcome Done { get; } = new(null, true);

    public static CommandOutcome Failed { get; } = new(null, false);

    /// <summary>Covered, with an exit status that the script may not rely on.</summary>
    public static CommandOutcome Covered { get; } = new(null, null);

    public static CommandOutcome Refused(string reason) => new(reason, null);
}

/// <summary>Stands in for programs that maintainer scripts call.</summary>
internal interface IScriptWorld
{
    /// <summary>Does what the program would have done to the image.</summary>
    CommandOutcome Run(ScriptCommand command);

    /// <summary>What the program would print; null where that is not known.</summary>
    string? Answer(ScriptCommand command);

    /// <summary>Whether the program could be started.</summary>
    bool HasProgram(string name);

    /// <summary>The answer of a <c>test</c> of a file, such as <c>-e</c>; null where it is not known.</summary>
    bool? TestFile(string test, string path);

    /// <summary>The paths that match a pattern.</summary>
    IReadOnlyList<string> Match(string pattern);

    /// <summary>debconf's default for a question; null where it is not known.</summary>
    string? DefaultAnswer(string question);
}
