using System.Text;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// The links by which BusyBox's programs have names of their own, as <c>busybox --install -s</c> and <c>bbsuid --install</c> make them. Which
/// there are says the list that its package ships below <c>/etc/busybox-paths.d</c>, else the program's own data.
/// </summary>
internal sealed class BusyboxEffect : IEffect
{
    private const string Extras = "busybox-extras";
    private const string Setuid = "bbsuid";

    private static readonly CommandOutcome Unknown = CommandOutcome.Refused("which programs it has is not to be found");

    public string Name => "busybox";

    public IReadOnlyCollection<string> Commands { get; } = ["busybox", Extras, Setuid];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (!command.Has("--install") || command.Words is not [{ } program, ..] || state.Find(program) is not { Kind: EntryKind.File } file)
        {
            return CommandOutcome.Refused("Bothy makes the links of its programs, and nothing else");
        }

        if (command.Name == Setuid)
        {
            return Link(BusyboxApplets.FindPaths(file.Content!.ReadAll()), program, state, replaces: true);
        }

        return command.Has("-s") && command.Words.Length == 3
            ? Link(Paths(command.Name, file, state), program, state, replaces: false)
            : CommandOutcome.Refused("Bothy makes symbolic links, at their usual places");
    }

    // busybox leaves alone what is there; bbsuid takes the place of any symbolic link. The target is where the program really is.
    private CommandOutcome Link(IReadOnlyList<string>? paths, string program, AssemblyState state, bool replaces)
    {
        if (paths is null)
        {
            return Unknown;
        }

        var origin = new Origin.Effect(Name);
        string target = replaces ? program : state.Find(program)!.Path.ToString();
        foreach (string path in paths)
        {
            if (state.Locate("/" + path) is not { IsRoot: false } place || state.LeavesOut(place) || (!place.Parent.IsRoot && state.Tree.Find(place.Parent)?.Kind != EntryKind.Directory))
            {
                continue;
            }

            if (!state.Tree.TryGet(place, out var present) || (replaces && present.Kind == EntryKind.SymbolicLink))
            {
                state.Tree.Set(TreeEntry.SymbolicLink(place, target, origin));
            }
        }

        return CommandOutcome.Done;
    }

    private static IReadOnlyList<string>? Paths(string name, TreeEntry file, AssemblyState state) =>
        state.Find("/etc/busybox-paths.d/" + name) is { Content: { } list }
            ? Encoding.UTF8.GetString(list.ReadAll()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : BusyboxApplets.Find(file.Content!.ReadAll());
}
