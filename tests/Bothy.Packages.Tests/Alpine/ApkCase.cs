using System.Text;
using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>One of apk-tools' solver cases: a command line, what it finds, and what it prints.</summary>
internal sealed class ApkCase
{
    private readonly List<(string? Tag, string File)> _repositories = [];
    private readonly List<string> _names = [];
    private readonly List<ApkDependency> _preupgrade = [];
    private readonly HashSet<string> _flags = new(StringComparer.Ordinal);
    private string? _installed;
    private string _world = "";
    private string? _virtual;

    public string Arguments { get; private set; } = "";

    public string Expected { get; private set; } = "";

    public static ApkCase Read(string file)
    {
        var result = new ApkCase();
        string text = File.ReadAllText(file);
        int expect = text.IndexOf("@EXPECT\n", StringComparison.Ordinal);
        result.Expected = text[(expect + "@EXPECT\n".Length)..];
        foreach (string[] words in text[..expect].Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            string Beside(string name) => Path.Combine(Path.GetDirectoryName(file)!, name);
            switch (words)
            {
                case ["@ARGS", .. var arguments]:
                    result.Arguments = string.Join(' ', arguments);
                    break;
                case ["@REPO", var tag, var name]:
                    result._repositories.Add((tag[1..], Beside(name)));
                    break;
                case ["@REPO", var name]:
                    result._repositories.Add((null, Beside(name)));
                    break;
                case ["@INSTALLED", var name]:
                    result._installed = Beside(name);
                    break;
                case ["@WORLD", .. var world]:
                    result._world = string.Join(' ', world);
                    break;
            }
        }

        return result;
    }

    /// <summary>Everything that our answer would make apk print.</summary>
    public string Run()
    {
        ReadArguments();
        byte[] installed = _installed is null ? [] : File.ReadAllBytes(_installed);
        var transaction = new ApkTransaction(
            _repositories.Select((repository, i) => ApkIndex.Read(File.ReadAllBytes(repository.File), new ApkIndexOrigin($"repository {i}", "x86_64", repository.Tag))),
            ApkIndex.ReadInstalled(installed, "x86_64"),
            ApkDependency.ParseAll(_world),
            "x86_64")
        {
            IsOffline = _flags.Contains("--no-network"),
        };
        try
        {
            return Plan(transaction) is { } plan ? Describe(plan) : "";
        }
        catch (FormatException)
        {
            return $"ERROR: '{_names[0]}' is not a valid world dependency, format is name(@tag)([<>~=]version)\n";
        }
        catch (BothyException) when (_virtual is not null)
        {
            return $"ERROR: {_virtual}: bad package specifier\n";
        }
    }

    private static string Describe(int steps, IEnumerable<ApkChange> changes) =>
        string.Concat(changes.Select((change, i) => $"({i + 1}/{steps}) {change}\n"));

    private void ReadArguments()
    {
        string[] words = Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "-t":
                    _virtual = words[++i];
                    break;
                case "--preupgrade-depends":
                    _preupgrade.Add(ApkDependency.Parse(words[++i]));
                    break;
                case ['-', ..] or "add" or "del" or "upgrade" or "fix":
                    _flags.Add(words[i]);
                    break;
                default:
                    _names.Add(words[i]);
                    break;
            }
        }
    }

    private ApkPlan? Plan(ApkTransaction transaction)
    {
        var none = CancellationToken.None;
        if (_flags.Contains("add"))
        {
            var dependencies = _names.Select(name => ApkDependency.Parse(name)).ToList();
            return _virtual is null ? transaction.Add(dependencies, none) : transaction.AddVirtual(ApkDependency.Parse(_virtual), dependencies, none);
        }

        if (_flags.Contains("del"))
        {
            return transaction.Delete(_names, none);
        }

        if (_flags.Contains("fix"))
        {
            var action = _flags.Contains("--upgrade") ? ApkPreference.Upgrade : ApkPreference.Reinstall;
            return transaction.Fix(_names, action | (_flags.Contains("--depends") ? ApkPreference.Inherit : default), none);
        }

        if (_flags.Contains("--self-upgrade-only") || _flags.Contains("--preupgrade-only"))
        {
            var plan = transaction.Preupgrade(_preupgrade.Count > 0 ? _preupgrade : [ApkDependency.Parse("apk-tools")], none);
            return plan.Changes.IsEmpty ? null : plan with { Warnings = ["Preupgrading:"] };
        }

        var preference = ApkPreference.Upgrade
            | (_flags.Contains("-a") ? ApkPreference.Available : default)
            | (_flags.Contains("--latest") ? ApkPreference.Latest : default);
        return _flags.Contains("--ignore") ? transaction.UpgradeAllBut(_names, preference, none)
            : _flags.Contains("--prune") ? transaction.UpgradeAndPrune(preference, none)
            : transaction.Upgrade(_names, preference, none);
    }

    private string Describe(ApkPlan plan)
    {
        var text = new StringBuilder();
        text.AppendJoin("", plan.Warnings.Select(warning => warning.EndsWith(':') ? warning + "\n" : $"WARNING: {warning}\n"));
        if (!plan.Problems.IsEmpty)
        {
            return text.Append("ERROR: unable to select packages:\n").AppendJoin('\n', plan.Problems).Append('\n').ToString();
        }

        long size = plan.Installed.Sum(package => package.InstalledSize);
        return text
            .Append(Describe(plan.Changes.Length, plan.Changes))
            .AppendJoin("", plan.Notes.Select(note => note + "\n"))
            .Append(_flags.Contains("-v")
                ? $"OK: {plan.Installed.Length} packages, 0 dirs, 0 files, {size} B\n"
                : $"OK: {size} B in {plan.Installed.Length} packages\n")
            .ToString();
    }
}
