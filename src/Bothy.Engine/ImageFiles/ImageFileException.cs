using System.Collections.Immutable;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// An image file that cannot be read as one. The message has a line for each mistake, <c>file:line:column: what is wrong</c>,
/// all of a file and its includes at once.
/// </summary>
public sealed class ImageFileException : BothyException
{
    private const int MostShown = 50;

    internal ImageFileException(ImmutableArray<Marked<string>> problems, Exception? inner = null)
        : base(Describe(problems), inner)
    {
        Problems = problems;
    }

    /// <summary>The mistakes, in the order of the text.</summary>
    public ImmutableArray<Marked<string>> Problems { get; }

    private static string Describe(ImmutableArray<Marked<string>> problems)
    {
        var lines = problems.Take(MostShown).Select(static problem => $"{problem.Mark}: {problem.Value}");
        return string.Join('\n', problems.Length <= MostShown
            ? lines
            : lines.Append(FormattableString.Invariant($"… and {problems.Length - MostShown} more")));
    }
}
