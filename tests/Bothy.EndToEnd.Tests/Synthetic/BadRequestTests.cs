namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Image files that say something impossible, or nothing that can be understood.</summary>
public sealed class BadRequestTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task An_unknown_package()
    {
        _workshop.WriteImage("helo");

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot find package 'helo': bookworm has no such package",
            "Did you mean 'hello'?");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_dependency_that_nothing_provides()
    {
        _workshop.WriteArchive(Workshop.Hello().Field("Pre-Depends", "libgone (>= 2)"));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot solve image.yaml for amd64: 'hello' is asked for\n  hello 1.0-1 needs libgone (>= 2); no package is called libgone or provides it");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_conflict()
    {
        var archive = _workshop.WriteArchive();
        archive.Add(new DebBuilder("quiet").Field("Conflicts", "libgreet"));
        archive.Write();
        _workshop.WriteImage("hello, quiet");

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot solve image.yaml for amd64: 'hello' is asked for\n  hello 1.0-1 needs libgreet\n  'quiet' is asked for\n  quiet 1.0-1 conflicts with libgreet, and that is libgreet 1.0-1",
            "Remove 'quiet' from packages.");
        await _workshop.AssertRecoversAsync();
    }

    [Theory]
    [InlineData("contents:\n\tpackages: [hello]\n", "image.yaml:2:1: a tab indents this line; YAML wants spaces")]
    [InlineData("contents:\n  packages: [hello]\n  packages: [greet]\n", "image.yaml:3:3: duplicate key 'packages' (first at line 2)")]
    [InlineData("contents:\n  packges: [hello]\nentrypont:\n  command: /bin/sh\n", "image.yaml:2:3: unknown key 'packges' (did you mean 'packages'?)\nimage.yaml:3:1: unknown key 'entrypont' (did you mean 'entrypoint'?)")]
    [InlineData("contents: [hello\n", "image.yaml:2:1: while parsing a flow sequence, did not find expected ',' or ']'")]
    [InlineData("", "image.yaml:1:1: the file is empty")]
    public async Task An_image_file_with_mistakes(string text, string message)
    {
        _workshop.WriteImageText(text);

        _workshop.AssertRefused(await _workshop.BuildAsync(), message);
        Assert.False(Directory.Exists(_workshop.Store));
    }

    [Fact]
    public async Task An_image_file_that_is_not_there()
    {
        File.Delete(_workshop["image.yaml"]);

        _workshop.AssertRefused(await _workshop.BuildAsync(), "cannot read image.yaml: there is no such file");
    }

    [Fact]
    public async Task No_lock_to_build_from() =>
        _workshop.AssertRefused(
            await _workshop.BuildAsync("--locked"),
            "cannot build image.yaml from its lock: there is no image.lock.json",
            "Write it with 'bothy lock image.yaml'.");

    [Fact]
    public async Task Offline_with_an_empty_store()
    {
        _workshop.Serve();

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--offline"),
            "cannot use http://HOST/debian bookworm: its index is not in the store, and there is no network",
            "Run once without --offline so that it gets into the store.");
        Assert.Empty(_workshop.Server.Requests);
    }

    [Theory]
    [InlineData("--frobnicate", "See 'bothy build --help'.")]
    [InlineData("--lokced", "Did you mean '--locked'? See 'bothy build --help'.")]
    public async Task An_option_that_there_is_not(string option, string hint)
    {
        var outcome = await _workshop.BuildAsync(option);

        Assert.Equal($"error: cannot understand '{option}'\nhint:  {hint}\n", outcome.Error);
        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
    }
}
