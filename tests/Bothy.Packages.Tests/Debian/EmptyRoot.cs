using System.Globalization;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

/// <summary>apt in a root in which nothing is installed, to compare with.</summary>
internal sealed class EmptyRoot : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _environment;

    private EmptyRoot(string sources, string lists)
    {
        foreach (string directory in new[] { "lists/partial", "cache/archives/partial", "none" })
        {
            Directory.CreateDirectory(Path.Combine(_directory.Path, directory));
        }

        File.WriteAllText(Path.Combine(_directory.Path, "status"), "");
        string configuration = Path.Combine(_directory.Path, "apt.conf");
        File.WriteAllText(configuration, $$"""
            Dir::State "{{_directory.Path}}";
            Dir::State::status "{{_directory.Path}}/status";
            Dir::State::lists "{{(lists.Length > 0 ? lists : _directory.Path + "/lists")}}";
            Dir::Cache "{{_directory.Path}}/cache";
            Dir::Etc::main "none";
            Dir::Etc::parts "{{_directory.Path}}/none";
            Dir::Etc::preferences "{{_directory.Path}}/none/preferences";
            Dir::Etc::preferencesparts "{{_directory.Path}}/none";
            {{sources}}
            APT::Install-Recommends "0";
            APT::Architecture "amd64";
            APT::Architectures { "amd64"; };
            APT::Sandbox::User "root";
            Acquire::Languages "none";
            """);
        _environment = new Dictionary<string, string> { ["APT_CONFIG"] = configuration };
    }

    /// <summary>With the machine's own sources, and its lists where it has them.</summary>
    public static EmptyRoot OfTheMachine()
    {
        const string lists = "/var/lib/apt/lists";
        bool fetched = Directory.Exists(lists) && Directory.EnumerateFiles(lists, "*_Packages*").Any();
        var root = new EmptyRoot("", fetched ? lists : "");
        if (!fetched)
        {
            root.Apt("apt-get", "-qq", "update").Succeeded();
        }

        return root;
    }

    /// <summary>With one source that has <paramref name="packages"/>, the text of a Packages file.</summary>
    public static EmptyRoot Of(string packages)
    {
        var archive = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(archive.Path, "Packages"), packages);
        string list = Path.Combine(archive.Path, "sources.list");
        File.WriteAllText(list, $"deb [trusted=yes] file:{archive.Path} ./\n");
        var root = new EmptyRoot($"Dir::Etc::sourcelist \"{list}\"; Dir::Etc::sourceparts \"{archive.Path}/none\";", "") { Archive = archive };
        root.Apt("apt-get", "-qq", "update").Succeeded();
        return root;
    }

    private TemporaryDirectory? Archive { get; init; }

    /// <summary>The indexes of its sources, in their order.</summary>
    public IReadOnlyList<DebianIndex> Indexes()
    {
        var indexes = new List<DebianIndex>();
        string targets = Apt("apt-get", "indextargets", "--format", "$(FILENAME)|$(CODENAME)|$(SUITE)", "Created-By: Packages").Succeeded().Output;
        foreach (string[] target in targets.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|')))
        {
            byte[] text = Apt("/usr/lib/apt/apt-helper", "cat-file", target[0]).Succeeded().OutputBytes;
            using var stream = new MemoryStream(text);
            indexes.Add(DebianIndex.ReadAsync(stream, Origin(target[1], target[2]), CancellationToken.None).Result);
        }

        return indexes;
    }

    /// <summary>What apt would install for <paramref name="requests"/>, as <c>name version</c>, or why it would not.</summary>
    public AptAnswer Install(IEnumerable<string> requests)
    {
        var result = Apt("apt-get", ["install", "--simulate", "-qq", .. requests]);
        return result.ExitCode != 0 ? new AptAnswer(null, result.Error) : new AptAnswer(Installed(result.Output), "");
    }

    private static HashSet<string> Installed(string output) =>
        output.Split('\n')
            .Where(line => line.StartsWith("Inst ", StringComparison.Ordinal))
            .Select(line => line.Split(' '))
            .Select(words => string.Create(CultureInfo.InvariantCulture, $"{words[1]} {words[2].TrimStart('(')}"))
            .ToHashSet(StringComparer.Ordinal);

    public void Dispose()
    {
        _directory.Dispose();
        Archive?.Dispose();
    }

    private static DebianIndexOrigin Origin(string codename, string suite) =>
        new() { Archive = new Uri("http://mirror.example/debian/"), Codename = codename, Suite = suite, Component = "main", Architecture = "amd64" };

    private JudgeResult Apt(string program, params string[] arguments) => Judge.Run(program, arguments, environment: _environment);
}

/// <summary>What apt chose, or what it complained about.</summary>
internal sealed record AptAnswer(IReadOnlySet<string>? Packages, string Error)
{
    // What apt says when it has chosen and then finds no order in which to configure.
    private static readonly string[] OrderProblems = ["MaxLoopCount", "Could not configure", "Couldn't configure", "Conf Broken"];

    /// <summary>Whether apt had chosen packages and then found no order for them.</summary>
    public bool LacksAnOrder => OrderProblems.Any(problem => Error.Contains(problem, StringComparison.Ordinal));
}
