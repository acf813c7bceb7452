namespace Bothy.Packages.Slices.Starlark;

/// <summary>A script that cannot be read, or that failed. The line counts from the script's own first, which is 1.</summary>
internal sealed class StarlarkException(int line, string problem) : BothyException($"cannot run the script: {problem}")
{
    public int Line { get; } = line;

    public string Problem { get; } = problem;
}
