using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Cli.Tests;

public sealed class ApkFormatsTests : IDisposable
{
    // The identity of a package and the size of its file.
    private static readonly string[] OwnOfEachFormat = ["C:", "S:"];

    private readonly TemporaryDirectory _temporary = new();

    [Fact]
    public async Task Packages_of_format_3_give_the_image_that_the_same_packages_of_format_2_give()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var writer = new AdbBuilder { Signers = [key] };
        var built = Packages().Select(writer.Build).ToList();
        Directory.CreateDirectory(_temporary["three/repo/x86_64"]);
        foreach (var package in built)
        {
            File.WriteAllBytes(_temporary[$"three/repo/x86_64/{package.Info.Name}-{package.Info.Version}.apk"], package.File);
        }

        File.WriteAllBytes(_temporary["three/repo/x86_64/Packages.adb"], writer.Index(built.Select(package => package with { Info = package.Info with { Architecture = "x86_64" } })));
        File.WriteAllText(_temporary["three/key.pem"], key.ExportSubjectPublicKeyInfoPem());
        Directory.CreateDirectory(_temporary["two"]);
        new ApkRepositoryBuilder(_temporary["two/repo"]) { Description = "v3 of a test" }.Add(Packages()).Write();
        File.WriteAllText(_temporary["two/" + ApkRepositoryBuilder.KeyName], ApkRepositoryBuilder.Key.ExportPublicKey());

        var two = await BuildAsync("two", ApkRepositoryBuilder.KeyName);
        var three = await BuildAsync("three", "key.pem");

        Assert.Contains("/usr/bin/app ", string.Concat(two), StringComparison.Ordinal);
        Assert.Equal(string.Concat(two), string.Concat(three));
    }

    [Fact]
    public async Task A_lock_of_format_3_builds_without_the_index_and_refuses_another_package()
    {
        using var key = RSA.Create(2048);
        var writer = new AdbBuilder { Signers = [key], Compression = AdbCompression.None };
        var built = writer.Build(new ApkBuilder("app").File("usr/bin/app", "one"));
        Directory.CreateDirectory(_temporary["three/repo/x86_64"]);
        File.WriteAllBytes(_temporary["three/repo/x86_64/app-1.0-r0.apk"], built.File);
        File.WriteAllBytes(_temporary["three/repo/x86_64/Packages.adb"], writer.Index([built]));
        File.WriteAllText(_temporary["three/key.pem"], key.ExportSubjectPublicKeyInfoPem());
        WriteImageFile("three", "key.pem");

        Assert.Equal("three/image.lock.json\n", (await RunAsync("lock", "three/image.yaml")).Output);
        File.Delete(_temporary["three/repo/x86_64/Packages.adb"]);
        var locked = await RunAsync("build", "three/image.yaml", "--locked", "-o", "rootfs:" + _temporary["locked.tar"]);
        Assert.True(locked.ExitCode == 0, locked.Error);

        Directory.Delete(_temporary["store"], recursive: true);
        File.WriteAllBytes(_temporary["three/repo/x86_64/app-1.0-r0.apk"], writer.Build(new ApkBuilder("app").File("usr/bin/app", "two")).File);
        var other = await RunAsync("build", "three/image.yaml", "--locked", "-o", "rootfs:" + _temporary["other.tar"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("app", other.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_temporary["other.tar"]));
    }

    [Fact]
    public async Task A_relative_destination_is_where_the_program_was_started()
    {
        Directory.CreateDirectory(_temporary["two"]);
        new ApkRepositoryBuilder(_temporary["two/repo"]).Add([new ApkBuilder("app").File("usr/bin/app", "one")]).Write();
        File.WriteAllText(_temporary["two/" + ApkRepositoryBuilder.KeyName], ApkRepositoryBuilder.Key.ExportPublicKey());
        WriteImageFile("two", ApkRepositoryBuilder.KeyName);

        var run = await RunAsync("build", "two/image.yaml", "-o", "oci:two/layout", "-o", "oci-archive:two/a.tar", "-o", "docker-archive:two/d.tar", "-o", "rootfs:two/r.tar");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(File.Exists(_temporary["two/layout/oci-layout"]));
        Assert.All(["two/a.tar", "two/d.tar", "two/r.tar"], file => Assert.True(File.Exists(_temporary[file])));
    }

    public void Dispose() => _temporary.Dispose();

    private static ApkBuilder[] Packages() =>
    [
        new ApkBuilder("app").Depends("lib>=1", "cmd:helper").File("usr/bin/app", "#!/bin/sh\n", 0b111_101_101)
            .ExtendedAttribute("usr/bin/app", "user.note", [1, 0, 2]).Link("usr/bin/link", "app").HardLink("usr/bin/twin", "usr/bin/app")
            .Info(info => info with { Commit = "00ff", Maintainer = "Zoë <z@example.test>", ProviderPriority = 3 }),
        new ApkBuilder("base").File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:80:80::/:/bin/false\n").File("etc/group", "root:x:0:\nweb:x:80:\n"),
        new ApkBuilder("helper", "2.0-r1", "noarch").Provides("cmd:helper=2.0-r1").Depends("base").File("srv/index", "x", owner: "web:web").Replaces("former"),
        new ApkBuilder("lib").File("usr/lib/lib.so.1", new byte[100_000]).Trigger("#!/bin/sh\n", "/usr/lib/*"),
    ];

    private async Task<string[]> BuildAsync(string directory, string key)
    {
        WriteImageFile(directory, key);
        var run = await RunAsync("build", $"{directory}/image.yaml", "-o", "rootfs:" + _temporary[$"{directory}.tar"]);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. Describe(File.ReadAllBytes(_temporary[$"{directory}.tar"]))];
    }

    private void WriteImageFile(string directory, string key) => File.WriteAllText(
        _temporary[$"{directory}/image.yaml"],
        $"contents:\n  repositories: [./repo]\n  keyring: [\"{key}\"]\n  packages: [app]\n  database: auto\narchs: [x86_64]\n");

    private Task<Said> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        new Surroundings
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BOTHY_STORE"] = _temporary["store"] },
            MachineRoot = _temporary["machine"],
            WorkingDirectory = _temporary.Path,
        },
        arguments);

    private static IEnumerable<string> Describe(byte[] archive)
    {
        var reader = new TarReader(new MemoryStream(archive), "the image", TarLimits.Default);
        while (reader.TryReadNext(out var entry))
        {
            byte[] content = new byte[entry.Size];
            if (entry.Kind == EntryKind.File)
            {
                reader.OpenContent().ReadExactly(content);
            }

            // Keys and what identifies a file of either format differ, of course.
            if (entry.Name.StartsWith("etc/apk/keys/", StringComparison.Ordinal))
            {
                continue;
            }

            string text = entry.Name.EndsWith("db/installed", StringComparison.Ordinal)
                ? string.Join('\n', Encoding.UTF8.GetString(content).Split('\n').Where(line => !OwnOfEachFormat.Any(field => line.StartsWith(field, StringComparison.Ordinal))))
                : entry.Name.EndsWith("db/triggers", StringComparison.Ordinal) ? Encoding.UTF8.GetString(content)[^12..]
                : entry.Name.EndsWith("db/scripts.tar", StringComparison.Ordinal) ? ""
                : Convert.ToHexString(SHA256.HashData(content));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Kind} /{entry.Name} {entry.Mode} {entry.UserId}:{entry.GroupId} {entry.ModifiedTime} {entry.LinkName} {string.Join(',', entry.ExtendedAttributes.Keys)} {text}\n");
        }
    }
}
