using System.Runtime.CompilerServices;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Counts what a script does, and ends it where that is too much: every script ends, and soon.</summary>
internal sealed class Meter(CancellationToken cancellationToken)
{
    /// <summary>How many steps a script may take.</summary>
    public const long MaxSteps = 5_000_000;

    /// <summary>How much a script may make, in characters of text and, eightfold, in items of lists; what it has thrown away counts.</summary>
    public const long MaxMade = 64 << 20;

    /// <summary>How deeply expressions, calls and values may nest.</summary>
    public const int MaxDepth = 500;

    private const int CharactersAStep = 256;
    private const int PairsAStep = 65_536;
    private const int CharactersAnItem = 8;
    private const int StepsBetweenLooks = 4096;

    private long _steps;
    private long _made;
    private int _depth;

    public void Step(int line, long steps = 1)
    {
        long before = _steps;
        _steps += steps;
        if (_steps > MaxSteps || steps < 0)
        {
            throw new StarlarkException(line, FormattableString.Invariant($"it takes more than {MaxSteps} steps"));
        }

        if (before / StepsBetweenLooks != _steps / StepsBetweenLooks)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Counts looking at a text, once.</summary>
    public void Look(int line, long characters) => Step(line, characters / CharactersAStep);

    /// <summary>Counts looking for a text in another, which at worst takes as long as both lengths multiplied.</summary>
    public void Search(int line, string text, string sought) => Step(line, ((long)text.Length * sought.Length / PairsAStep) + (text.Length / CharactersAStep));

    /// <summary>Counts a text that is made, before it is.</summary>
    public void Make(int line, long characters)
    {
        _made += characters;
        if (_made > MaxMade || characters < 0)
        {
            throw new StarlarkException(line, FormattableString.Invariant($"it makes more than {MaxMade >> 20} MiB of text and lists"));
        }
    }

    /// <summary>Counts items that are put into lists, tuples and dicts, before they are.</summary>
    public void MakeItems(int line, long items) => Make(line, items > MaxMade ? items : items * CharactersAnItem);

    /// <summary>A text that was made, counted.</summary>
    public string Made(int line, string text)
    {
        Make(line, text.Length);
        return text;
    }

    public void Enter(int line)
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new StarlarkException(line, FormattableString.Invariant($"more than {MaxDepth} levels of calls and values are nested"));
        }
    }

    public void Leave() => _depth--;
}
