using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests;

/// <summary>Test files of container-structure-test on images that are built here.</summary>
[Collection(RealImages.Name)]
public sealed class StructureTestFilesTests(SharedStore store)
{
    [RequiresFact(Needs.Network, Needs.Data)]
    public void Distroless_own_tests_of_static_pass_on_our_example()
    {
        var run = Test("static", "distroless-static-debian12.yaml");

        Assert.Equal((0, "1 passed, 0 failed, 0 not run"), (run.ExitCode, run.Output.TrimEnd('\n').Split('\n')[^1]));
    }

    // Ours has no CA bundle, calls the group of nobody nogroup, as Debian does, and quotes in os-release only what has to be.
    [RequiresFact(Needs.Network, Needs.Data)]
    public void Of_distroless_own_tests_of_base_five_fail_on_our_example()
    {
        var run = Test("base", "distroless-base.yaml");

        Assert.Equal(3, run.ExitCode);
        Assert.Equal(
            [
                "  failed   file existence: certs", "  failed   file existence: certs_copyright", "  failed   file content: known groups",
                "  failed   file content: /usr/lib/os-release pretty name", "  failed   file content: /etc/os-release pretty name",
            ],
            run.Output.Split('\n').Where(line => line.StartsWith("  failed", StringComparison.Ordinal)));
        Assert.EndsWith("12 passed, 5 failed, 0 not run\n", run.Output, StringComparison.Ordinal);
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

    private JudgeResult Test(string example, string tests)
    {
        using var output = new TemporaryDirectory();
        BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"oci:{output["image"]}");
        return BothyProgram.Run(store.Path, ["test", $"oci:{output["image"]}", "-c", Path.Combine(RealData.Directory, "structure-tests", tests)]);
    }
}
