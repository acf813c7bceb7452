using System.Globalization;
using System.Text.Json;
using Bothy.EndToEnd.Tests.Alpine;
using Bothy.EndToEnd.Tests.Synthetic;
using Bothy.Engine.Locking;
using Bothy.Packages.Solving;

namespace Bothy.EndToEnd.Tests;

/// <summary>Why things are in images, and what they cost: as it is said, and as it turns out where they are left out.</summary>
[Collection(RealImages.Name)]
public sealed class WhyTests(SharedStore store)
{
    [RequiresFact(Needs.Network)]
    public void What_is_said_to_leave_a_Debian_image_leaves_it() => AssertCosts(
        7,
        """
        contents:
          repositories:
            - deb bookworm main
          packages: [curl, python3-minimal, ca-certificates, less, gawk, openssl, bsd-mailx, nullmailer]
        archs: [amd64]
        """);

    [RequiresFact(Needs.Data)]
    public void What_is_said_to_leave_an_Alpine_image_leaves_it() => AssertCosts(
        6,
        $"""
        contents:
          repositories:
            - {AlpineExamples.Repository}
          keyring:
            - {Path.Combine(RealData.Directory, "alpine", "keys", "alpine-devel@lists.alpinelinux.org-4a6a0840.rsa.pub")}
            - {Path.Combine(RealData.Directory, "alpine", "keys", "alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub")}
          packages: [alpine-base, openssh, openssh-server, chrony, wpa_supplicant, busybox-mdev-openrc]
        archs: [x86_64]
        """);

    [Fact]
    public async Task The_stores_record_knows_what_the_package_database_only_suggests()
    {
        using var workshop = Workshop.WithArchive();
        (await workshop.BuildAsync()).Succeeded();

        var known = (await workshop.RunAsync("why", "oci:out/image", "libgreet")).Succeeded();
        var alone = (await workshop.RunAsync("why", "oci:out/image", "/usr/bin/hello")).Succeeded();
        Directory.Delete(workshop.Store, recursive: true);
        var inferred = (await workshop.RunAsync("why", "oci:out/image", "libgreet")).Succeeded();

        Assert.Equal(
            """
            libgreet 1.0-1 (amd64): 140.6 KiB in 1 file, layer 1 of 1
              asked for as 'hello' by the image file
                hello → libgreet
                  hello Depends libgreet
                without it: 2 packages leave (hello, libgreet), 140.6 KiB in 2 files
                solved again without it: the same

            from the store's record of the build of image.yaml

            """,
            known.Output);
        Assert.StartsWith("/usr/bin/hello: of hello, 13 B, layer 1 of 1\n\nhello 1.0-1 (amd64): 13 B in 1 file, layer 1 of 1\n", alone.Output, StringComparison.Ordinal);
        Assert.Equal(
            """
            libgreet 1.0-1 (amd64): its database lists no files
              hello: no other package needs it, so somebody must have asked
                hello → libgreet
                  hello Depends libgreet
                without it: 2 packages leave (hello, libgreet), 0 B in 0 files
                solved again without it: not computed: the image file is not known

            from the image's package database: requests and choices are inferred

            """,
            inferred.Output);
    }

    [Fact]
    public async Task An_image_file_is_asked_before_it_is_built()
    {
        using var workshop = Workshop.WithArchive();

        var outcome = await workshop.RunAsync("why", "image.yaml", "/usr/share/greet/words", "--format", "json");

        Assert.Equal(0, outcome.Code);
        var answer = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(("path", "lock", "solving image.yaml"), (Text(answer, "kind"), Text(answer, "source"), Text(answer, "sourceText")));
        var request = answer.GetProperty("packages")[0].GetProperty("requests")[0];
        Assert.Equal(("hello", "image-file", 1), (Text(request, "request"), Text(request, "by"), request.GetProperty("chainCount").GetInt32()));
        Assert.Equal("libgreet", Text(request.GetProperty("chains")[0][0], "to"));
        Assert.Equal(["hello", "libgreet"], request.GetProperty("solvedAgain").GetProperty("leaving").EnumerateArray().Select(id => Text(id, "name")));
    }

    [Fact]
    public async Task What_an_effect_or_the_image_file_made_is_said_to_be_so()
    {
        using var workshop = Workshop.WithArchive();
        workshop.WriteImage(more: "paths:\n  - {path: /etc/motd.d, type: directory, uid: 0, gid: 0, permissions: 0o755}\n  - {path: /usr/bin/hi, type: symlink, source: hello}\n");
        (await workshop.BuildAsync()).Succeeded();

        Assert.StartsWith("/usr/bin/hi → hello: asked for by 'paths' of the image file, 0 B", (await workshop.RunAsync("why", "oci:out/image", "/usr/bin/hi")).Output, StringComparison.Ordinal);
        Assert.StartsWith(
            "/var/lib/dpkg/status.d/hello: made by the effect 'dpkg-database' of hello, ",
            (await workshop.RunAsync("why", "oci:out/image", "/var/lib/dpkg/status.d/hello")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_effect_made_is_explained_by_the_packages_that_it_made_it_of()
    {
        using var workshop = new Workshop();
        var library = ElfSample.Library("libgreet.so.1", []);
        workshop.WriteArchive(
            new DebBuilder("hello").Field("Depends", "libgreet, libc6, greeters").Directory("usr").Directory("usr/bin").File("usr/bin/hello", "hello", 0b111_101_101)
                .Control("postinst", "#!/bin/sh\nset -e\nadduser --system --group greeter\nupdate-alternatives --install /usr/bin/greet greet /usr/bin/hello 10\n"),
            more:
            [
                new DebBuilder("libc6").Directory("usr").Directory("usr/lib").Directory("usr/lib/x86_64-linux-gnu")
                    .File("usr/lib/x86_64-linux-gnu/libc.so.6", [.. ElfSample.Library("libc.so.6", []), .. "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n"u8]),
                new DebBuilder("libwords1").Directory("usr").Directory("usr/lib").File("usr/lib/libwords.so.1.2", library),
                new DebBuilder("greeters").Field("Depends", "libwords1").Directory("usr").Directory("usr/lib").Directory("usr/lib/sysusers.d").File("usr/lib/sysusers.d/greeters.conf", "g greeters 777\n"),
            ]);
        workshop.WriteImage();
        (await workshop.BuildAsync("--no-check")).Succeeded();
        async Task<string> Why(string what) => (await workshop.RunAsync("why", "oci:out/image", what)).Succeeded().Output;

        string passwd = await Why("/etc/passwd");
        Assert.StartsWith("/etc/passwd: made by the effect 'accounts' of greeters, hello, ", passwd, StringComparison.Ordinal);
        Assert.Contains("\ngreeters 1.0-1 (amd64): ", passwd, StringComparison.Ordinal);
        Assert.Contains("asked for as 'hello' by the image file", passwd, StringComparison.Ordinal);
        Assert.StartsWith("/usr/bin/greet → /etc/alternatives/greet: made by the effect 'alternatives' of hello, 0 B", await Why("/usr/bin/greet"), StringComparison.Ordinal);
        Assert.StartsWith("/usr/lib/libgreet.so.1 → libwords.so.1.2: made by the effect 'ldconfig' of libwords1, 0 B", await Why("/usr/lib/libgreet.so.1"), StringComparison.Ordinal);
        string cache = await Why("/etc/ld.so.cache");
        Assert.StartsWith("/etc/ld.so.cache: made by the effect 'ldconfig' of libc6, libwords1, ", cache, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await workshop.RunAsync("why", "oci:out/image", "/etc/ld.so.cache", "--format", "json")).Succeeded().Output);
        var place = json.RootElement.GetProperty("places")[0];
        Assert.Equal(("ldconfig", "libc6 libwords1"), (Text(place, "effect"), string.Join(' ', place.GetProperty("madeOf").EnumerateArray().Select(static name => name.GetString()))));
        Assert.StartsWith("/var/lib/dpkg/status.d/hello: made by the effect 'dpkg-database' of hello, ", await Why("/var/lib/dpkg/status.d/hello"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("greet", "the image has no package, library or file of that name", "Did you mean the package 'libgreet'?")]
    [InlineData("LL", "the image has no package, library or file of that name", "Ask for a path (/usr/bin/curl), a package (curl) or a library (libssl.so.3); 'bothy tree' lists what there is.")] // in too many names
    [InlineData("helo", "the image has no package, library or file of that name", "Did you mean the package 'hello' or the file 'hello'?")]
    [InlineData("/usr/bin/helo", "the image has no such path", "Did you mean the path '/usr/bin/hello'?")]
    [InlineData("/hello", "the image has no such path", "Did you mean the package 'hello' or the path '/usr/bin/hello'?")]
    [InlineData("zzzzzz", "the image has no package, library or file of that name", "Ask for a path (/usr/bin/curl), a package (curl) or a library (libssl.so.3); 'bothy tree' lists what there is.")]
    public async Task What_is_not_there_is_said_with_what_is_near(string what, string reason, string hint)
    {
        using var workshop = Workshop.WithArchive();
        (await workshop.BuildAsync()).Succeeded();

        var outcome = await workshop.RunAsync("why", "oci:out/image", what);

        Assert.Equal((1, ""), (outcome.Code, outcome.Output));
        Assert.Equal($"cannot tell why '{what}' is there: {reason}", outcome.Message);
        Assert.Equal(hint, outcome.Hint);
    }

    // Of each request: the same lock without the packages that are said to leave, built, and both unpacked and listed by tar.
    private void AssertCosts(int atLeast, string imageFile)
    {
        using var work = new TemporaryDirectory();
        string image = work["image.yaml"];
        File.WriteAllText(image, imageFile);
        Run("lock", image, "--vendor", work["vendor"]);
        var whole = LockFiles.Parse("image.lock.json", File.ReadAllBytes(work["image.lock.json"]));
        Run("build", image, "--locked", "-q", "-o", $"oci:{work["image"]}", "-o", $"rootfs:{work["whole.tar"]}");
        var files = Listing(work["whole.tar"]);

        int checkedRequests = 0;
        foreach (string request in whole.Inputs.Packages)
        {
            var cost = CostOf(Run("why", $"oci:{work["image"]}", request, "--format", "json"), request);
            string rest = work[$"without-{request}.yaml"];
            File.WriteAllText(rest, imageFile.Replace($"{request}, ", "", StringComparison.Ordinal).Replace($", {request}]", "]", StringComparison.Ordinal));
            File.WriteAllBytes(work[$"without-{request}.lock.json"], LockFiles.Format(Without(whole, request, cost.Leaving)));
            Run("build", rest, "--locked", "-q", "-o", $"rootfs:{work["rest.tar"]}");

            var left = Listing(work["rest.tar"]);
            var shipped = Shipped(work["vendor"], whole.Architectures.Values.Single().Packages.Where(package => cost.Leaving.Contains(package.Id.Name)));

            // What effects made leaves as well, but is no package's: databases and, of what packages ship, the files that accounts were added to.
            var gone = files.Where(file => !left.ContainsKey(file.Key) && shipped.Contains(file.Key) && file.Key is not ("etc/passwd" or "etc/group" or "etc/shadow")).ToList();
            Assert.Equal((request, cost.Bytes), (request, gone.Sum(file => file.Value)));
            checkedRequests += cost.Leaving.Count > 0 ? 1 : 0;
        }

        Assert.InRange(checkedRequests, atLeast - 2, int.MaxValue);
    }

    private string Run(params string[] arguments) => BothyProgram.Run(store.Path, arguments).Succeeded().Output;

    // The paths in the archives of packages, as dpkg and tar list them; Debian's top directories are links into /usr.
    private static HashSet<string> Shipped(string vendor, IEnumerable<LockedPackage> packages) =>
    [
        .. packages.SelectMany(package => Path.Combine(vendor, package.FileName) is var file && file.EndsWith(".deb", StringComparison.Ordinal)
                ? Names(Judge.Run("dpkg-deb", "--contents", file)).Select(path => path.Split('/')[0] is "bin" or "sbin" or "lib" or "lib64" ? $"usr/{path}" : path)
                : Judge.Run("tar", "-tzf", file).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)),
    ];

    private static (HashSet<string> Leaving, long Bytes) CostOf(string json, string request)
    {
        var requests = JsonDocument.Parse(json).RootElement.GetProperty("packages").EnumerateArray().SelectMany(package => package.GetProperty("requests").EnumerateArray());
        var without = requests.First(one => Text(one, "request") == request).GetProperty("without");
        return ([.. without.GetProperty("packages").EnumerateArray().Select(id => Text(id, "name")!)], without.GetProperty("bytes").GetInt64());
    }

    private static LockFile Without(LockFile whole, string request, HashSet<string> leaving) => whole with
    {
        Inputs = whole.Inputs with { Packages = whole.Inputs.Packages.Remove(request) },
        Architectures = whole.Architectures.SetItems(whole.Architectures.Select(one => KeyValuePair.Create(one.Key, one.Value with
        {
            Packages =
            [
                .. one.Value.Packages.Where(package => !leaving.Contains(package.Id.Name)).Select(package => package with
                {
                    Reasons = [.. package.Reasons.Where(reason => reason is Reason.Needed needed ? !leaving.Contains(needed.By.Name) : ((Reason.Requested)reason).Request != request)],
                }),
            ],
        }))),
    };

    // "-rwxr-xr-x 0/0 4242 2024-01-01 00:00 usr/bin/x"; what is no regular file has no bytes.
    private static Dictionary<string, long> Listing(string archive) => Columns(Judge.Run("tar", "--numeric-owner", "-tvf", archive))
        .ToDictionary(NameOf, columns => columns[0][0] == '-' ? long.Parse(columns[2], CultureInfo.InvariantCulture) : 0, StringComparer.Ordinal);

    private static IEnumerable<string> Names(JudgeResult listing) => Columns(listing).Select(NameOf);

    private static IEnumerable<string[]> Columns(JudgeResult listing) => listing.Succeeded().Output
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns[0][0] is '-' or 'l' or 'h');

    private static string NameOf(string[] columns)
    {
        string name = columns[5].Split(" -> ")[0].Split(" link to ")[0];
        return name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
