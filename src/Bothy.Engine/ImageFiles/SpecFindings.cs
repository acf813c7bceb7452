using System.Collections.Immutable;
using Bothy.Formats.Text;

namespace Bothy.Engine.ImageFiles;

/// <summary>What reading image files brings to light beside the values: mistakes, warnings, and where each key stands.</summary>
internal sealed class SpecFindings
{
    private readonly List<Marked<string>> _problems = [];
    private readonly List<Marked<string>> _warnings = [];
    private readonly HashSet<string> _doubtful = new(StringComparer.Ordinal);

    /// <summary>The warnings, in the order they were found.</summary>
    public ImmutableArray<Marked<string>> Warnings => [.. _warnings];

    /// <summary>Reads a section; what it lacks afterwards may be due to mistakes in it, see <see cref="IsDoubtful"/>.</summary>
    public T Section<T>(string name, Func<T> read)
    {
        int before = _problems.Count;
        var result = read();
        if (_problems.Count > before)
        {
            _doubtful.Add(name);
        }

        return result;
    }

    /// <summary>Whether a section had mistakes, so that nothing is to be concluded from what it lacks.</summary>
    public bool IsDoubtful(string section) => _doubtful.Contains(section);

    /// <summary>Notes a mistake.</summary>
    public void Problem(SourceMark mark, string text) => _problems.Add(new Marked<string>(text, mark));

    /// <summary>Notes a mistake at <paramref name="mark"/> where <paramref name="reason"/> gives one.</summary>
    public void ProblemIf(string? reason, SourceMark mark)
    {
        if (reason is not null)
        {
            Problem(mark, reason);
        }
    }

    /// <summary>Notes something accepted without effect.</summary>
    public void Warning(SourceMark mark, string text) => _warnings.Add(new Marked<string>(text, mark));

    /// <summary>Fails where there are mistakes: a file's in the order of its text, the files in the order they were read.</summary>
    public void ThrowIfAny(Exception? inner = null)
    {
        if (_problems.Count == 0)
        {
            return;
        }

        string[] files = [.. _problems.Select(static problem => problem.Mark.File).Distinct(StringComparer.Ordinal)];
        throw new ImageFileException(
            [.. _problems
                .DistinctBy(static problem => (problem.Mark, problem.Value))
                .OrderBy(problem => Array.IndexOf(files, problem.Mark.File))
                .ThenBy(static problem => problem.Mark)],
            inner);
    }

    /// <summary><c> (did you mean '…'?)</c> where a candidate is near, else nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string> candidates) =>
        NearName.Find(word, candidates) is { } near ? $" (did you mean '{near}'?)" : "";
}
