using System.Text.Json;
using Bothy.Engine.Locking;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Images of slices, from a small archive.</summary>
public sealed class SlicesTests : IDisposable
{
    private const string Greet = "  words:\n    contents:\n      /usr/share/greet/words:\n";
    private const string Hello = "  bins:\n    essential:\n      libgreet_words:\n    contents:\n      /usr/bin/hello:\n  made:\n    contents:\n      /etc/made: {text: made}\n";

    private readonly Workshop _workshop = new();

    public SlicesTests()
    {
        _workshop.WriteArchive(Workshop.Hello().File("usr/bin/other", "#!/bin/greet\n").Control("md5sums", "f0289be7c322fb8e0c77221a244c994d  usr/bin/hello\nf0289be7c322fb8e0c77221a244c994d  usr/bin/other\n"));
        Directory.CreateDirectory(_workshop["defs/slices"]);
        File.WriteAllText(
            _workshop["defs/chisel.yaml"],
            "format: v3\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {debian: {version: \"12\", suites: [bookworm], components: [main]}}\n");
        Define("hello", Hello);
        Define("libgreet", Greet);
        WriteImage("hello_bins");
    }

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task An_image_has_the_slices_asked_for_and_what_they_need()
    {
        (await _workshop.BuildAsync()).Succeeded();

        var tree = (await _workshop.RunAsync("tree", Layout, "--by", "package")).Succeeded().Output;

        Assert.Contains("hello 1.0-1 (amd64), in part (hello_bins): 1 file", tree, StringComparison.Ordinal);
        Assert.Contains("/usr/share/greet/words", tree, StringComparison.Ordinal);
        Assert.DoesNotContain("other", tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Solve_and_the_lock_say_the_slices_and_why_each()
    {
        Assert.Equal(
            """[{"name":"libgreet","slices":["libgreet_words"],"why":["hello_bins needs libgreet_words"]},{"name":"hello","slices":["hello_bins"],"why":["requested as hello_bins"]}]""",
            Short((await _workshop.RunAsync("solve", "image.yaml", "--format", "json", "--quiet")).Succeeded().Output));

        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        var read = LockFiles.Parse("image.lock.json", File.ReadAllBytes(_workshop["image.lock.json"]));
        Assert.NotNull(read.Slices);
        Assert.Equal((await _workshop.BuildAsync()).Succeeded(), (await _workshop.BuildAsync("--locked", "--offline")).Succeeded());
    }

    [Fact]
    public async Task Changed_definitions_make_the_lock_stale_and_the_image_anew()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        string before = (await _workshop.BuildAsync("--locked")).Succeeded().Output;
        Define("hello", Hello.Replace("/usr/bin/hello:", "/usr/bin/hello:\n      /usr/bin/other:", StringComparison.Ordinal));

        var stale = await _workshop.BuildAsync("--locked");
        Assert.Equal((1, "cannot build image.yaml from image.lock.json: it is stale:\n  the slice definitions in 'defs' changed"), (stale.Code, stale.Message));
        Assert.NotEqual(before, (await _workshop.BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_whole_package_wins_over_its_slices()
    {
        WriteImage("hello_made, hello_bins, hello");

        (await _workshop.BuildAsync()).Succeeded();

        string tree = (await _workshop.RunAsync("tree", Layout, "--by", "package")).Succeeded().Output;
        Assert.Contains("hello 1.0-1 (amd64): 2 files", tree, StringComparison.Ordinal);
        Assert.Contains("/usr/share/greet/words", tree, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/made", tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slices_stand_beside_whole_packages_with_what_those_depend_on()
    {
        WriteImage("hello_made, hello_bins, libgreet");

        Assert.Equal(
            """[{"name":"hello","slices":["hello_bins","hello_made"],"why":["requested as hello_made","requested as hello_bins"]},{"name":"libgreet","why":["requested as libgreet","hello_bins needs libgreet_words"]}]""",
            Short((await _workshop.RunAsync("solve", "image.yaml", "--format", "json", "--quiet")).Succeeded().Output));
        (await _workshop.BuildAsync()).Succeeded();
    }

    [Fact]
    public async Task On_another_image_what_that_has_whole_is_not_cut_again()
    {
        _workshop.WriteImage("libgreet");
        await BuildBaseAsync();
        WriteImage("hello_bins", "  base: oci:base\n");

        Assert.Equal(
            """[{"name":"hello","slices":["hello_bins"],"why":["requested as hello_bins"]}]""",
            Short((await _workshop.RunAsync("solve", "image.yaml", "--format", "json", "--quiet")).Succeeded().Output));
        (await _workshop.BuildAsync()).Succeeded();
        string tree = (await _workshop.RunAsync("tree", Layout, "--by", "package")).Succeeded().Output;
        Assert.Contains("in part (hello_bins)", tree, StringComparison.Ordinal);
        Assert.Contains("/usr/share/greet/words", tree, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_image_has_in_part_gets_no_other_slices_and_is_no_whole_package()
    {
        await BuildBaseAsync();
        WriteImage("hello_made", "  base: oci:base\n");

        var refused = await _workshop.BuildAsync();
        Assert.Equal((1, "cannot add hello_made, asked for: the image to build on has other slices of hello"), (refused.Code, refused.Message));

        WriteImage("hello", "  base: oci:base\n");
        (await _workshop.BuildAsync()).Succeeded();
        Assert.Contains("hello 1.0-1 (amd64): 2 files", (await _workshop.RunAsync("tree", Layout, "--by", "package")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_shows_the_slices_on_the_way()
    {
        (await _workshop.BuildAsync()).Succeeded();

        string of = (await _workshop.RunAsync("why", Layout, "libgreet")).Succeeded().Output;
        Assert.Contains("  in part: libgreet_words\n", of, StringComparison.Ordinal);
        Assert.Contains("asked for as 'hello_bins' by the image file", of, StringComparison.Ordinal);
        Assert.Contains("hello → libgreet", of, StringComparison.Ordinal);
        Assert.Contains("hello_bins needs libgreet_words", of, StringComparison.Ordinal);
        Assert.Contains("solved again without it: ", of, StringComparison.Ordinal);

        WriteImage("hello_made");
        (await _workshop.BuildAsync()).Succeeded();
        Assert.Contains("made by the slice hello_made", (await _workshop.RunAsync("why", Layout, "/etc/made")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("hello_made", (await _workshop.RunAsync("why", "image.yaml", "hello")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bills_say_which_slices()
    {
        (await _workshop.BuildAsync()).Succeeded();

        Assert.Contains("{\"name\":\"bothy:slices\",\"value\":\"hello_bins\"}", Compact((await _workshop.RunAsync("sbom", Layout, "--format", "cyclonedx")).Succeeded().Output), StringComparison.Ordinal);
        Assert.Contains("in part, the slices hello_bins", (await _workshop.RunAsync("sbom", Layout, "--format", "spdx")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_attached_has_the_definitions_with_it()
    {
        string digest = (await _workshop.BuildAsync("--attach")).Succeeded().Output;
        _workshop.Set("BOTHY_STORE", _workshop["other-store"]);
        Directory.Delete(_workshop["defs"], recursive: true);
        File.Delete(_workshop["image.yaml"]);

        var again = await _workshop.RunAsync("build", "--from", Layout, "--verify", "--quiet");

        Assert.Equal((0, digest), (again.Code, again.Output));
    }

    [Theory]
    [InlineData("hello_binz", "'bins'")] // a near name
    [InlineData("helo_bins", "helo")]
    [InlineData("hello_BINS", "cannot ask for 'hello_BINS' (image.yaml:4:14): it is not the name of a slice")]
    public async Task A_slice_that_is_not_there_is_named(string request, string said)
    {
        WriteImage(request);

        var refused = await _workshop.BuildAsync();

        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Contains(said, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slice_of_a_package_that_the_repositories_do_not_have_is_named_with_who_asked()
    {
        Define("hullo", "  bins:\n    contents:\n      /usr/bin/hullo:\n");
        Define("hello", Hello.Replace("libgreet_words", "hullo_bins", StringComparison.Ordinal));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot cut hullo_bins, needed by hello_bins: there is no package 'hullo' in bookworm",
            "The repositories have 'hello': are the slices of another release?");
    }

    [Fact]
    public async Task A_package_that_a_slice_is_of_cannot_be_omitted()
    {
        WriteImage("hello_bins", "  omit: [libgreet]\n");

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot omit package 'libgreet' (image.yaml:6:10): its slice libgreet_words is needed by hello_bins",
            "Remove 'libgreet' from omit, or do not ask for hello_bins.");
    }

    [Fact]
    public async Task Two_slices_that_conflict_are_refused_by_name()
    {
        Define("libgreet", Greet + "      /etc/made: {text: other}\n");
        WriteImage("hello_made, libgreet_words");

        var refused = await _workshop.BuildAsync();

        Assert.Equal(1, refused.Code);
        Assert.Contains("/etc/made", refused.Message, StringComparison.Ordinal);
        Assert.Contains("hello_made", refused.Message, StringComparison.Ordinal);
        Assert.Contains("libgreet_words", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_the_package_does_not_have_is_refused_with_its_place()
    {
        Define("hello", Hello.Replace("/usr/bin/hello", "/usr/bin/gone", StringComparison.Ordinal));

        var refused = await _workshop.BuildAsync();

        Assert.Equal(1, refused.Code);
        Assert.Contains("defs/slices/hello.yaml:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("/usr/bin/gone", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_that_are_not_there_are_refused()
    {
        Directory.Delete(_workshop["defs"], recursive: true);

        var refused = await _workshop.BuildAsync();

        Assert.Equal(1, refused.Code);
        Assert.Contains("defs", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_definitions_an_underscore_is_no_slice()
    {
        _workshop.WriteImage("hello_bins");

        var refused = await _workshop.BuildAsync();

        Assert.Equal(1, refused.Code);
        Assert.StartsWith("cannot find package 'hello_bins'", refused.Message, StringComparison.Ordinal);
    }

    private string Layout => $"oci:{_workshop["out/image"]}";

    private async Task BuildBaseAsync() => (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["base"]}")).Succeeded();

    private void Define(string package, string slices) => File.WriteAllText(_workshop[$"defs/slices/{package}.yaml"], $"package: {package}\nslices:\n{slices}");

    private void WriteImage(string packages, string more = "") => _workshop.WriteImage(packages, $"  slices: defs\n{more}");

    private static string Compact(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);

    private static string Short(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement.EnumerateArray().Select(package => package.EnumerateObject()
        .Where(field => field.Name is "name" or "slices" or "why")
        .ToDictionary(field => field.Name, field => field.Value)));
}
