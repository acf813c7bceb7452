using System.Collections.Immutable;
using Bothy.Inspection.Checks;

namespace Bothy.Engine.Building;

/// <summary>An image was not built because of what its check found.</summary>
public sealed class CheckFailedException : BothyException
{
    private const int MaxShown = 20;

    internal CheckFailedException(string fileName, ImmutableArray<Finding> errors)
        : base($"cannot build {fileName}: {Summarise(errors)}:\n  {Describe(errors)}")
    {
        Errors = errors;
        Hint = errors.Select(static finding => finding.Hint).FirstOrDefault(static hint => hint is not null) is { } hint
            ? $"{hint} '--no-check' builds it all the same."
            : "'--no-check' builds it all the same.";
    }

    /// <summary>What is wrong.</summary>
    public ImmutableArray<Finding> Errors { get; }

    private static string Summarise(ImmutableArray<Finding> errors)
    {
        int tests = errors.Count(static finding => finding.Kind == BuildTests.FailedTest);
        return tests == errors.Length ? "it fails its tests"
            : tests > 0 ? "it would not work as it should, or breaks its policy, and fails its tests"
            : "it would not work as it should, or breaks its policy";
    }

    private static string Describe(ImmutableArray<Finding> errors)
    {
        var lines = errors.Take(MaxShown).Select(static finding => finding.ToString());
        return string.Join("\n  ", errors.Length <= MaxShown ? lines : lines.Append(FormattableString.Invariant($"… and {errors.Length - MaxShown} more")));
    }
}
