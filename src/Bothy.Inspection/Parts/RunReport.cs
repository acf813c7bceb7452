using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Linkage;
using Bothy.Oci;

namespace Bothy.Inspection.Parts;

/// <summary>What a container of an image starts.</summary>
/// <param name="Command">The words of the configuration: entrypoint, then cmd.</param>
/// <param name="Program">The file that the first word leads to; null where there is none in the image.</param>
/// <param name="Interpreter">The loader that it asks for, or the program of its first line; null for a static program.</param>
/// <param name="HasInterpreter">Whether the image has that.</param>
public sealed record StartedProgram(ImmutableArray<string> Command, TreePath? Program, string? Interpreter, bool HasInterpreter)
{
    private const int LongestFirstLine = 256;

    /// <summary>Whether the kernel can start it.</summary>
    public bool Starts => Program is not null && HasInterpreter;

    /// <summary>What <paramref name="container"/> starts in <paramref name="tree"/>; null where it names nothing.</summary>
    /// <exception cref="BothyException">The program cannot be read.</exception>
    public static StartedProgram? Of(FileTree tree, ContainerConfig container)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(container);
        ImmutableArray<string> command = [.. container.Entrypoint, .. container.Cmd];
        if (command.IsEmpty)
        {
            return null;
        }

        var program = Candidates(command[0], container).Select(path => tree.Find(path)).FirstOrDefault(MovingParts.IsExecutable);
        if (program is null)
        {
            return new StartedProgram(command, null, null, false);
        }

        string? interpreter = InterpreterOf(program);
        bool present = interpreter is null || (TreePath.TryParseRooted(interpreter, out var path) && MovingParts.IsExecutable(tree.Find(path)));
        return new StartedProgram(command, program.Path, interpreter, present);
    }

    private static IEnumerable<TreePath> Candidates(string word, ContainerConfig container)
    {
        if (!word.Contains('/', StringComparison.Ordinal))
        {
            return MovingParts.SearchPath(container).SelectMany(directory => Below(directory, word));
        }

        return word.StartsWith('/')
            ? Below(TreePath.Root, word.TrimStart('/'))
            : TreePath.TryParseRooted(container.WorkingDir ?? "/", out var directory) ? Below(directory, word) : [];
    }

    private static IEnumerable<TreePath> Below(TreePath directory, string name) =>
        TreePath.TryParse(directory.IsRoot ? name : $"{directory.Value}/{name}", null, out var path) ? [path] : [];

    private static string? InterpreterOf(TreeEntry program)
    {
        try
        {
            if (program.Content!.ReadElf(program.Path.ToString()) is { } facts)
            {
                return facts.Interpreter;
            }
        }
        catch (MalformedDataException)
        {
            return null;
        }

        byte[] start = new byte[Math.Min(LongestFirstLine, program.Content.Length)];
        using var again = program.Content.OpenParts();
        again.ReadExactly(start);
        string line = System.Text.Encoding.Latin1.GetString(start).Split('\n')[0];
        return line.StartsWith("#!", StringComparison.Ordinal) ? line[2..].Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() : null;
    }
}

/// <summary>Whether the programs of an image will run in it, in a word.</summary>
public enum RunVerdict
{
    /// <summary>They will.</summary>
    Yes,

    /// <summary>What a container starts will, as far as can be told; other programs lack something.</summary>
    Partly,

    /// <summary>What a container starts will not.</summary>
    No,

    /// <summary>A container starts nothing by itself, and nothing is missing.</summary>
    NothingStarts,
}

/// <summary>Whether the programs of an image will run in it.</summary>
public sealed record RunReport
{
    /// <summary>The C libraries; mostly one, none in an image of static programs.</summary>
    public required ImmutableArray<CLibrary> Libraries { get; init; }

    /// <summary>What a container starts; null where the configuration names nothing.</summary>
    public required StartedProgram? Start { get; init; }

    /// <summary>What the check of linkage found, the worst first.</summary>
    public required ImmutableArray<Finding> Findings { get; init; }

    /// <summary>Those of <see cref="Findings"/> that keep something from running.</summary>
    public ImmutableArray<Finding> Problems => [.. Findings.Where(static finding => finding.Severity == Severity.Error)];

    /// <summary>The answer in a word.</summary>
    public RunVerdict Verdict() =>
        Start is { Starts: false } || (Start?.Program is { } program && Problems.Any(problem => problem.Path == program)) ? RunVerdict.No
        : !Problems.IsEmpty ? RunVerdict.Partly
        : Start is null ? RunVerdict.NothingStarts
        : RunVerdict.Yes;

    /// <summary>Why a container does not start; null where it does, or has nothing to start.</summary>
    public string? StartProblem() => Start switch
    {
        { Program: null } => $"there is no program {Start.Command[0]} in the image",
        { HasInterpreter: false } => $"{Start.Program} needs {Start.Interpreter}, which is not in the image",
        _ => null,
    };

    /// <summary>Looks at <paramref name="contents"/>.</summary>
    /// <exception cref="BothyException">A file of it cannot be read.</exception>
    public static RunReport Of(ImageContents contents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(contents);
        return new RunReport
        {
            Libraries = CLibrary.Of(contents.Tree, path => contents.OwnerOf(path)?.Version),
            Start = StartedProgram.Of(contents.Tree, contents.Container),
            Findings = LinkageCheck.Run(CheckSubject.Of(contents), cancellationToken),
        };
    }
}
