using System.Text;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// Directories, links and files of packages' tmpfiles.d(5) files that would be made when the package is installed: types
/// <c>d</c>, <c>D</c>, <c>L</c> and <c>f</c> with literal paths. Lines for the start of a machine stay out.
/// </summary>
internal sealed class TemporaryFilesEffect : IEffect
{
    private static readonly TreePath Directory = TreePath.Parse("usr/lib/tmpfiles.d");

    public string Name => "tmpfiles";

    public IReadOnlyCollection<string> Commands { get; } = ["systemd-tmpfiles"];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state) =>
        command.Words.OfType<string>().Any(static word => word.StartsWith("--remove", StringComparison.Ordinal) || word.StartsWith("--clean", StringComparison.Ordinal))
            ? CommandOutcome.Refused("Bothy only makes files of tmpfiles.d")
            : CommandOutcome.Done;

    public void Apply(AssemblyState state)
    {
        foreach (var entry in state.Tree.Entries.Where(static entry => entry.Path.Parent == Directory && entry.Content is not null && !AssemblyState.IsOfBase(entry)).ToList())
        {
            foreach (string line in Encoding.UTF8.GetString(entry.Content!.ReadAll()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                string[] fields = line.Split([' ', '\t'], 7, StringSplitOptions.RemoveEmptyEntries);
                if (!line.StartsWith('#') && fields.Length >= 2 && !fields[0].Contains('!', StringComparison.Ordinal))
                {
                    Make(fields, state);
                }
            }
        }
    }

    private void Make(string[] fields, AssemblyState state)
    {
        string type = fields[0].TrimEnd('+', '-', '=', '~', '^', '$');
        if (fields[1].Contains('%', StringComparison.Ordinal) || state.Locate(fields[1]) is not { IsRoot: false } place || state.Tree.Contains(place) || state.LeavesOut(place))
        {
            return;
        }

        var origin = new Origin.Effect(Name);
        string argument = fields.Length > 6 ? fields[6] : "";
        int mode = ScriptReader.ParseMode(Field(fields, 2).TrimStart('~', ':')) ?? (type == "f" ? TreeEntry.DefaultFileMode : TreeEntry.DefaultDirectoryMode);
        TreeEntry? made = type switch
        {
            "d" or "D" => TreeEntry.Directory(place, origin, mode),
            "L" when !argument.Contains('%', StringComparison.Ordinal) => TreeEntry.SymbolicLink(place, argument.Length > 0 ? argument : "/usr/share/factory" + fields[1], origin),
            "f" when !argument.Contains('%', StringComparison.Ordinal) && !argument.Contains('\\', StringComparison.Ordinal) => TreeEntry.File(place, FileContent.Of(argument), origin, mode),
            _ => null,
        };
        if (made is not null)
        {
            state.Put(made with
            {
                UserId = state.Accounts.ResolveUser(Field(fields, 3)) ?? 0,
                GroupId = state.Accounts.ResolveGroup(Field(fields, 4)) ?? 0,
            });
        }
    }

    private static string Field(string[] fields, int index) => index < fields.Length ? fields[index] : "-";
}
