using Bothy.Engine.Assembly.Debian;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Reads the scripts of packages in installation order, lets the effects do what they call, and keeps what nothing covers.</summary>
internal sealed class MaintainerScripts(AssemblyState state, Distribution distribution)
{
    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "busybox"];

    private readonly Dictionary<string, IEffect> _byCommand = distribution.Effects
        .SelectMany(static effect => effect.Commands.Select(command => KeyValuePair.Create(command, effect)))
        .ToDictionary(StringComparer.Ordinal);

    private AssemblyState State => state;

    private readonly Dictionary<string, ShellNode> _parsed = new(StringComparer.Ordinal);
    private Dictionary<string, string?>? _answers;

    /// <summary>The scripts with commands that nothing covers, each with the first of them.</summary>
    public List<UncoveredScript> Uncovered { get; } = [];

    /// <summary>Reads the diversions that packages set up before they are unpacked; nothing else of their <c>preinst</c>.</summary>
    public void ReadDiversions()
    {
        foreach (var package in state.Packages)
        {
            if (package.Text("preinst") is { } script && script.Contains("dpkg-divert", StringComparison.Ordinal) && Parse(package, "preinst", script, report: false) is { } parsed)
            {
                var world = new World(this, package, Reach.Diversions);
                new ScriptReader(world, ["install"], Environment(package, "preinst"), static (_, _) => { }).Read(parsed);
            }
        }
    }

    /// <summary>Reads a script of <paramref name="package"/> as if it were run with <paramref name="arguments"/>; false where the package has none of that name.</summary>
    public bool Read(UnpackedPackage package, string name, params ReadOnlySpan<string?> arguments)
    {
        if (package.Text(name) is not { } script)
        {
            return false;
        }

        if (distribution.Effects.Any(effect => effect.Covers(package, name)) || Parse(package, name, script, report: true) is not { } parsed)
        {
            return true;
        }

        bool reported = false;
        var reader = new ScriptReader(new World(this, package, Reach.All), [.. arguments], Environment(package, name), (command, reason) =>
        {
            if (!reported)
            {
                Uncovered.Add(new UncoveredScript(package.Id, name.TrimStart('.'), command.Line, command.ToString(), reason));
                reported = true;
            }
        });
        reader.Read(parsed);
        return true;
    }

    /// <summary>Reads what a package's <c>config</c> script answers to debconf's questions.</summary>
    public void ReadConfiguration(UnpackedPackage package)
    {
        if (package.Text("config") is { } script && Parse(package, "config", script, report: false) is { } parsed)
        {
            var world = new World(this, package, Reach.Questions);
            new ScriptReader(world, ["configure", ""], Environment(package, "config"), static (_, _) => { }).Read(parsed);
        }
    }

    private ShellNode? Parse(UnpackedPackage package, string name, string script, bool report)
    {
        string first = script.Split('\n', 2)[0];
        string interpreter = first.StartsWith("#!", StringComparison.Ordinal) ? first[2..].Trim().Split(' ')[0] : "";
        if (!Shells.Contains(interpreter[(interpreter.LastIndexOf('/') + 1)..], StringComparer.Ordinal))
        {
            if (report)
            {
                Uncovered.Add(new UncoveredScript(package.Id, name.TrimStart('.'), 1, first, "the script is not a shell script"));
            }

            return null;
        }

        if (_parsed.TryGetValue(script, out var known))
        {
            return known;
        }

        try
        {
            return _parsed[script] = ShellParser.Parse(script);
        }
        catch (ShellSyntaxException failure)
        {
            if (report)
            {
                string line = script.Split('\n').ElementAtOrDefault(failure.Line - 1)?.Trim() ?? "";
                Uncovered.Add(new UncoveredScript(package.Id, name.TrimStart('.'), failure.Line, line, "the script cannot be read: " + failure.Message));
            }

            return null;
        }
    }

    private Dictionary<string, string> Environment(UnpackedPackage package, string name) => distribution.Environment(package, name, state);

    // debconf asks nobody here, so a question has its default, or what a package's config script sets.
    private Dictionary<string, string?> Answers()
    {
        if (_answers is not null)
        {
            return _answers;
        }

        _answers = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var package in state.Packages)
        {
            string question = "";
            foreach (string line in package.Lines("templates"))
            {
                if (line.StartsWith("Template:", StringComparison.Ordinal))
                {
                    question = line["Template:".Length..].Trim();
                    _answers[question] = "";
                }
                else if (line.StartsWith("Default:", StringComparison.Ordinal))
                {
                    _answers[question] = line["Default:".Length..].Trim();
                }
            }
        }

        return _answers;
    }

    private void Set(ScriptCommand command)
    {
        if (command.Words is [_, { } question, var answer, ..])
        {
            Answers()[question] = command.IsCertain ? answer : null;
        }
    }

    /// <summary>Which commands of a script are taken.</summary>
    private enum Reach
    {
        All,
        Diversions,
        Questions,
    }

    private sealed class World(MaintainerScripts scripts, UnpackedPackage package, Reach reach) : IScriptWorld
    {
        private AssemblyState State => scripts.State;

        public CommandOutcome Run(ScriptCommand call)
        {
            var command = State.RunsScriptsInRoot ? Unwrap(call) : call;
            if (command.Name == "db_set" && reach != Reach.Diversions)
            {
                scripts.Set(command);
                return CommandOutcome.Done;
            }

            if (reach == Reach.Questions || (reach == Reach.Diversions && command.Name != DiversionsEffect.Program))
            {
                return HarmlessCommandsEffect.IsHarmless(command.Name) ? new CommandOutcome(null, ScriptQueries.Status(command, State)) : CommandOutcome.Covered;
            }

            if (command.Name is "." or "source")
            {
                return ReadOther(command);
            }

            if (command.Name.StartsWith("db_", StringComparison.Ordinal))
            {
                return CommandOutcome.Covered;
            }

            return scripts._byCommand.TryGetValue(command.Name, out var effect) ? Run(effect, command)
                : CachesEffect.Covers(command, State) ? CommandOutcome.Covered
                : CommandOutcome.Refused("no effect stands in for it");
        }

        private CommandOutcome Run(IEffect effect, ScriptCommand command)
        {
            var outcome = effect.Run(command, package, State);
            if (outcome.Success == true)
            {
                State.NoteAsked(effect.Name, package.Name);
            }

            return outcome;
        }

        public string? Answer(ScriptCommand command) => ScriptQueries.Answer(command, State);

        public bool HasProgram(string name) =>
            (scripts._byCommand.TryGetValue(name, out var effect) && effect is not (HarmlessCommandsEffect or SystemdUnitsEffect or RunlevelsEffect))
            || (name.StartsWith('/') ? State.Find(name) : State.Find("/usr/bin/" + name) ?? State.Find("/usr/sbin/" + name) ?? State.Find("/bin/" + name) ?? State.Find("/sbin/" + name)) is not null;

        public bool? TestFile(string test, string path)
        {
            if (!path.StartsWith('/') && !State.RunsScriptsInRoot)
            {
                return null;
            }

            if (test is "-L" or "-h")
            {
                return State.Locate(path) is { } place && State.Tree.TryGet(place, out var link) && link.Kind == EntryKind.SymbolicLink;
            }

            var entry = State.Find(path);
            return test switch
            {
                "-e" or "-r" or "-w" => entry is not null || path is "/dev/null",
                "-x" => entry is not null ? (entry.Mode & 0b001_001_001) != 0 : IsProgramPath(path),
                "-f" => entry?.Kind == EntryKind.File,
                "-d" => entry?.Kind == EntryKind.Directory || path is "/proc" or "/sys" or "/dev",
                "-s" => entry is { Content.Length: > 0 } or { Kind: EntryKind.Directory },
                "-p" => entry?.Kind == EntryKind.Fifo,
                "-c" => entry?.Kind == EntryKind.CharacterDevice,
                "-b" => entry?.Kind == EntryKind.BlockDevice,
                "-u" => entry is not null && (entry.Mode & 0b100_000_000_000) != 0,
                _ => null,
            };
        }

        public IReadOnlyList<string> Match(string pattern)
        {
            int slash = pattern.LastIndexOf('/');
            if (slash <= 0 || PathPattern.HasWildcard(pattern.AsSpan(0, slash)) || State.Find(pattern[..slash]) is not { Kind: EntryKind.Directory } directory)
            {
                return [];
            }

            string name = pattern[(slash + 1)..];
            return [.. State.Tree.Entries
                .Where(entry => entry.Path.Parent == directory.Path && !entry.Path.Name.StartsWith('.') && PathPattern.Matches(name, entry.Path.Name, crossSlashes: true))
                .Select(entry => pattern[..(slash + 1)] + entry.Path.Name)];
        }

        public string? DefaultAnswer(string question) => scripts.Answers().GetValueOrDefault(question);

        // 'exec program' and 'busybox program' run the program.
        private static ScriptCommand Unwrap(ScriptCommand command)
        {
            while (command.Name is "exec" or "busybox" && command.Words is [_, { } program, ..] && !program.StartsWith('-'))
            {
                command = command with { Words = command.Words[1..] };
            }

            return command;
        }

        // The scripts that packages share only define functions for debconf and dpkg; anything else may do anything.
        private static CommandOutcome ReadOther(ScriptCommand command) =>
            command.Words is [_, "/usr/share/debconf/confmodule" or "/usr/share/dpkg/sh/dpkg-error.sh", ..]
                ? CommandOutcome.Done
                : CommandOutcome.Refused("it goes on in another script");

        private bool IsProgramPath(string path)
        {
            int slash = path.LastIndexOf('/');
            return slash >= 0 && path[..slash] is "/bin" or "/sbin" or "/usr/bin" or "/usr/sbin" && HasProgram(path[(slash + 1)..]);
        }
    }
}
