using System.IO.Compression;

namespace Bothy.EndToEnd.Tests;

/// <summary>Real images that are built on, judged by the package managers in them.</summary>
[Collection(RealImages.Name)]
public sealed class RealBaseTests(SharedStore store)
{
    private const string OnAlpine = """
        contents:
          base: oci:alpine
          repositories: [repository]
          keyring: [keys/test@example.test-00000001.rsa.pub]
          packages: [hello, scanelf>1.3.7-r99, ssl_client]
          exclude: [/etc/motd]
        accounts:
          users: [{username: web, uid: 1000}]
        archs: [x86_64]

        """;

    private const string OnDebian = """
        contents:
          base: oci:debian
          repositories:
            - deb bookworm main
            - deb bookworm-updates main
            - deb bookworm-security main
          packages: [curl, cron]
          documentation: keep

        """;

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void Apk_finds_its_root_whole_in_an_image_on_Alpines()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        using var archive = new MemoryStream();
        using (var compressed = new GZipStream(File.OpenRead(Path.Combine(RealData.Directory, "alpine", "minirootfs", "alpine-minirootfs-3.20.3-x86_64.tar.gz")), CompressionMode.Decompress))
        {
            compressed.CopyTo(archive);
        }

        new ImageSample([archive.ToArray()], SampleCompression.Gzip).WriteLayout(output["alpine"]);
        new ApkRepositoryBuilder(output["repository"]) { Description = "v3.20.3-1-gtest" }
            .Add(
                new ApkBuilder("hello").Depends("so:libc.musl-x86_64.so.1", "/bin/sh").Directory("usr").Directory("usr/bin").File("usr/bin/hello", "#!/bin/sh\necho hello\n", 0b111_101_101)
                    .Script(".post-install", "#!/bin/sh\naddgroup -S hello\nadduser -S -G hello hello\n"),
                new ApkBuilder("scanelf", "1.3.8-r0").Info(info => info with { Origin = "pax-utils" }).Directory("usr").Directory("usr/bin").File("usr/bin/scanelf-new", "new", 0b111_101_101))
            .Write();
        new ApkRepositoryBuilder(output["repository"]).WriteKey(output["keys"]);
        File.WriteAllText(output["image.yaml"], OnAlpine);
        BothyProgram.Run(store.Path, ["build", "image.yaml", "--no-check", "-o", $"oci:{output["image"]}"], output.Path).Succeeded();

        string image = podman.Pull($"oci:{output["image"]}");
        string Sh(string script) => podman.RunImage(image, "sh", "-c", script).Succeeded().Output;

        Assert.Equal("hello\n", Sh("hello"));
        Assert.Equal("hello-1.0-r0\nmusl-1.2.5-r0\nscanelf-1.3.8-r0\nssl_client-1.36.1-r29\n", Sh("apk info -v | grep -E '^(hello|musl|scanelf|ssl_client)-[0-9]' | sort"));

        // Of all that the packages have nothing else is different than in the base but what the image file changes: accounts and keys. What the runtime mounts is in both.
        const string audit = "apk audit; apk audit --system";
        string[] before = podman.RunImage(podman.Pull($"oci:{output["alpine"]}"), "sh", "-c", audit).Succeeded().Output.Split('\n');
        Assert.Equal(["A etc/apk/keys/test@example.test-00000001.rsa.pub", "U etc/group", "U etc/passwd"], Sh(audit).Split('\n').Except(before, StringComparer.Ordinal).Order(StringComparer.Ordinal));
        Assert.Equal("", Sh("ls /usr/bin/scanelf /etc/motd 2> /dev/null; true"));
        Assert.Equal("/usr/bin/scanelf-new is owned by scanelf-1.3.8-r0\n", Sh("apk info -W /usr/bin/scanelf-new"));

        // apk goes on from there.
        Assert.Contains("Purging hello (1.0-r0)", Sh("apk --no-network --repositories-file /dev/null del hello && test ! -e /usr/bin/hello"), StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Network, Needs.Containers, "judges:mmdebstrap")]
    public void Dpkg_and_apt_find_their_system_whole_in_an_image_on_Debians()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        Judge.Run("mmdebstrap", "--quiet", "--variant=apt", "--dpkgopt=path-exclude=/usr/share/locale/*",
            $"--customize-hook=chroot \"$1\" apt-get install --simulate --no-install-recommends curl cron > {output["simulated"]}",
            $"--customize-hook=chroot \"$1\" dpkg-query -W -f '${{Package}}\\n' > {output["present"]}",
            "bookworm", output["debian.tar"]).Succeeded();
        new ImageSample([File.ReadAllBytes(output["debian.tar"])], SampleCompression.Gzip).WriteLayout(output["debian"]);
        File.WriteAllText(output["image.yaml"], OnDebian);
        string before = Listing(output["debian.tar"]);
        BothyProgram.Run(store.Path, ["build", "image.yaml", "-o", $"oci:{output["image"]}", "-o", $"rootfs:{output["root.tar"]}"], output.Path).Succeeded();

        string image = podman.Pull($"oci:{output["image"]}");
        string Sh(string script) => podman.RunImage(image, "sh", "-c", script).Succeeded().Output;

        Assert.Equal("", Sh("dpkg --audit"));
        Assert.Equal("", Sh("apt-get check -qq"));
        Assert.Equal("", Sh("dpkg --verify curl cron libcurl4 libc6"));
        Assert.StartsWith("curl 7.88", Sh("curl --version"), StringComparison.Ordinal);
        Assert.Equal("crontab\n", Sh("stat -c %G /usr/bin/crontab"));
        Assert.Contains("ii  curl", Sh("dpkg -l curl"), StringComparison.Ordinal);

        // Nothing of the base has gone, and dpkg agrees with what apt itself would have installed beside it.
        string after = Listing(output["root.tar"]);
        Assert.Empty(before.Split('\n').Except(after.Split('\n'), StringComparer.Ordinal));
        string installed = Sh("dpkg-query -W -f '${Package}\\n' | sort");
        string[] expected = [.. File.ReadLines(output["simulated"]).Where(line => line.StartsWith("Inst ", StringComparison.Ordinal)).Select(line => line.Split(' ')[1])];
        Assert.NotEmpty(expected);
        Assert.Equal(
            File.ReadLines(output["present"]).Concat(expected).Distinct().Order(StringComparer.Ordinal),
            installed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private static string Listing(string archive) => string.Join('\n', Judge.Run("tar", "-tf", archive).Succeeded().Output.Split('\n').Select(name => "/" + name.TrimStart('.').Trim('/')));
}
