namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Images that are held to the <c>tests</c> of their image file by the build that makes them.</summary>
public sealed class BuildTestsTests : IDisposable
{
    private const string Good = "schemaVersion: 2.0.0\nfileExistenceTests: [{name: words, path: /usr/share/greet/words, permissions: '-rw-r--r--'}]\n";
    private const string Bad = "schemaVersion: 2.0.0\nfileExistenceTests:\n- {name: no words, path: /usr/share/greet/words, shouldExist: false}\n- {name: more, path: /more, uid: 3}\n";

    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task What_fails_its_tests_is_not_written()
    {
        File.WriteAllText(_workshop["a.yaml"], Bad);
        _workshop.WriteImage(more: "tests: [a.yaml]\n");

        // The second time the image is found again, and so is what its tests came to.
        for (int i = 0; i < 2; i++)
        {
            var outcome = await _workshop.BuildAsync();

            Assert.Equal((3, ""), (outcome.Code, outcome.Output));
            Assert.Equal(
                "cannot build image.yaml: it fails its tests:\n"
                + "  a.yaml: file existence: no words: /usr/share/greet/words should not exist and does\n"
                + "  a.yaml: file existence: more: /more should exist and does not",
                outcome.Message);
            Assert.Equal("'--no-check' builds it all the same.", outcome.Hint);
            Assert.False(Directory.Exists(_workshop["out"]));
        }
    }

    [Fact]
    public async Task Tests_that_change_are_run_again_and_change_nothing_of_the_image()
    {
        _workshop.WriteImage();
        string plain = (await _workshop.BuildAsync()).Succeeded().Output;
        File.WriteAllText(_workshop["a.yaml"], Good);
        _workshop.WriteImage(more: "tests: [a.yaml]\n");

        Assert.Equal(plain, (await _workshop.BuildAsync()).Succeeded().Output);
        Assert.Equal(plain, (await _workshop.BuildAsync()).Succeeded().Output);
        File.WriteAllText(_workshop["a.yaml"], Bad);
        Assert.Equal(3, (await _workshop.BuildAsync()).Code);
        Assert.Equal(plain, (await _workshop.BuildAsync("--no-check")).Succeeded().Output);
        File.WriteAllText(_workshop["a.yaml"], Good);
        Assert.Equal(plain, (await _workshop.BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_lock_stays_good_and_builds_from_it_are_tested_too()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        string plain = (await _workshop.BuildAsync("--locked")).Succeeded().Output;
        File.WriteAllText(_workshop["a.yaml"], Good);
        _workshop.WriteImage(more: "tests: [a.yaml]\n");

        // What is built again in the same words may be delivered without a look; not so where tests have changed.
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(plain, (await _workshop.BuildAsync("--locked")).Succeeded().Output);
        }

        File.WriteAllText(_workshop["a.yaml"], Bad);
        Assert.Equal(3, (await _workshop.BuildAsync("--locked")).Code);
    }

    [Fact]
    public async Task Tests_in_the_image_file_ask_for_all_that_files_of_tests_do()
    {
        _workshop.WriteImage(more: """
              database: dpkg
            work-dir: /usr
            environment: {A: b}
            tests:
            - metadataTest: {envVars: [{key: A, value: b}], workdir: /usr}
              packageTests: [{package: libgreet}, {package: busybox, installed: false}]
              fileContentTests: [{name: hello, path: /usr/bin/hello, expectedContents: ['^#!/bin/greet\n$']}]
              sizeTest: {maxUnpacked: 1M, maxCompressed: 1M, maxPackages: 2}
              setuidTest: {}
            - sizeTest: {maxCompressed: 1K}
              commandTests: [{name: runs, command: hello}]

            """);

        var failed = await _workshop.BuildAsync();
        Assert.Equal(3, failed.Code);
        Assert.StartsWith("cannot build image.yaml: it fails its tests:\n  image.yaml:14: size: budget: its layers have ", failed.Message, StringComparison.Ordinal);
        Assert.Single(failed.Message.Split('\n')[1..]);

        File.WriteAllText(_workshop["image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("- sizeTest: {maxCompressed: 1K}", "- schemaVersion: 2.0.0", StringComparison.Ordinal));
        var error = new StringWriter();
        Assert.Equal(0, (await _workshop.RunAsync(error, default, "build", "image.yaml", "--verbose", "-o", $"oci:{_workshop["out/image"]}")).Code);
        Assert.Contains("note: image.yaml:14: 1 of 1 tests run commands, which takes a container: 'bothy test' runs them\n", error.ToString(), StringComparison.Ordinal);

        // bothy test holds the image to the same.
        var run = await _workshop.RunAsync("test", $"oci:{_workshop["out/image"]}", "-c", "image.yaml", "--format", "json");
        Assert.Contains("\"file\": \"image.yaml:9\"", run.Output, StringComparison.Ordinal);
        Assert.Contains("\"passed\": 6,", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_tests_are_told_before_anything_is_solved()
    {
        File.WriteAllText(_workshop["a.yaml"], Good.Replace("path", "paht", StringComparison.Ordinal));
        _workshop.WriteImage(packages: "nothing-of-that-name", more: "tests: [a.yaml, gone.yaml]\n");

        var outcome = await _workshop.BuildAsync();

        Assert.Equal(1, outcome.Code);
        Assert.Contains("a.yaml:2:36: unknown key 'paht' (did you mean 'path'?)", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("cannot read 'gone.yaml': there is no such file", outcome.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing-of-that-name", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_image_is_held_to_them_and_neither_its_debug_variant_nor_a_rebuild()
    {
        _workshop.WriteArchive(more: [Workshop.Busybox()]);
        File.WriteAllText(_workshop["a.yaml"], "schemaVersion: 2.0.0\nfileExistenceTests: [{name: toolbox, path: /busybox, shouldExist: false}]\n");
        _workshop.WriteImage(more: "debug: true\ntests: [a.yaml]\n");
        (await _workshop.BuildAsync("--attach")).Succeeded();
        File.Delete(_workshop["a.yaml"]);

        var rebuilt = await _workshop.RunAsync("build", "--from", $"oci:{_workshop["out/image"]}:latest", "--verify", "--quiet");

        Assert.Equal((0, ""), (rebuilt.Code, rebuilt.Code == 0 ? "" : rebuilt.Error));
    }
}
