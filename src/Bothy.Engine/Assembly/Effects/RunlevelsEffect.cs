using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>Services that packages put into OpenRC's runlevels (rc-update(8)).</summary>
internal sealed class RunlevelsEffect : IEffect
{
    private const string DefaultLevel = "default";

    public string Name => "runlevels";

    public IReadOnlyCollection<string> Commands { get; } = ["rc-update"];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (!state.Has("openrc"))
        {
            return CommandOutcome.Failed;
        }

        if (!command.IsLiteral)
        {
            return CommandOutcome.Refused("the service is known only when the script runs");
        }

        string[] words = [.. command.Words.Skip(1).Select(static word => word!).Where(static word => !word.StartsWith('-'))];
        if (words is not [var verb, var service, .. var levels])
        {
            return words is [] or ["show"] ? CommandOutcome.Covered : CommandOutcome.Refused("Bothy adds services to runlevels and removes them, and nothing else");
        }

        levels = levels.Length == 0 ? [DefaultLevel] : levels;
        if (levels.Append(service).Any(static name => !TreePath.TryParse(name, null, out var path) || path.IsRoot || path.Value != path.Name))
        {
            return CommandOutcome.Failed;
        }

        switch (verb)
        {
            case "add" when state.Find("/etc/init.d/" + service) is null:
                return CommandOutcome.Failed;
            case "add":
                foreach (string level in levels)
                {
                    state.Link($"etc/runlevels/{level}/{service}", "/etc/init.d/" + service, new Origin.Effect(Name));
                }

                return CommandOutcome.Done;
            case "del" or "delete":
                foreach (string level in levels)
                {
                    state.Tree.Remove(TreePath.Parse($"etc/runlevels/{level}/{service}"));
                }

                return CommandOutcome.Done;
            default:
                return CommandOutcome.Refused("Bothy adds services to runlevels and removes them, and nothing else");
        }
    }
}
