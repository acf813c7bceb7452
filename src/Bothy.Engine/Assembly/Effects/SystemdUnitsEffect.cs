using System.Text;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Engine.Assembly.Scripts;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Effects;

/// <summary>
/// Units that packages enable where systemd is in the image (systemctl(1), deb-systemd-helper(1p)): the links that the unit's <c>[Install]</c> section asks for
/// (systemd.unit(5)), and an empty <c>machine-id</c>, which each container fills in for itself (machine-id(5)).
/// </summary>
internal sealed class SystemdUnitsEffect : IEffect
{
    private const int MostUnits = 64;
    private const int ReadOnly = 0b100_100_100;
    private const string Helper = "deb-systemd-helper";
    private const string MachineId = "systemd-machine-id-setup";
    private const string State = "var/lib/systemd/deb-systemd-helper-enabled/";

    private static readonly string[] Units = ["lib/systemd/system", "usr/lib/systemd/system"];
    private static readonly string[] UserUnits = ["usr/lib/systemd/user"];

    public string Name => "systemd-units";

    public IReadOnlyCollection<string> Commands { get; } = [Helper, "systemctl", MachineId];

    public CommandOutcome Run(ScriptCommand command, UnpackedPackage package, AssemblyState state)
    {
        if (!state.Has("systemd"))
        {
            // Without it nobody reads the links.
            return new CommandOutcome(null, ScriptQueries.Status(command, state));
        }

        if (command.Name == MachineId)
        {
            if (state.Find("/etc/machine-id") is null)
            {
                state.Write("etc/machine-id", FileContent.Empty, new Origin.Effect(Name), ReadOnly);
            }

            return CommandOutcome.Done;
        }

        string?[] words = [.. command.Words.Skip(1).Where(static word => word is null || !word.StartsWith('-'))];
        if (words is not [{ } verb, .. var units])
        {
            return CommandOutcome.Covered;
        }

        bool isHelper = command.Name == Helper;
        bool ofUser = command.Has("--user") || command.Has("--global");
        return verb switch
        {
            // Everything counts as enabled before it is there for the first time.
            "was-enabled" when isHelper => CommandOutcome.Done,
            "unmask" or "update-state" or "daemon-reload" or "daemon-reexec" => CommandOutcome.Done,
            "enable" or "preset" or "reenable" when units.All(static unit => unit is not null) => Enable(units!, ofUser, isHelper, state),
            "mask" when !isHelper && units.All(static unit => unit is not null) => Mask(units!, state),
            "enable" or "preset" or "reenable" or "mask" => CommandOutcome.Refused("the units are known only when the script runs"),
            _ => new CommandOutcome(null, ScriptQueries.Status(command, state)),
        };
    }

    private CommandOutcome Enable(IEnumerable<string> units, bool ofUser, bool isHelper, AssemblyState state)
    {
        var open = new Queue<string>(units);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool found = true;
        while (open.TryDequeue(out string? unit) && seen.Count < MostUnits)
        {
            if (!seen.Add(unit))
            {
                continue;
            }

            if (Find(unit, ofUser, state) is not { } file)
            {
                found = false;
                continue;
            }

            var install = Install(file.Content);
            foreach (string other in install["Also"])
            {
                open.Enqueue(other);
            }

            string name = unit.Contains("@.", StringComparison.Ordinal) && install["DefaultInstance"].FirstOrDefault() is { } instance
                ? unit.Replace("@.", $"@{instance}.", StringComparison.Ordinal)
                : unit;
            List<string> links =
            [
                .. install["WantedBy"].Select(target => $"{target}.wants/{name}"),
                .. install["RequiredBy"].Select(target => $"{target}.requires/{name}"),
                .. install["Alias"],
            ];
            Link(links, name, file.Target, ofUser, isHelper, state);
        }

        return found ? CommandOutcome.Done : CommandOutcome.Failed;
    }

    private void Link(List<string> links, string unit, string target, bool ofUser, bool isHelper, AssemblyState state)
    {
        var origin = new Origin.Effect(Name);
        string directory = ofUser ? "etc/systemd/user/" : "etc/systemd/system/";
        foreach (string link in links.Where(static link => TreePath.TryParse(link, null, out _)))
        {
            state.Link(directory + link, target, origin);
        }

        // What dpkg's helper remembers, so that it takes away the same links again.
        if (isHelper && state.WantsFullDatabase && links.Count > 0)
        {
            string place = ofUser ? State.Replace("-enabled", "-user-enabled", StringComparison.Ordinal) : State;
            state.Write($"{place}{unit}.dsh-also", FileContent.Of(string.Concat(links.Select(link => $"/{directory}{link}\n"))), origin);
            foreach (string link in links.Where(static link => TreePath.TryParse(link, null, out _)))
            {
                state.Write(place + link, FileContent.Empty, origin);
            }
        }
    }

    private CommandOutcome Mask(IEnumerable<string> units, AssemblyState state)
    {
        foreach (string unit in units.Where(static unit => TreePath.TryParse(unit, null, out _)))
        {
            state.Link("etc/systemd/system/" + unit, "/dev/null", new Origin.Effect(Name));
        }

        return CommandOutcome.Done;
    }

    // Links name a unit as its package ships it, which with a merged /usr is another name of the same place. An instance is of its template.
    private static (FileContent Content, string Target)? Find(string unit, bool ofUser, AssemblyState state)
    {
        int at = unit.IndexOf('@', StringComparison.Ordinal);
        string file = at >= 0 && unit.LastIndexOf('.') is var dot && dot > at ? unit[..(at + 1)] + unit[dot..] : unit;
        foreach (string directory in ofUser ? UserUnits : Units)
        {
            if (!TreePath.TryParse($"{directory}/{file}", null, out var path))
            {
                return null;
            }

            bool isShippedThere = state.Packages.Any(package => package.Contents.Tree.Contains(path)) || (state.Base is not null && directory.StartsWith("usr/", StringComparison.Ordinal));
            if (isShippedThere && state.Find(path.ToString()) is { Content: { } content })
            {
                return (content, path.ToString());
            }
        }

        return null;
    }

    private static ILookup<string, string> Install(FileContent unit)
    {
        var settings = new List<(string Key, string Value)>();
        bool isInstall = false;
        foreach (string line in Encoding.UTF8.GetString(unit.ReadAll()).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            isInstall = line.StartsWith('[') ? line == "[Install]" : isInstall;
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (isInstall && equals > 0 && line[0] is not ('#' or ';'))
            {
                settings.AddRange(line[(equals + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(value => (line[..equals].TrimEnd(), value)));
            }
        }

        return settings.ToLookup(static setting => setting.Key, static setting => setting.Value, StringComparer.Ordinal);
    }
}
