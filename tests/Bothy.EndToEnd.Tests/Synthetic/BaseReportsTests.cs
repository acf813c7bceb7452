using System.Text.Json.Nodes;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What the reports say of an image that is built on another: whose its files are, in which layer, and what of it the base has already.</summary>
public sealed class BaseReportsTests(BaseReportsTests.OnBase on) : IClassFixture<BaseReportsTests.OnBase>
{
    private const string Tracker = """
        {"libgreet": {"CVE-2026-0001": {"scope": "remote", "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "1.0-1"}, "fixed_version": "1.1-1", "urgency": "high"}}}},
         "hello": {"CVE-2026-0002": {"scope": "remote", "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "1.0-1"}, "fixed_version": "2.0-1", "urgency": "medium"}}}},
         "more": {"CVE-2026-0003": {"scope": "remote", "releases": {"bookworm": {"status": "open", "repositories": {"bookworm": "1.0-1"}, "urgency": "low"}}}}}
        """;

    [Fact]
    public async Task Inspect_counts_packages_of_both_and_what_the_layer_on_top_hides()
    {
        var said = await JsonAsync("inspect", "oci:out/image", "--beside", "oci:base", "--format", "json");

        Assert.Equal(["hello 2.0-1", "libgreet 1.0-1", "more 1.0-1"], [.. said["size"]!["packages"]!.AsArray().Select(package => $"{package!["name"]} {package["version"]}")]);
        Assert.Equal(2, said["size"]!["layers"]!.AsArray().Count);
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", said["distribution"]!.GetValue<string>());
        Assert.Equal(["/usr/bin/hello", "/var/lib/dpkg/status"], Hidden(said).Where(path => !path.StartsWith("/var/lib/dpkg/info/", StringComparison.Ordinal)));

        // All of the base is shared with it, and nothing else.
        long below = said["size"]!["layers"]![0]!["compressed"]!.GetValue<long>();
        Assert.Equal(below, said["shared"]!["registry"]!["shared"]!.GetValue<long>());
        Assert.Equal(said["size"]!["layers"]![0]!["unpacked"]!.GetValue<long>(), said["shared"]!["host"]!["shared"]!.GetValue<long>());
        Assert.Equal("CMD /usr/bin/hello interval=30s", Health(said["config"]!["healthCheck"]!));
    }

    [Fact]
    public async Task Tree_says_whose_a_file_is_and_which_layer_brought_changed_or_hid_it()
    {
        string packages = (await on.Workshop.RunAsync("tree", "oci:out/image", "/usr/**", "--by", "package")).Succeeded().Output;
        var layers = await JsonAsync("tree", "oci:out/image", "--diff-layers", "--format", "json");
        string text = layers.ToJsonString();

        Assert.Matches(@"(?s)hello 2\.0-1.*?/usr/bin/hello\b.*?libgreet 1\.0-1.*?/usr/share/greet/words.*?more 1\.0-1.*?/usr/bin/more", packages);
        Assert.DoesNotContain("/usr/bin/hello-1", packages, StringComparison.Ordinal);
        Assert.Contains("/usr/bin/hello-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_finds_what_the_build_found_whosever_file_it_is()
    {
        var built = await on.Workshop.BuildAsync("-o", "oci:out/checked");
        var found = (await JsonAsync("check", "oci:out/image", "--only", "linkage", "--format", "json"))["findings"]!.AsArray();

        Assert.Equal(3, built.Code);
        Assert.Contains("/usr/bin/hello (hello): its interpreter /bin/greet is not in the image, and the container starts it", built.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["error missing-interpreter /usr/bin/hello hello", "note missing-interpreter /usr/bin/more more"],
            found.Select(finding => $"{finding!["severity"]} {finding["kind"]} {finding["path"]} {finding["package"]}"));
    }

    [Fact]
    public async Task A_policy_holds_the_packages_and_files_of_the_base_too()
    {
        File.WriteAllText(on.Workshop["policy.yaml"], "packages: {forbid: [libgreet], require: [more]}\npaths: {forbid: [/usr/share/greet/*]}\n");

        var said = await on.Workshop.RunAsync("check", "oci:out/image", "--only", "policy", "--policy", "policy.yaml");

        Assert.Equal(3, said.Code);
        Assert.Contains("libgreet", said.Output, StringComparison.Ordinal);
        Assert.Contains("/usr/share/greet/words", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bill_has_the_packages_of_the_base_with_their_edges_and_is_the_same_beside_the_build_and_afterwards()
    {
        (await on.Workshop.RunAsync("build", "image.yaml", "--quiet", "--no-check", "--sbom-path", "bills")).Succeeded();
        string afterwards = (await on.Workshop.RunAsync("sbom", "oci:out/image")).Succeeded().Output;
        Assert.Equal(afterwards, File.ReadAllText(on.Workshop["bills/sbom-amd64.spdx.json"]) + "\n");

        var bill = JsonNode.Parse(afterwards)!;
        var names = bill["packages"]!.AsArray().ToDictionary(package => package!["SPDXID"]!.GetValue<string>(), package => package!["name"]!.GetValue<string>());
        string[] edges = [.. bill["relationships"]!.AsArray()
            .Where(edge => edge!["relationshipType"]!.GetValue<string>() == "DEPENDS_ON")
            .Select(edge => $"{names[edge!["spdxElementId"]!.GetValue<string>()]} {names[edge["relatedSpdxElement"]!.GetValue<string>()]}".Replace(bill["name"]!.GetValue<string>(), "image", StringComparison.Ordinal))];

        Assert.Contains("from the lock", bill["comment"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(["hello libgreet", "image hello", "image libgreet", "image more", "more libgreet"], edges.Order(StringComparer.Ordinal));
        Assert.Contains("\"fileName\":\"./usr/share/greet/words\"", JsonNode.Parse(afterwards)!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_scan_judges_what_is_there_whoever_brought_it_and_the_lock_says_the_same()
    {
        File.WriteAllText(on.Workshop["tracker.json"], Tracker);
        Assert.Equal(0, (await on.Workshop.RunAsync("db", "import", "tracker.json")).Code);

        foreach (string what in new[] { "oci:out/image", "image.lock.json" })
        {
            var said = await JsonAsync("scan", what, "--format", "json");
            Assert.Equal(["CVE-2026-0001 libgreet 1.0-1", "CVE-2026-0003 more 1.0-1"], said["vulnerabilities"]!.AsArray().Select(one => $"{one!["id"]} {one["source"]} {one["sourceVersion"]}"));
        }

        // The version that takes the place of the base's takes its vulnerability away.
        var compared = await JsonAsync("compare", "oci:base", "oci:out/image", "--format", "json");
        Assert.Equal(["CVE-2026-0002"], compared["differences"]![0]!["vulnerabilities"]!["gone"]!.AsArray().Select(one => one!["id"]!.GetValue<string>()));
        var why = (await on.Workshop.RunAsync("why", "oci:out/image", "CVE-2026-0001")).Succeeded();
        Assert.Contains("libgreet 1.0-1 is affected; fixed in 1.1-1", why.Output, StringComparison.Ordinal);
        Assert.Contains("in the image that it is built on, oci:base", why.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_shows_what_was_laid_over_the_base_and_that_the_rest_is_shared()
    {
        var said = await JsonAsync("compare", "oci:base", "oci:out/image", "--format", "json");
        var difference = said["differences"]![0]!;

        Assert.Equal(1, difference["sharedLayers"]!.GetValue<int>());
        Assert.Equal(["hello newer 1.0-1 2.0-1", "more added  1.0-1"], difference["packages"]!.AsArray().Select(one => $"{one!["name"]} {one["change"]} {one["before"]} {one["after"]}"));
        Assert.Equal(
            ["/usr/bin/hello content", "/usr/bin/hello-1 removed", "/usr/bin/hello-2 added", "/usr/bin/more added"],
            difference["files"]!.AsArray().Where(one => one!["path"]!.GetValue<string>().StartsWith("/usr/", StringComparison.Ordinal)).Select(one => $"{one!["path"]} {string.Join(' ', one["change"] is JsonArray words ? words.Select(word => word!.GetValue<string>()) : [one["change"]!.GetValue<string>()])}"));
        Assert.Equal(["Labels.own"], said["config"]!.AsArray().Select(one => one!["field"]!.GetValue<string>()));
        Assert.Contains("Healthcheck", (await JsonAsync("compare", "oci:plain", "oci:base", "--format", "json"))["config"]!.ToJsonString(), StringComparison.Ordinal);
    }

    private static string[] Hidden(JsonNode said) => [.. said["size"]!["hiddenFiles"]!.AsArray().Select(file => file!["path"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

    private static string Health(JsonNode check) => $"{string.Join(' ', check["test"]!.AsArray().Select(word => word!.GetValue<string>()))} interval={check["interval"]!.GetValue<long>() / 1_000_000_000}s";

    private async Task<JsonNode> JsonAsync(params string[] line)
    {
        var said = await on.Workshop.RunAsync(line);
        Assert.True(said.Output.Length > 0, said.Error);
        return JsonNode.Parse(said.Output)!;
    }

    /// <summary>An image on a base whose <c>hello</c> it has a later version of, built and locked once for all tests.</summary>
    public sealed class OnBase : IAsyncLifetime
    {
        internal Workshop Workshop { get; } = new();

        public async Task InitializeAsync()
        {
            Workshop.WriteMore();
            Workshop.WriteImage("hello", "  database: dpkg\nentrypoint: {command: /usr/bin/hello}\nos-release: {id: debian, version-id: '12', version-codename: bookworm, pretty-name: Debian GNU/Linux 12 (bookworm)}\n");
            (await Workshop.RunAsync("build", "image.yaml", "--no-check", "--quiet", "-o", "oci:base", "-o", "oci:plain")).Succeeded();
            BaseWorkshop.EditConfig(Workshop["base"], static config => config["Healthcheck"] = JsonNode.Parse("""{"Test": ["CMD", "/usr/bin/hello"], "Interval": 30000000000}"""));
            Workshop.WriteMore(hello: "2.0-1");
            Workshop.WriteOver("hello=2.0-1, more", "labels: {own: yes}\n");
            (await Workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
            (await Workshop.BuildAsync("--no-check")).Succeeded();
        }

        public Task DisposeAsync()
        {
            Workshop.Dispose();
            return Task.CompletedTask;
        }
    }
}
