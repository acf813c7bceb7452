using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>Whether the program that a container starts is there, and the interpreters of scripts.</summary>
internal sealed class ScriptFindings(CheckSubject subject, ElfObjects objects, FindingList findings)
{
    private const int MaxNesting = 5;

    // Programs that start the one after their options.
    private static readonly ImmutableArray<string> Starters = ["tini", "tini-static", "dumb-init", "catatonit"];

    // The scripts by which packages were installed; a package manager runs them, if there is one.
    private static readonly ImmutableArray<TreePath> Databases =
        [TreePath.Parse("var/lib/dpkg"), TreePath.Parse("lib/apk/db"), TreePath.Parse("usr/lib/apk/db")];

    private readonly CommandSearch _commands = new(subject, objects);
    private readonly HashSet<TreePath> _reached = [];

    public void Add()
    {
        AddCommand();
        foreach (var entry in objects.OtherPrograms)
        {
            if (ScriptLine.Of(entry) is { } line && Problem(line) is var (reason, hint))
            {
                bool isReached = _reached.Contains(entry.Path);
                bool isOwn = findings.IsApplication(entry) && !Databases.Any(entry.Path.IsAtOrBelow);
                findings.Add(
                    "missing-interpreter",
                    isReached || isOwn ? Severity.Error : Severity.Note,
                    entry,
                    isReached ? $"{reason}, and the container starts it" : reason,
                    hint);
            }
        }
    }

    private void AddCommand()
    {
        var words = subject.Container.Entrypoint.AddRange(subject.Container.Cmd);
        string where = subject.Container.Entrypoint.IsEmpty ? "the command" : "the entrypoint";
        for (int at = 0; at < words.Length && words[at].Length > 0; at++)
        {
            if (_commands.Find(words[at]) is not { } entry)
            {
                string reason = words[at].Contains('/', StringComparison.Ordinal)
                    ? $"{where} starts {words[at]}, which is not in the image"
                    : $"{where} starts '{words[at]}', which is in no directory of PATH ({string.Join(':', subject.SearchPath)})";
                findings.Add("missing-command", Severity.Error, path: null, package: null, reason);
                return;
            }

            if (entry.Kind != EntryKind.File || !ElfObjects.IsExecutable(entry))
            {
                findings.Add("missing-command", Severity.Error, entry, $"{where} starts it, and it is {(entry.Kind == EntryKind.File ? "not executable" : "no file")}");
                return;
            }

            Reach(entry, depth: 0);
            if (!Starters.Contains(entry.Path.Name, StringComparer.Ordinal))
            {
                return;
            }

            while (at + 1 < words.Length && words[at + 1].StartsWith('-'))
            {
                at++;
            }
        }
    }

    private void Reach(TreeEntry entry, int depth)
    {
        if (depth < MaxNesting
            && _reached.Add(entry.Path)
            && objects.At(entry.Path) is null
            && ScriptLine.Of(entry) is { } line
            && (_commands.At(line.Interpreter), line.IsEnv ? line.EnvProgram : null) is var (interpreter, program))
        {
            foreach (var next in new[] { interpreter, program is null ? null : _commands.Find(program) }.OfType<TreeEntry>().Where(static next => next.Content is { Length: > 1 }))
            {
                Reach(next, depth + 1);
            }
        }
    }

    private (string Reason, string? Hint)? Problem(ScriptLine line)
    {
        if (line.Interpreter.EndsWith('\r') || line.Argument.EndsWith('\r'))
        {
            return ("its first line ends with a carriage return, which Linux takes for a part of the name", "Save it with the line endings of Unix.");
        }

        if (_commands.At(line.Interpreter) is not { Kind: EntryKind.File } interpreter)
        {
            return ($"its interpreter {line.Interpreter} is not in the image", null);
        }

        if (!ElfObjects.IsExecutable(interpreter))
        {
            return ($"its interpreter {line.Interpreter} is not executable", null);
        }

        if (!line.IsEnv || line.EnvProgram is not { } program || _commands.Find(program) is { } found && ElfObjects.IsExecutable(found))
        {
            return null;
        }

        return program.Contains(' ', StringComparison.Ordinal)
            ? ($"env is asked for a program called '{program}', with the space", $"Write 'env -S {program}'.")
            : ($"its interpreter '{program}', which env looks for, is in no directory of PATH", null);
    }
}
