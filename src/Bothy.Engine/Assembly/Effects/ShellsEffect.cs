using System.Text;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>The list of login shells, /etc/shells (add-shell(8), update-shells(8)): where debianutils has made one.</summary>
internal sealed class ShellsEffect : IEffect
{
    private static readonly TreePath Fragments = TreePath.Parse("usr/share/debianutils/shells.d");

    private readonly List<string> _added = [];

    public string Name => "shells";

    public IReadOnlyCollection<string> Commands { get; } = ["add-shell", "remove-shell", "update-shells"];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (command.Name == "add-shell")
        {
            _added.AddRange(command.Words.Skip(1).OfType<string>());
        }

        return CommandOutcome.Done;
    }

    public void Apply(AssemblyState state)
    {
        if (state.Find("/etc/shells") is not { Content: { } content } shells)
        {
            return;
        }

        var fragments = state.Tree.Entries
            .Where(static entry => entry.Path.Parent == Fragments)
            .Select(static entry => entry.Content)
            .OfType<FileContent>()
            .SelectMany(Lines);
        var present = Lines(content).ToList();
        var missing = fragments.Concat(_added).SelectMany(Names).Where(shell => !present.Contains(shell, StringComparer.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            byte[] before = content.ReadAll();
            string more = string.Concat(missing.Select(static shell => shell + "\n"));
            state.Tree.Set(shells with { Content = FileContent.Of((byte[])[.. before, .. Encoding.UTF8.GetBytes(more)]), Origin = new Origin.Effect(Name) });
        }

        // With a merged /usr a shell has two names, and a login may be recorded with either.
        IEnumerable<string> Names(string shell) =>
            shell.StartsWith("/bin/", StringComparison.Ordinal) && state.Tree.TryGet(TreePath.Parse("bin"), out var bin) && bin.Kind == EntryKind.SymbolicLink
                ? [shell, "/usr" + shell]
                : [shell];
    }

    private static IEnumerable<string> Lines(FileContent content) =>
        Encoding.UTF8.GetString(content.ReadAll())
            .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(static line => !line.StartsWith('#'));
}
