using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>Diversions (dpkg-divert(1)) with literal arguments; a <c>preinst</c>'s are known before packages are laid over each other.</summary>
internal sealed class DiversionsEffect : IEffect
{
    public const string Program = "dpkg-divert";

    public string Name => "diversions";

    public IReadOnlyCollection<string> Commands { get; } = [Program];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        var call = new Arguments(command);
        if (call.Removes)
        {
            if (command.IsCertain && state.Locate(call.From) is { } gone)
            {
                state.Diversions.Remove(gone);
            }

            return CommandOutcome.Done;
        }

        if (call.Asks)
        {
            return CommandOutcome.Covered;
        }

        if (!command.IsLiteral || state.Locate(call.From) is not { } from || state.Locate(call.To ?? call.From + ".distrib") is not { } to)
        {
            return CommandOutcome.Refused("the diversion is known only when the script runs");
        }

        if (!command.IsCertain)
        {
            return CommandOutcome.Refused("whether it diverts is known only when the script runs");
        }

        if (state.Diversions.Find(from) is null)
        {
            string owner = call.Package ?? package.Name;
            state.Diversions.Add(from, to, owner);
            if (call.Renames && state.Tree.TryGet(from, out var entry) && entry.Kind != EntryKind.Directory
                && !(entry.Origin is Origin.Package shipper && shipper.Name == owner))
            {
                state.Tree.Remove(from);
                state.Put(entry with { Path = to });
            }
        }

        return CommandOutcome.Done;
    }

    private sealed class Arguments
    {
        public Arguments(ScriptCommand command)
        {
            var words = command.Arguments;
            for (int i = 0; i < words.Length; i++)
            {
                switch (words[i])
                {
                    case "--package" when i + 1 < words.Length:
                        Package = words[++i];
                        break;
                    case "--divert" when i + 1 < words.Length:
                        To = words[++i];
                        break;
                    case "--admindir" or "--instdir" or "--root" when i + 1 < words.Length:
                        i++;
                        break;
                    case "--rename":
                        Renames = true;
                        break;
                    case "--remove":
                        Removes = true;
                        break;
                    case "--list" or "--listpackage" or "--truename":
                        Asks = true;
                        break;
                    case { } word when !word.StartsWith('-'):
                        From = word;
                        break;
                }
            }
        }

        public string? From { get; }

        public string? To { get; }

        public string? Package { get; }

        public bool Renames { get; }

        public bool Removes { get; }

        public bool Asks { get; }
    }
}
