using System.Text;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Tests.Matching;

public sealed class ScanSubjectsTests
{
    [Fact]
    public void A_cyclonedx_bill_names_packages_by_their_urls()
    {
        var subject = OfBill("""
            {"bomFormat": "CycloneDX", "specVersion": "1.5",
             "metadata": {"component": {"type": "container", "name": "app", "purl": "pkg:oci/app@sha256%3Aaa"}},
             "components": [
              {"type": "operating-system", "name": "debian", "version": "12"},
              {"type": "library", "name": "libssl3", "version": "3.0.11-1", "purl": "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl"},
              {"type": "library", "name": "gcc", "version": "4:12.2.0-3", "purl": "pkg:deb/debian/gcc@4:12.2.0-3?upstream=gcc-defaults%401.203"},
              {"type": "library", "name": "x", "version": "1-1+b2", "purl": "pkg:deb/debian/x@1-1%2Bb2?distro=debian-12.5"},
              {"type": "library", "name": "zlib1g", "version": "1", "purl": "pkg:deb/debian/zlib1g@1?distro=debian-12",
               "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "zlib"}, {"name": "aquasecurity:trivy:SrcVersion", "value": "1.2"}]},
              {"type": "library", "name": "openssl", "version": "3.0.11-1", "purl": "pkg:deb/debian/openssl@3.0.11-1?arch=source&distro=debian-12"},
              {"type": "application", "name": "app", "components": [
               {"type": "library", "group": "@a", "name": "b", "version": "1.0.0", "purl": "pkg:npm/%40a/b@1.0.0"},
               {"type": "library", "name": "github.com/Masterminds/goutils", "purl": "pkg:golang/github.com/masterminds/goutils@v1.1.0"},
               {"type": "library", "group": "org.x", "name": "y", "purl": "pkg:maven/org.x/y@1.0"},
               {"type": "library", "name": "z", "purl": "pkg:gem/z@1.0"},
               {"type": "file", "name": "/usr/bin/x"}]}]}
            """);

        Assert.Equal(("app", (AdvisorySpace.Debian, "bookworm"), "debian 12"), (subject.Name, subject.Release, subject.Distribution));
        Assert.Equal("pkg:oci/app@sha256:aa", Assert.Single(subject.Products).ToString());
        Assert.Equal("a package of bill.json has no package URL, and was not judged", Assert.Single(subject.Warnings));
        Assert.Equal(
            [
                "Debian bookworm gcc 4:12.2.0-3 of gcc-defaults 1.203",
                "Debian bookworm libssl3 3.0.11-1 of openssl 3.0.11-1",
                "Debian bookworm x 1-1+b2 of x 1-1",
                "Debian bookworm zlib1g 1 of zlib 1.2",
                "Npm  @a/b 1.0.0 of @a/b 1.0.0",
                "Go  github.com/Masterminds/goutils v1.1.0 of github.com/Masterminds/goutils v1.1.0",
                "Maven  org.x:y 1.0 of org.x:y 1.0",
                "  z 1.0 of z 1.0",
            ],
            subject.Packages.Select(static package => $"{package.Space} {package.Release} {package.Name} {package.Version} of {package.SourceName} {package.SourceVersion}"));
    }

    [Fact]
    public void An_spdx_bill_names_packages_by_their_references()
    {
        var subject = OfBill("""
            {"spdxVersion": "SPDX-2.3", "name": "app", "packages": [
              {"SPDXID": "SPDXRef-Image", "name": "app", "primaryPackagePurpose": "CONTAINER"},
              {"SPDXID": "SPDXRef-OS", "name": "alpine", "versionInfo": "3.19.1", "primaryPackagePurpose": "OPERATING-SYSTEM"},
              {"SPDXID": "SPDXRef-Layer", "name": "sha256:aa", "primaryPackagePurpose": "ARCHIVE"},
              {"SPDXID": "SPDXRef-1", "name": "libcrypto3", "versionInfo": "3.1.4-r2", "externalRefs": [
                {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"},
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:apk/alpine/libcrypto3@3.1.4-r2?arch=x86_64&upstream=openssl"}]},
              {"SPDXID": "SPDXRef-2", "name": "nameless"}]}
            """);

        var package = Assert.Single(subject.Packages);
        Assert.Equal((AdvisorySpace.Alpine, "v3.19", "openssl", "3.1.4-r2"), (package.Space, package.Release, package.SourceName, package.SourceVersion));
        Assert.Equal("a package of bill.json has no package URL, and was not judged", Assert.Single(subject.Warnings));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "neither an SPDX 2 nor a CycloneDX document")]
    [InlineData("{\"bomFormat\": \"SPDX\"}", "neither an SPDX 2 nor a CycloneDX document")]
    [InlineData("{\"spdxVersion\": \"SPDX-3.0\"}", "'SPDX-3.0' is not a version of SPDX that is read")]
    public void What_is_no_bill_is_refused(string text, string problem) =>
        Assert.StartsWith($"cannot read bill.json: {problem}", Assert.Throws<MalformedDataException>(() => OfBill(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_bill_of_wrong_types_and_of_any_depth_is_read_or_refused()
    {
        Assert.Empty(OfBill("""{"bomFormat": "CycloneDX", "components": {"a": 1}, "metadata": 7}""").Packages);
        Assert.Empty(OfBill("""{"bomFormat": "CycloneDX", "components": [1, null, {"purl": 5, "type": ["x"]}, {"purl": "pkg:"}, {"purl": "pkg:deb"}]}""").Packages);
        string deep = string.Concat(Enumerable.Repeat("""{"components": [""", 5000));
        Assert.Throws<MalformedDataException>(() => OfBill($$"""{"bomFormat": "CycloneDX", "components": [{{deep}}"""));
    }

    [Theory]
    [InlineData("pkg:deb/debian/x@1-1?arch=amd64", "deb", "debian", "x", "1-1")]
    [InlineData("pkg:npm/@angular/core", "npm", "@angular", "core", null)]
    [InlineData("pkg:npm/%40angular/core@17.0.0#dist", "npm", "@angular", "core", "17.0.0")]
    [InlineData("PKG:GoLang/github.com/a/b@v1", "golang", "github.com/a", "b", "v1")]
    [InlineData("pkg:oci/app@sha256%3Aaa?repository_url=example.org/app", "oci", null, "app", "sha256:aa")]
    [InlineData("pkg://deb/debian/x", "deb", "debian", "x", null)]
    [InlineData("pkg:deb/debian/g%2B%2B@1%25", "deb", "debian", "g++", "1%")]
    public void A_package_url_is_taken_apart(string text, string type, string? space, string name, string? version)
    {
        Assert.True(PackageUrl.TryParse(text, out var purl));
        Assert.Equal((type, space, name, version), (purl.Type, purl.Namespace, purl.Name, purl.Version));
        Assert.True(PackageUrl.TryParse(purl.ToString(), out var again));
        Assert.Equal(purl.ToString(), again.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("pkg:")]
    [InlineData("pkg:deb")]
    [InlineData("http://example.org/x")]
    [InlineData("pkg:d b/x")]
    public void What_is_no_package_url_is_none(string text) => Assert.False(PackageUrl.TryParse(text, out _));

    [Fact]
    public void A_directory_is_read_without_leaving_it()
    {
        using var outside = new TemporaryDirectory();
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory(outside["dpkg"]);
        File.WriteAllText(outside["dpkg/status"], "Package: stolen\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n");
        File.WriteAllText(outside["secret"], "ID=debian\n");
        Directory.CreateDirectory(root["var/lib"]);
        Directory.CreateDirectory(root["etc"]);
        Directory.CreateDirectory(root["proc"]);
        File.WriteAllText(root["proc/kcore"], "what the kernel makes up");
        File.CreateSymbolicLink(root["var/lib/dpkg"], outside["dpkg"]);
        File.CreateSymbolicLink(root["etc/os-release"], outside["secret"]);
        File.CreateSymbolicLink(root["loop"], ".");
        Judge.Run("mkfifo", root["pipe"]).Succeeded();

        var subject = ScanSubjects.OfDirectory(root.Path, CancellationToken.None);

        Assert.Equal((0, null, ScanSubjectKind.Directory), (subject.Packages.Length, subject.Release, subject.Kind));
        Assert.Throws<BothyException>(() => ScanSubjects.OfDirectory(root["missing"], CancellationToken.None));
    }

    private static ScanSubject OfBill(string json) => ScanSubjects.OfBill(Encoding.UTF8.GetBytes(json), "bill.json");
}
