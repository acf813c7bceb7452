using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Tests.Sbom;

public sealed class PackageUrlTests
{
    private static readonly OsRelease Bookworm = OsRelease.Parse("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n");
    private static readonly OsRelease Sid = OsRelease.Parse("ID=debian\nVERSION_CODENAME=trixie\n");
    private static readonly OsRelease Noble = OsRelease.Parse("ID=ubuntu\nVERSION_ID=24.04\n");
    private static readonly OsRelease Alpine = OsRelease.Parse("ID=alpine\nVERSION_ID=3.19.1\n");
    private static readonly OsRelease Wolfi = OsRelease.Parse("ID=wolfi\nVERSION_ID=\"20230201\"\n");

    [Theory]
    [InlineData("type", null, "name", null, "pkg:type/name")]
    [InlineData("deb", "debian", "attr", "1:2.4.47-2+b1~x", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1~x")] // a colon is never encoded, a plus always
    [InlineData("npm", "@angular", "cli", "1.0.0", "pkg:npm/%40angular/cli@1.0.0")]
    [InlineData("golang", "github.com/a/b", "v2", "v1.0.0+incompatible", "pkg:golang/github.com/a/b/v2@v1.0.0%2Bincompatible")]
    [InlineData("generic", "a b", "c/d?#@", "1 2", "pkg:generic/a%20b/c%2Fd%3F%23%40@1%202")]
    [InlineData("generic", null, "ü€", null, "pkg:generic/%C3%BC%E2%82%AC")]
    public void Is_written_in_the_canonical_form(string type, string? space, string name, string? version, string expected) =>
        Assert.Equal(expected, new PackageUrl(type, space, name, version).ToString());

    [Fact]
    public void Qualifiers_are_sorted_and_empty_ones_left_out() => Assert.Equal(
        "pkg:oci/debian@sha256:244?arch=amd64&repository_url=docker.io%2Flibrary%2Fdebian",
        new PackageUrl("oci", null, "debian", "sha256:244").With("repository_url", "docker.io/library/debian").With("arch", "amd64").With("tag", "").With("x", null).ToString());

    public static TheoryData<PackageSystem, string, string, string, string, string?, string> Installed => new()
    {
        { PackageSystem.Dpkg, "libc6", "2.36-9+deb12u4", "glibc", "2.36-9+deb12u4", "bookworm", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc" },
        { PackageSystem.Dpkg, "libcap2", "1:2.66-4+b1", "libcap2", "1:2.66-4", "bookworm", "pkg:deb/debian/libcap2@1:2.66-4%2Bb1?arch=amd64&distro=debian-12&upstream=libcap2%401:2.66-4" },
        { PackageSystem.Dpkg, "dash", "0.5", "dash", "0.5", "sid", "pkg:deb/debian/dash@0.5?arch=amd64&distro=debian-trixie" },
        { PackageSystem.Dpkg, "dash", "0.5", "dash", "0.5", "noble", "pkg:deb/ubuntu/dash@0.5?arch=amd64&distro=ubuntu-24.04" },
        { PackageSystem.Dpkg, "dash", "0.5", "dash", "0.5", null, "pkg:deb/debian/dash@0.5?arch=amd64" }, // no os-release
        { PackageSystem.Apk, "libcrypto3", "3.1.4-r5", "openssl", "3.1.4-r5", "alpine", "pkg:apk/alpine/libcrypto3@3.1.4-r5?arch=amd64&distro=alpine-3.19.1&upstream=openssl" },
        { PackageSystem.Apk, "glibc", "2.38-r11", "glibc", "2.38-r11", "wolfi", "pkg:apk/wolfi/glibc@2.38-r11?arch=amd64&distro=wolfi-20230201" },
    };

    [Theory]
    [MemberData(nameof(Installed))]
    public void Distributions_packages_are_of_their_vendor_and_release(PackageSystem system, string name, string version, string source, string sourceVersion, string? release, string expected) =>
        Assert.Equal(expected, PackageUrls.Of(Package(system, name, version, source, sourceVersion), Release(release)).ToString());

    [Fact]
    public void Sources_have_the_architecture_source() => Assert.Equal(
        "pkg:deb/debian/glibc@2.36-9?arch=source&distro=debian-12",
        PackageUrls.OfSource(Package(PackageSystem.Dpkg, "libc6", "2.36-9", "glibc", "2.36-9"), Bookworm)!.ToString());

    [Theory]
    [InlineData(Ecosystem.Python, null, "My.PyPI_.--._Package", "1.11.1.dev1", "pkg:pypi/my-pypi-package@1.11.1.dev1")]
    [InlineData(Ecosystem.Node, null, "@Scope/Name", "1", "pkg:npm/%40scope/name@1")]
    [InlineData(Ecosystem.Go, null, "github.com/BurntSushi/toml", "v1.2.1", "pkg:golang/github.com/burntsushi/toml@v1.2.1")]
    [InlineData(Ecosystem.Go, null, "stdlib", "1.22.3", "pkg:golang/stdlib@1.22.3")]
    [InlineData(Ecosystem.Java, "org.Apache", "Commons", "3", "pkg:maven/org.Apache/Commons@3")]
    [InlineData(Ecosystem.Java, null, "org.slf4j.api", "3", null)] // its manifest does not say in which group it is
    [InlineData(Ecosystem.Rust, null, "serde", "1.0", "pkg:cargo/serde@1.0")]
    [InlineData(Ecosystem.NuGet, null, "Newtonsoft.Json", "13.0.3", "pkg:nuget/Newtonsoft.Json@13.0.3")]
    public void Languages_packages_follow_the_rules_of_their_type(Ecosystem ecosystem, string? group, string name, string version, string? expected) =>
        Assert.Equal(expected, PackageUrls.Of(new LanguagePackage { Ecosystem = ecosystem, Group = group, Name = name, Version = version, Location = TreePath.Root })?.ToString());

    [Fact]
    public void An_image_is_of_its_repository() => Assert.Equal(
        $"pkg:oci/app@sha256:{new string('a', 64)}?arch=arm64&repository_url=registry.example.org:5000%2Fteam%2Fapp",
        PackageUrls.OfImage("registry.example.org:5000/team/app", Digest.Parse($"sha256:{new string('a', 64)}"), "arm64").ToString());

    [RequiresFact(SbomJudge.Need)]
    public void The_reference_library_reads_the_same_parts()
    {
        PackageUrl[] urls =
        [
            .. Installed.Select(static row => PackageUrls.Of(Package((PackageSystem)row[0], (string)row[1], (string)row[2], (string)row[3], (string)row[4]), Release((string?)row[5]))),
            new PackageUrl("npm", "@angular", "cli", "1.0.0-rc.1+x"),
            new PackageUrl("golang", "github.com/a/b", "v2", "v1.0.0+incompatible"),
            new PackageUrl("maven", "org.apache", "commons~x", "3 2"),

            // Without a percent sign: the library decodes qualifiers twice.
            new PackageUrl("generic", "a b", "c?#@&=%+", "1!'()*/2").With("key", "a/b:c&d=e?f#g+i@j k"),
            PackageUrls.OfImage("registry.example.org:5000/team/app", Digest.Parse($"sha256:{new string('a', 64)}"), "arm64"),
        ];

        string[] read = SbomJudge.PackageUrls(urls.Select(static url => url.ToString()));

        Assert.Equal(urls.Select(Parts), read.Select(static line => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(line))));
    }

    private static string Parts(PackageUrl url) => JsonSerializer.Serialize(
        new { type = url.Type, @namespace = url.Namespace, name = url.Name, version = url.Version, qualifiers = url.Qualifiers });

    private static OsRelease? Release(string? name) => name switch
    {
        "bookworm" => Bookworm,
        "sid" => Sid,
        "noble" => Noble,
        "alpine" => Alpine,
        "wolfi" => Wolfi,
        _ => null,
    };

    private static InstalledPackage Package(PackageSystem system, string name, string version, string source, string sourceVersion) => new()
    {
        System = system,
        Database = TreePath.Root,
        Name = name,
        Version = version,
        Architecture = "amd64",
        SourceName = source,
        SourceVersion = sourceVersion,
    };
}
