using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>Finds programs in an image as a kernel and a shell do, without following what they run.</summary>
internal sealed class CommandSearch(CheckSubject subject, ElfObjects objects)
{
    private readonly string _workingDirectory = subject.Container.WorkingDir is { Length: > 0 } directory ? directory : "/";

    /// <summary>The file that a command means, which may not be executable; null where there is none.</summary>
    public TreeEntry? Find(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal))
        {
            return At(command);
        }

        TreeEntry? notExecutable = null;
        foreach (string directory in subject.SearchPath)
        {
            if (At($"{directory}/{command}") is not { Kind: EntryKind.File } found)
            {
                continue;
            }

            if (ElfObjects.IsExecutable(found))
            {
                return found;
            }

            notExecutable ??= found;
        }

        return notExecutable;
    }

    /// <summary>What a path leads to, from the directory that the container starts in.</summary>
    public TreeEntry? At(string path) =>
        objects.Resolve(path.StartsWith('/') ? path : $"{_workingDirectory}/{path}") is { } resolved ? subject.Tree.Find(resolved) : null;
}
