using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests;

/// <summary>Entrypoints of type <c>service-bundle</c>.</summary>
[Collection(RealImages.Name)]
public sealed class ServicesTests(SharedStore store)
{
    private const string Bundle = """
        contents:
          repositories: [deb bookworm main]
          packages: [base-files, dash]
        entrypoint:
          type: service-bundle
          services:
            hello: /bin/sh -c "echo hello from s6; exec s6-svscanctl -t /sv"
        accounts:
          run-as: nonroot

        """;

    // No s6 is among the Alpine packages at hand; Debian's takes the same directories.
    [RequiresFact(Needs.Network, Needs.Containers)]
    public void S6_runs_them_without_privileges()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        File.WriteAllText(output["services.yaml"], Bundle);
        BothyProgram.Build(store.Path, output["services.yaml"], $"oci:{output["image"]}");

        Assert.Equal("hello from s6\n", podman.RunImage(podman.Pull($"oci:{output["image"]}")).Succeeded().Output);
    }

    [Fact]
    public async Task The_supervisor_is_installed_and_in_the_world_and_gets_a_directory_for_each_service()
    {
        using var workshop = ApkWorkshop.Create();
        new ApkRepositoryBuilder(workshop["more"]).Add(new ApkBuilder("s6").Directory("bin").File("bin/s6-svscan", "s6", 0b111_101_101).File("bin/execlineb", "execline", 0b111_101_101)).Write();
        workshop.WriteApkImage("repository, more", more: "entrypoint:\n  type: service-bundle\n  services: {web: serve --now, log: log}\n");

        (await workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"rootfs:{workshop["root.tar"]}")).Succeeded();

        string[] listing = Judge.Run("tar", "-tvf", workshop["root.tar"]).Succeeded().Output.Split('\n');
        Assert.Equal(
            ["drwxrwxrwx 0/0 sv/", "drwxrwxrwx 0/0 sv/log/", "-rwxr-xr-x 0/0 sv/log/run", "drwxrwxrwx 0/0 sv/web/", "-rwxr-xr-x 0/0 sv/web/run"],
            listing.Where(line => line.Contains(" sv/", StringComparison.Ordinal)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(words => $"{words[0]} {words[1]} {words[^1]}"));
        Assert.Equal("#!/bin/execlineb\nserve --now\n", Judge.Run("tar", "-xOf", workshop["root.tar"], "sv/web/run").Succeeded().Output);
        Assert.Equal("hello\ns6\n", Judge.Run("tar", "-xOf", workshop["root.tar"], "etc/apk/world").Succeeded().Output);
    }
}
