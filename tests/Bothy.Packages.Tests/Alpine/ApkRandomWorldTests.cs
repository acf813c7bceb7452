using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Solving;
using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>
/// Small random worlds beside the real apk. They are denser and more contradictory than any distribution, so that apk's walk often
/// fails or takes one of several ways by the order of its steps; the few that come out otherwise are printed and bounded in number.
/// </summary>
public sealed class ApkRandomWorldTests(ITestOutputHelper output)
{
    private const int Worlds = 300;
    private static readonly string[] Virtual = ["v", "so:q"];

    [RequiresFact(Needs.Data)]
    public void Chooses_what_apk_chooses()
    {
        using var apk = RealApk.Unpack();
        var script = new StringBuilder();
        var worlds = Enumerable.Range(0, Worlds).Select(RandomWorld).ToList();
        for (int i = 0; i < Worlds; i++)
        {
            WriteRoot(Path.Combine(apk.Root, "worlds", $"{i}"), $"/worlds/{i}", worlds[i].Packages, worlds[i].World);
            script.Append($"/sbin/apk --allow-untrusted --simulate --no-network --root /worlds/{i}/root add 2>&1; echo \"= $?\"\n");
        }

        string[] answers = apk.Run("/bin/sh", ["-s"], script.ToString()).Succeeded().Output.Split("\n= ")[..Worlds];
        int otherwise = 0;
        int solved = 0;
        for (int i = 0; i < Worlds; i++)
        {
            // The exit code of each command stands before the output of the next.
            string theirs = Installed(answers[i]);
            string ours = ApkWorld.Solve(worlds[i].Packages, worlds[i].World) is Resolution<ApkPackage>.Solved found
                ? string.Join(' ', found.Packages.Select(package => package.Package))
                : "refused";
            solved += theirs == "refused" ? 0 : 1;
            if (ours != theirs)
            {
                otherwise++;
                output.WriteLine($"{worlds[i].World}\napk {theirs}\nwe  {ours}\n{worlds[i].Packages}");
            }
        }

        output.WriteLine($"{solved} of {Worlds} have a solution; {otherwise} come out otherwise");
        Assert.InRange(solved, Worlds / 3, Worlds - (Worlds / 10));
        Assert.InRange(otherwise, 0, Worlds * 4 / 100);
    }

    // "(1/2) Installing b (2)" or "ERROR: unable to select packages:".
    private static string Installed(string answer) => answer.Contains("ERROR", StringComparison.Ordinal)
        ? "refused"
        : string.Join(' ', answer.Split('\n').Where(line => line.StartsWith('(')).Select(line => line.Split(' ')).Select(words => $"{words[2].Split('@')[0]}-{words[3].Trim('(', ')')}"));

    private static void WriteRoot(string directory, string inside, string packages, string world)
    {
        var repositories = ApkWorld.Repositories(packages);
        foreach (string place in new[] { "etc/apk/keys", "lib/apk/db", "var/cache/apk", "tmp" })
        {
            Directory.CreateDirectory(Path.Combine(directory, "root", place));
        }

        for (int i = 0; i < repositories.Count; i++)
        {
            string repository = Path.Combine(directory, $"{i}", "x86_64");
            Directory.CreateDirectory(repository);
            File.WriteAllText(Path.Combine(repository, "APKINDEX"), repositories[i].Text);
            Judge.Run("tar", ["-czf", "APKINDEX.tar.gz", "APKINDEX"], directory: repository).Succeeded();
        }

        string configuration = Path.Combine(directory, "root", "etc", "apk");
        File.WriteAllText(Path.Combine(configuration, "arch"), "x86_64\n");
        File.WriteAllText(Path.Combine(configuration, "world"), world.Replace(' ', '\n') + "\n");
        File.WriteAllText(
            Path.Combine(configuration, "repositories"),
            string.Concat(repositories.Select((repository, i) => $"{(repository.Tag is null ? "" : $"@{repository.Tag} ")}{inside}/{i}\n")));
        foreach (string file in new[] { "installed", "scripts.tar", "triggers" })
        {
            File.WriteAllText(Path.Combine(directory, "root", "lib", "apk", "db", file), "");
        }
    }

    private static (string Packages, string World) RandomWorld(int seed)
    {
        var random = new Random(seed);
        string[] names = [.. Enumerable.Range(0, random.Next(4, 9)).Select(i => ((char)('a' + i)).ToString())];
        string[] all = [.. names, .. Virtual];
        string Bound() => random.Next(10) < 3 ? new[] { "<", ">", "=", "<=", ">=", "~" }[random.Next(6)] + random.Next(1, 4) : "";
        var lines = new List<string>();
        foreach (string name in names)
        {
            foreach (int version in Enumerable.Range(1, 3).Where(_ => random.Next(2) == 0).DefaultIfEmpty(1))
            {
                string[] needs = [.. Enumerable.Range(0, random.Next(3)).Select(_ => all[random.Next(all.Length)]).Where(other => other != name).Distinct().Select(other => (random.Next(12) == 0 ? "!" : "") + other + Bound())];
                lines.Add($"{name} {version}"
                    + (needs.Length > 0 ? $" | D: {string.Join(' ', needs)}" : "")
                    + (random.Next(4) == 0 ? $" | p: {Virtual[random.Next(2)]}{(random.Next(2) == 0 ? $"={random.Next(1, 4)}" : "")} | k: {random.Next(3)}" : "")
                    + (random.Next(8) == 0 ? $" | i: {names[random.Next(names.Length)]} {names[random.Next(names.Length)]}" : ""));
            }
        }

        bool tagged = random.Next(4) == 0;
        if (tagged)
        {
            lines.Insert(random.Next(1, lines.Count), "@t");
        }

        string[] world = [.. names.OrderBy(_ => random.Next()).Take(random.Next(1, 4)).Select(name => name + (tagged && random.Next(3) == 0 ? "@t" : "") + (random.Next(6) == 0 ? Bound() : ""))];
        return (string.Join('\n', lines), string.Join(' ', world));
    }
}
