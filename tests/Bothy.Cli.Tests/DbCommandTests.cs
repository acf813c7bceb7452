using System.Text;
using System.Text.Json;
using Bothy.Inspection.Advisories;

namespace Bothy.Cli.Tests;

public sealed class DbCommandTests : IDisposable
{
    private const string Main = """
        {"distroversion": "v3.19", "reponame": "main", "urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "packages": [{"pkg": {"name": "xen", "secfixes": {"4.7.0-r0": ["CVE-2016-6258 XSA-182"]}}}]}
        """;

    private const string Kev = """{"catalogVersion": "1", "dateReleased": "2026-02-20T12:00:00Z", "vulnerabilities": [{"cveID": "CVE-2016-6258", "dateAdded": "2026-02-01"}]}""";

    private readonly TemporaryDirectory _temporary = new();
    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Without_advisories_it_says_how_to_get_some()
    {
        var status = await RunAsync("status");

        Assert.Equal(ExitCode.Failed, status.ExitCode);
        Assert.Equal("error: cannot look up advisories: there are none on this machine\nhint:  Get them with 'bothy db update --for SET', such as alpine:3.20, debian or pypi; nothing is fetched before it is asked for.\n", status.Error);
        Assert.StartsWith("error: cannot update the advisories: nothing says which\n", (await RunAsync("update")).Error, StringComparison.Ordinal);
        Assert.StartsWith("error: cannot look up advisories", (await RunAsync("export", "x")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_imported_is_there()
    {
        File.WriteAllText(_temporary["main.json"], Main);
        File.WriteAllText(_temporary["kev.json"], Kev);

        var imported = await RunAsync("import", "main.json");
        Assert.Equal((0, "main.json: Alpine v3.19 main, 1 statements\n"), (imported.ExitCode, imported.Error));
        var both = await RunAsync("import", "kev.json", "-q");
        Assert.Equal((0, ""), (both.ExitCode, both.Error));

        Assert.Equal(
            $"""
            {both.Output.Trim()}: 452 B, of 2026-02-20, 9 days old
            before: {imported.Output.Trim()}

            SOURCE             DATE        STATEMENTS  FACTS  NOT READ  FROM
            Alpine v3.19 main  -                    1      0         0  main.json
            KEV                2026-02-20           0      1         0  kev.json

            PACKAGES OF  RELEASE  STATEMENTS
            Alpine       v3.19             1

            """.ReplaceLineEndings("\n"),
            (await RunAsync("status")).Output);

        using var json = JsonDocument.Parse((await RunAsync("status", "--format", "json")).Output);
        Assert.Equal((9, 2), (json.RootElement.GetProperty("ageInDays").GetInt32(), json.RootElement.GetProperty("sources").GetArrayLength()));

        // In the other order, and as one directory, it is the same.
        Directory.CreateDirectory(_temporary["both"]);
        File.WriteAllText(_temporary["both/kev.json"], Kev);
        File.WriteAllText(_temporary["both/main.json"], Main);
        File.WriteAllText(_temporary["both/README"], "Words.");
        var directory = await RunAsync("import", "both", "--only");
        Assert.Equal(both.Output, directory.Output);
        Assert.Contains("warning: both/README is passed over: it follows no format of advisories that is known\n", directory.Error, StringComparison.Ordinal);

        // The one before is still there, and can be pinned.
        Assert.StartsWith($"{imported.Output.Trim()}: ", (await RunAsync("status", "--db", imported.Output.Trim())).Output, StringComparison.Ordinal);
        Assert.StartsWith($"error: cannot use the advisories {Digest.Of([])}: they are not in the store\n", (await RunAsync("status", "--db", Digest.Of([]).ToString())).Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await RunAsync("status", "--db", "latest")).ExitCode);
    }

    [Fact]
    public async Task What_fails_leaves_everything_as_it_was()
    {
        File.WriteAllText(_temporary["main.json"], Main);
        string before = (await RunAsync("import", "main.json")).Output;
        File.WriteAllText(_temporary["cut.json"], Main[..^20]);
        File.WriteAllText(_temporary["text"], "text");

        foreach (string bad in new[] { "cut.json", "text", "missing" })
        {
            var failed = await RunAsync("import", "main.json", bad);
            Assert.Equal((ExitCode.Failed, ""), (failed.ExitCode, failed.Output));
            Assert.Contains($"error: cannot read {bad}: ", failed.Error, StringComparison.Ordinal);
            Assert.StartsWith(before.Trim(), (await RunAsync("status")).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_update_asks_only_for_what_changed()
    {
        using var server = new FakeHttpServer();
        server.Serve("/main.json", FakeResponse.Of(Encoding.UTF8.GetBytes(Main), ("ETag", "\"1\""), ("Last-Modified", "Sun, 01 Feb 2026 10:00:00 GMT")), FakeResponse.OfStatus(304));
        server.Serve("/kev.json", FakeResponse.Of(Encoding.UTF8.GetBytes(Kev), ("ETag", "\"2\"")));

        var first = await RunAsync("update", "--source", server["/main.json"].ToString(), "--source", $"{server["/kev.json"]}?secret=1");
        Assert.Equal((0, $"{server["/main.json"]}: Alpine v3.19 main, 1 statements\n{server["/kev.json"]}: KEV, facts about 1 vulnerabilities\n"), (first.ExitCode, first.Error));
        Assert.Contains("of 2026-03-01, 0 days old", (await RunAsync("status")).Output, StringComparison.Ordinal);

        // Ten days later nothing changed: the same snapshot, known to be of that day.
        _clock.Now += TimeSpan.FromDays(10);
        Assert.Contains("of 2026-03-01, 10 days old", (await RunAsync("status")).Output, StringComparison.Ordinal);
        var second = await RunAsync("update", "--format", "json");
        using (var json = JsonDocument.Parse(second.Output))
        {
            Assert.False(json.RootElement.GetProperty("isNew").GetBoolean());
            Assert.Equal(first.Output.Trim(), json.RootElement.GetProperty("digest").GetString());
            Assert.All(json.RootElement.GetProperty("sources").EnumerateArray(), source => Assert.Equal("unchanged", source.GetProperty("state").GetString()));
        }

        Assert.Contains("of 2026-03-11, 0 days old", (await RunAsync("status")).Output, StringComparison.Ordinal);
        var asked = server.Requests.Last(request => request.Target == "/main.json");
        Assert.Equal(("\"1\"", "Sun, 01 Feb 2026 10:00:00 GMT"), (asked["If-None-Match"], asked["If-Modified-Since"]));

        // What is newer takes the place of what was.
        server.Serve("/main.json", FakeResponse.Of(Encoding.UTF8.GetBytes(Main.Replace("4.7.0-r0", "4.8.0-r0", StringComparison.Ordinal)), ("ETag", "\"3\"")));
        var third = await RunAsync("update");
        Assert.NotEqual(first.Output, third.Output);
        using (var opened = new AdvisoryStore(new Store.ContentStore(_temporary["store"])).Open(null))
        {
            Assert.Equal("4.8.0-r0", Assert.Single(opened.Lookup.Find(AdvisorySpace.Alpine, "v3.19", "xen")).Ranges[0].Fixed);
            Assert.NotNull(opened.Lookup.FactsOf("CVE-2016-6258")?.KnownExploited);
        }

        // A server that fails, or has something else now, changes nothing.
        foreach (var answer in new[] { FakeResponse.OfStatus(404), FakeResponse.Of("<html>"u8.ToArray()) })
        {
            server.Serve("/main.json", answer);
            Assert.Equal(ExitCode.Failed, (await RunAsync("update")).ExitCode);
            Assert.StartsWith(third.Output.Trim(), (await RunAsync("status")).Output, StringComparison.Ordinal);
        }

        Assert.StartsWith("error: cannot fetch ", (await RunAsync("update", "--offline")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_said_and_made_anew()
    {
        using var server = new FakeHttpServer();
        server.Serve("/main.json", FakeResponse.Of(Encoding.UTF8.GetBytes(Main), ("ETag", "\"1\"")));
        var first = await RunAsync("update", "--source", server["/main.json"].ToString());
        string file = Directory.GetFiles(_temporary["store/results"]).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[20] ^= 1;
        File.WriteAllBytes(file, bytes);

        var status = await RunAsync("status");
        Assert.Equal(ExitCode.Failed, status.ExitCode);
        Assert.Contains($"the advisories-1 of {first.Output.Trim()} from the store: a part of it has another digest", status.Error, StringComparison.Ordinal);
        Assert.Contains("is no longer in the store", (await RunAsync("status")).Error, StringComparison.Ordinal);
        Assert.Equal(first.Output, (await RunAsync("update")).Output);
        Assert.Equal(ExitCode.Success, (await RunAsync("status")).ExitCode);
    }

    [Fact]
    public async Task Pruning_leaves_the_advisories()
    {
        File.WriteAllText(_temporary["main.json"], Main);
        File.WriteAllText(_temporary["kev.json"], Kev);
        string[] digests = [(await RunAsync("import", "main.json", "--only")).Output, (await RunAsync("import", "kev.json", "--only")).Output, (await RunAsync("import", "main.json")).Output];

        Assert.Equal(ExitCode.Success, (await RunAppAsync("store", "prune", "--keep", "0")).ExitCode);

        // The current one and the one before it; what was before that went.
        Assert.Equal(ExitCode.Failed, (await RunAsync("status", "--db", digests[0].Trim())).ExitCode);
        Assert.Equal(ExitCode.Success, (await RunAsync("status", "--db", digests[1].Trim())).ExitCode);
        Assert.StartsWith(digests[2].Trim(), (await RunAsync("status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_travels_as_a_file_and_through_a_registry()
    {
        using var registry = new TestRegistry();
        File.WriteAllText(_temporary["main.json"], Main);
        string digest = (await RunAsync("import", "main.json")).Output;
        string name = $"{registry.Host}/advisories:1";

        Assert.Equal(new Said(0, digest, ""), await RunAsync("export", "advisories.db"));
        var pushed = await RunAsync("push", name);
        Assert.Equal((0, ""), (pushed.ExitCode, pushed.Error));

        Assert.Equal(digest, (await InAsync("other", "import", "advisories.db")).Output);
        Assert.Equal(new Said(0, digest, ""), await InAsync("third", "pull", name));
        Assert.Equal(new Said(0, digest, ""), await InAsync("fourth", "pull", $"{registry.Host}/advisories@{pushed.Output.Trim()}"));
        Assert.Contains("Alpine v3.19 main", (await InAsync("third", "status")).Output, StringComparison.Ordinal);

        byte[] bytes = File.ReadAllBytes(_temporary["advisories.db"]);
        Assert.Equal(digest.Trim(), Digest.Of(bytes).ToString());
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(_temporary["advisories.db"], bytes);
        Assert.Contains("error: cannot read advisories.db: its bytes are not those that were written", (await InAsync("fifth", "import", "advisories.db")).Error, StringComparison.Ordinal);
        Assert.StartsWith($"error: cannot pull {registry.Host}/nothing:1: ", (await InAsync("fifth", "pull", $"{registry.Host}/nothing:1")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("debain", "cannot fetch advisories: there is no set 'debain' (did you mean 'debian'?)")]
    [InlineData("alpine", "cannot fetch advisories: 'alpine' does not say which release: want alpine:3.20 or alpine:edge")]
    [InlineData("alpine:next", "cannot fetch advisories: 'alpine:next' does not say which release")]
    public async Task A_set_has_to_be_one(string set, string problem)
    {
        var said = await RunAsync("update", "--for", $"kev,{set}");

        Assert.Equal(ExitCode.Usage, said.ExitCode);
        Assert.StartsWith($"error: {problem}", said.Error, StringComparison.Ordinal);
    }

    private Task<Said> RunAsync(params string[] args) => InAsync("store", args);

    private Task<Said> InAsync(string store, params string[] args) => RunAppAsync(store, ["db", .. args]);

    private Task<Said> RunAppAsync(params string[] args) => RunAppAsync("store", args);

    private Task<Said> RunAppAsync(string store, string[] args) => CommandLine.RunAsync(
        new Surroundings
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BOTHY_STORE"] = _temporary[store], ["HOME"] = _temporary.Path },
            MachineRoot = _temporary.Path,
            WorkingDirectory = _temporary.Path,
            Time = _clock,
        },
        args);
}
