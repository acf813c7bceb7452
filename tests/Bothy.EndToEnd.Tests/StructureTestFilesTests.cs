using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests;

/// <summary>Test files of container-structure-test on images that are built here.</summary>
[Collection(RealImages.Name)]
public sealed class StructureTestFilesTests(SharedStore store)
{
    [RequiresTheory(Needs.Network, Needs.Data)]
    [InlineData("static", "distroless-static-debian12.yaml", 1)]
    [InlineData("base", "distroless-base.yaml", 17)]
    public void Distroless_own_tests_pass_on_our_examples(string example, string tests, int count)
    {
        var run = Test(example, tests);

        Assert.Equal((0, $"{count} passed, 0 failed, 0 not run"), (run.ExitCode, run.Output.TrimEnd('\n').Split('\n')[^1]));
    }

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void Commands_run_in_podman_after_their_setup()
    {
        using var output = new TemporaryDirectory();
        BothyProgram.Build(store.Path, AlpineExamples.WriteLocal("alpine", output["alpine.yaml"]), $"oci:{output["image"]}");
        File.WriteAllText(
            output["tests.yaml"],
            """
            schemaVersion: 2.0.0
            globalEnvVars: [{key: GREETING, value: "hello $PATH"}]
            commandTests:
            - name: says and fails
              setup: [[/bin/touch, /made]]
              command: /bin/sh
              args: [-c, 'echo "$GREETING"; ls /made; echo oh >&2; exit 3']
              envVars: [{key: MORE, value: x}]
              expectedOutput: ['^hello /usr/local/sbin:', '(?m)^/made$']
              expectedError: ['^oh\n$']
              exitCode: 3
            - {name: another, command: /bin/ls, args: [/made]}
            """);

        var run = BothyProgram.Run(store.Path, ["test", $"oci:{output["image"]}", "-c", output["tests.yaml"]]);

        Assert.Equal(3, run.ExitCode);
        Assert.Contains("  passed   command: says and fails\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("  failed   command: another\n           it exited with 1, not with 0\n", run.Output, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Network, Needs.Data)]
    public void A_build_holds_its_image_to_distroless_own_tests()
    {
        using var output = new TemporaryDirectory();
        string tests = Path.Combine(RealData.Directory, "structure-tests", "distroless-static-debian12.yaml");
        File.WriteAllText(output["static.yaml"], $"include: {Path.Combine(RealData.Project, "examples", "static.yaml")}\ntests: [{tests}, more.yaml]\n");
        File.WriteAllText(output["more.yaml"], "schemaVersion: 2.0.0\npackageTests: [{package: tzdata}, {package: libc6, installed: false}]\nsetuidTest: {}\n");
        string digest = BothyProgram.Build(store.Path, output["static.yaml"], $"oci:{output["image"]}");

        Assert.Equal(BothyProgram.Build(store.Path, "examples/static.yaml", $"oci:{output["plain"]}"), digest);
        var run = BothyProgram.Run(store.Path, ["test", $"oci:{output["image"]}", "-c", output["static.yaml"]]);
        Assert.Equal((0, "4 passed, 0 failed, 0 not run"), (run.ExitCode, run.Output.TrimEnd('\n').Split('\n')[^1]));
    }

    private JudgeResult Test(string example, string tests)
    {
        using var output = new TemporaryDirectory();
        BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"oci:{output["image"]}");
        return BothyProgram.Run(store.Path, ["test", $"oci:{output["image"]}", "-c", Path.Combine(RealData.Directory, "structure-tests", tests)]);
    }
}
