using System.Globalization;
using System.Text;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// The alternatives system (update-alternatives(1)): of the programs that offer themselves under one name the one with the
/// highest priority, its slaves with it.
/// </summary>
internal sealed class AlternativesEffect : IEffect
{
    private static readonly TreePath Record = TreePath.Parse("var/lib/dpkg/alternatives");

    private readonly SortedDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    public string Name => "alternatives";

    public IReadOnlyCollection<string> Commands { get; } = ["update-alternatives"];

    public void Prepare(AssemblyState state)
    {
        foreach (var entry in state.Base?.Original.Entries.Where(static entry => entry.Path.Parent == Record && entry.Content is not null) ?? [])
        {
            if (Group.TryParse(entry.Path.Name, Encoding.UTF8.GetString(entry.Content!.ReadAll())) is { } group)
            {
                _groups[group.Name] = group;
            }
        }
    }

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        var words = command.Words;
        int install = words.AsSpan().IndexOf("--install");
        if (install < 0)
        {
            return command.Has("--set") ? CommandOutcome.Refused("Bothy does not choose alternatives by hand") : CommandOutcome.Covered;
        }

        if (!command.IsLiteral || install + 4 >= words.Length || !int.TryParse(words[install + 4], CultureInfo.InvariantCulture, out int priority))
        {
            return CommandOutcome.Refused("the alternative is known only when the script runs");
        }

        // To offer an alternative twice, or one that could have been left out, harms nobody: a case that is not certain is taken.
        var (link, name, path) = (words[install + 1]!, words[install + 2]!, words[install + 3]!);
        if (state.Find(path) is null)
        {
            return CommandOutcome.Failed;
        }

        if (!_groups.TryGetValue(name, out var group))
        {
            _groups[name] = group = new Group(name, link) { IsFixed = IsChosenBelow(name, state) };
        }

        group.IsChanged = true;

        var choice = new Choice(path, priority);
        for (int i = install + 5; i + 3 < words.Length && words[i] == "--slave"; i += 4)
        {
            group.Slaves[words[i + 2]!] = words[i + 1]!;
            choice.Slaves[words[i + 2]!] = words[i + 3]!;
        }

        group.Choices.RemoveAll(other => other.Path == path);
        group.Choices.Add(choice);
        return CommandOutcome.Done;
    }

    public void Apply(AssemblyState state)
    {
        var origin = new Origin.Effect(Name);
        foreach (var group in _groups.Values)
        {
            group.IsChanged |= group.Choices.RemoveAll(choice => state.Find(choice.Path) is null) > 0;
            if (!group.IsChanged || group.Choices.Count == 0)
            {
                continue;
            }

            if (group.IsFixed && state.Find("/etc/alternatives/" + group.Name) is not null)
            {
                Remember(state, group, origin);
                continue;
            }

            group.IsFixed = false;
            var best = group.Choices.MaxBy(static choice => choice.Priority)!;
            Set(state, group.Link, group.Name, best.Path, origin);
            foreach (var (slave, path) in best.Slaves)
            {
                if (state.Find(path) is not null)
                {
                    Set(state, group.Slaves[slave], slave, path, origin);
                }
            }

            Remember(state, group, origin);
        }
    }

    // Without dpkg's own record nobody knows the priority of what an image to build on chose, so it stays.
    private static bool IsChosenBelow(string name, AssemblyState state) =>
        state.Base is not null && !state.WantsFullDatabase && state.Find("/etc/alternatives/" + name) is { } target && AssemblyState.IsOfBase(target);

    private static void Remember(AssemblyState state, Group group, Origin origin)
    {
        if (state.WantsFullDatabase)
        {
            state.Write($"{Record.Value}/{group.Name}", FileContent.Of(group.ToString()), origin);
        }
    }

    private static void Set(AssemblyState state, string link, string name, string path, Origin origin)
    {
        // A link that is not ours stays, as update-alternatives leaves files alone.
        if (state.Locate(link) is { } place && !state.LeavesOut(place) && !(state.Tree.TryGet(place, out var present) && present.Kind != EntryKind.SymbolicLink))
        {
            state.Link("etc/alternatives/" + name, path, origin);
            state.Put(TreeEntry.SymbolicLink(place, "/etc/alternatives/" + name, origin));
        }
    }

    private sealed record Choice(string Path, int Priority)
    {
        public SortedDictionary<string, string> Slaves { get; } = new(StringComparer.Ordinal);
    }

    private sealed record Group(string Name, string Link)
    {
        public SortedDictionary<string, string> Slaves { get; } = new(StringComparer.Ordinal);

        public List<Choice> Choices { get; } = [];

        /// <summary>Whether somebody chose by hand, or what is chosen cannot be weighed.</summary>
        public bool IsFixed { get; set; }

        /// <summary>Whether it is not as it is in the image to build on.</summary>
        public bool IsChanged { get; set; }

        /// <summary>Reads the state file; null where it is none.</summary>
        public static Group? TryParse(string name, string text)
        {
            string[] lines = text.Split('\n');
            if (lines is not [var mode, var link, ..] || mode is not ("auto" or "manual"))
            {
                return null;
            }

            var group = new Group(name, link) { IsFixed = mode == "manual" };
            var slaves = new List<string>();
            int at = 2;
            for (; at + 1 < lines.Length && lines[at].Length > 0; at += 2)
            {
                slaves.Add(lines[at]);
                group.Slaves[lines[at]] = lines[at + 1];
            }

            for (at++; at + 1 < lines.Length && lines[at].Length > 0; at += 2 + slaves.Count)
            {
                if (!int.TryParse(lines[at + 1], CultureInfo.InvariantCulture, out int priority))
                {
                    return null;
                }

                var choice = new Choice(lines[at], priority);
                foreach (var (slave, path) in slaves.Zip(lines.Skip(at + 2)).Where(static pair => pair.Second.Length > 0))
                {
                    choice.Slaves[slave] = path;
                }

                group.Choices.Add(choice);
            }

            return group;
        }

        /// <summary>The state file that update-alternatives keeps.</summary>
        public override string ToString()
        {
            var text = new StringBuilder(IsFixed ? "manual\n" : "auto\n").Append(Link).Append('\n');
            foreach (var (slave, link) in Slaves)
            {
                text.Append(slave).Append('\n').Append(link).Append('\n');
            }

            text.Append('\n');
            foreach (var choice in Choices.OrderBy(static choice => choice.Path, StringComparer.Ordinal))
            {
                text.Append(choice.Path).Append('\n').Append(CultureInfo.InvariantCulture, $"{choice.Priority}\n");
                foreach (string slave in Slaves.Keys)
                {
                    text.Append(choice.Slaves.GetValueOrDefault(slave, "")).Append('\n');
                }
            }

            return text.Append('\n').ToString();
        }
    }
}
