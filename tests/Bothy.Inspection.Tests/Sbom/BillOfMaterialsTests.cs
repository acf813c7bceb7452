using System.Text;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Inspection.Sbom;
using Bothy.Oci;
using Bothy.Packages;

namespace Bothy.Inspection.Tests.Sbom;

public sealed class BillOfMaterialsTests
{
    private static readonly Origin Source = new Origin.ImageFile("test");
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    [Theory]
    [InlineData(SbomFormat.Spdx, "debian.spdx.json")]
    [InlineData(SbomFormat.CycloneDx, "debian.cdx.json")]
    public void A_debian_image_with_languages_is_listed(SbomFormat format, string golden) =>
        Golden.Matches(Text(Debian().ToBytes(format)), golden);

    [Theory]
    [InlineData(SbomFormat.Spdx, "alpine.spdx.json")]
    [InlineData(SbomFormat.CycloneDx, "alpine.cdx.json")]
    public void An_alpine_image_is_listed(SbomFormat format, string golden) =>
        Golden.Matches(Text(Alpine().ToBytes(format)), golden);

    [Theory]
    [InlineData(SbomFiles.All, 11, 5)]
    [InlineData(SbomFiles.Owned, 6, 0)]
    [InlineData(SbomFiles.None, 0, 0)]
    public void Files_are_listed_as_asked(SbomFiles files, int listed, int unowned)
    {
        using var bill = JsonDocument.Parse(Debian(files).ToBytes(SbomFormat.Spdx));
        var root = bill.RootElement;

        Assert.Equal(listed, root.TryGetProperty("files", out var list) ? list.GetArrayLength() : 0);
        Assert.Equal(unowned, root.GetProperty("relationships").EnumerateArray().Count(static one => one.TryGetProperty("comment", out var comment) && comment.GetString() == "no package owns it"));
    }

    [Fact]
    public void The_same_image_has_the_same_bill_and_another_one_another_identifier()
    {
        byte[] first = Debian().ToBytes(SbomFormat.CycloneDx);

        Assert.Equal(first, Debian().ToBytes(SbomFormat.CycloneDx));
        Assert.NotEqual(Serial(first), Serial(Alpine().ToBytes(SbomFormat.CycloneDx)));
        Assert.Equal('5', Serial(first)["urn:uuid:".Length + 14]);
    }

    [Fact]
    public void The_artifact_refers_to_the_image()
    {
        var artifact = Debian().ToArtifact(SbomFormat.Spdx);

        Assert.Equal("application/spdx+json", artifact.Manifest.ArtifactType);
        Assert.Equal(Manifest.Digest, artifact.Manifest.Subject!.Digest);
        Assert.Equal(Digest.Of(Debian().ToBytes(SbomFormat.Spdx)), Assert.Single(artifact.Manifest.Layers).Digest);
    }

    [RequiresTheory(SbomJudge.Need)]
    [InlineData(SbomFiles.All)]
    [InlineData(SbomFiles.Owned)]
    [InlineData(SbomFiles.None)]
    public void The_validators_of_both_projects_find_nothing(SbomFiles files)
    {
        foreach (var bill in new[] { Debian(files), Alpine(files), Empty() })
        {
            SbomJudge.Spdx(bill.ToBytes(SbomFormat.Spdx)).Succeeded();
            SbomJudge.CycloneDx(bill.ToBytes(SbomFormat.CycloneDx)).Succeeded();
        }
    }

    [RequiresFact(SbomJudge.Need)]
    public void The_validators_would_find_something()
    {
        string spdx = Encoding.UTF8.GetString(Alpine().ToBytes(SbomFormat.Spdx)).Replace("\"licenseDeclared\":\"MIT\"", "\"licenseDeclared\":\"Nobodys\"", StringComparison.Ordinal);
        string cycloneDx = Encoding.UTF8.GetString(Debian().ToBytes(SbomFormat.CycloneDx)).Replace("\"type\":\"library\"", "\"type\":\"thing\"", StringComparison.Ordinal);

        Assert.NotEqual(0, SbomJudge.Spdx(Encoding.UTF8.GetBytes(spdx)).ExitCode);
        Assert.NotEqual(0, SbomJudge.CycloneDx(Encoding.UTF8.GetBytes(cycloneDx)).ExitCode);
    }

    private static Descriptor Manifest { get; } = Descriptor.Of(MediaTypes.Manifest, "manifest"u8);

    private static string Serial(byte[] bill) => JsonDocument.Parse(bill).RootElement.GetProperty("serialNumber").GetString()!;

    private static string Text(byte[] bill) => JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(bill), Pretty) + "\n";

    private static BillOfMaterials Debian(SbomFiles files = SbomFiles.All)
    {
        var tree = Tree(
            ("etc/os-release", "ID=debian\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=12\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"u8.ToArray()),
            ("var/lib/dpkg/status", Encoding.UTF8.GetBytes(
                """
                Package: libc6
                Status: install ok installed
                Maintainer: GNU Libc Maintainers <libc@example.org>
                Architecture: amd64
                Multi-Arch: same
                Source: glibc
                Version: 2.36-9
                Description: GNU C Library
                Homepage: https://www.gnu.org/software/libc/libc.html

                Package: python3-requests
                Status: install ok installed
                Architecture: all
                Source: requests (2.28.1+dfsg-1)
                Version: 2.28.1+dfsg-1+b1
                Depends: libc6 (>= 2.3) | libc6.1
                Description: elegant HTTP
                Homepage: not an address

                """.ReplaceLineEndings("\n"))),
            ("var/lib/dpkg/info/libc6:amd64.list", "/.\n/usr\n/usr/lib/libc.so.6\n/usr/share/doc/libc6/copyright\n"u8.ToArray()),
            ("var/lib/dpkg/info/python3-requests.list", "/usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA\n/usr/lib/python3/dist-packages/requests-2.28.1.dist-info/RECORD\n/usr/lib/python3/dist-packages/requests/__init__.py\n/usr/share/doc/python3-requests/copyright\n"u8.ToArray()),
            ("usr/lib/libc.so.6", new byte[100]),
            ("usr/share/doc/libc6/copyright", Encoding.UTF8.GetBytes(
                "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\nLicense: LGPL-2.1+\n\nFiles: x\nLicense: Carnegie\n All rights are somebody's.\n")),
            ("usr/share/doc/python3-requests/copyright", "Written by people, for people.\n"u8.ToArray()),
            ("usr/lib/python3/dist-packages/requests-2.28.1.dist-info/METADATA", "Name: requests\nVersion: 2.28.1\nLicense: Apache 2.0\nHome-page: https://requests.example.org\n\n"u8.ToArray()),
            ("usr/lib/python3/dist-packages/requests-2.28.1.dist-info/RECORD", "requests/__init__.py,,\nrequests-2.28.1.dist-info/METADATA,,\n"u8.ToArray()),
            ("usr/lib/python3/dist-packages/requests/__init__.py", "x = 1\n"u8.ToArray()),
            ("opt/app/tool", LanguageSamples.GoProgram()));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("opt/app/link"), "tool", Source));
        var contents = ImageContents.Of(tree, new ContainerConfig(), new Platform("linux", "amd64"));
        var (libc, requests) = (new PackageId("libc6", "2.36-9", "amd64"), new PackageId("python3-requests", "2.28.1+dfsg-1+b1", "all"));
        var graph = new PackageGraph(
            GraphSource.BuildRecord,
            [new GraphRequest(RequestKind.ImageFile, "python3-requests", [requests])],
            [new GraphPackage(libc), new GraphPackage(requests), new GraphPackage(new PackageId("unlisted", "1", "amd64")), new GraphPackage(new PackageId("omitted", "1", "all"), IsOmitted: true)],
            [new PackageEdge(requests, libc, EdgeKind.Depends, "libc6 (>= 2.3) | libc6.1", "libc6 (>= 2.3)", null) { IsDecisive = true }]);
        return BillOfMaterials.Of(contents, Subject("registry.example.org/team/app"), graph, files, CancellationToken.None);
    }

    private static BillOfMaterials Alpine(SbomFiles files = SbomFiles.All)
    {
        var tree = Tree(
            ("etc/os-release", "ID=alpine\nNAME=\"Alpine Linux\"\nVERSION_ID=3.19.1\n"u8.ToArray()),
            ("etc/apk/world", "busybox\n"u8.ToArray()),
            ("lib/apk/db/installed", Encoding.UTF8.GetBytes(
                """
                C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
                P:musl
                V:1.2.4_git20230717-r4
                A:x86_64
                T:the musl c library
                U:https://musl.libc.org/
                L:MIT
                o:musl
                m:Somebody <somebody@example.org>
                F:lib
                R:ld-musl-x86_64.so.1

                C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
                P:busybox-binsh
                V:1.36.1-r15
                A:x86_64
                T:busybox ash /bin/sh
                L:GPL-2.0-only AND custom
                o:busybox
                D:so:libc.musl-x86_64.so.1

                """.ReplaceLineEndings("\n"))),
            ("lib/ld-musl-x86_64.so.1", [1, 2, 3]));
        var contents = ImageContents.Of(tree, new ContainerConfig(), new Platform("linux", "amd64"));
        var (musl, busybox) = (new PackageId("musl", "1.2.4_git20230717-r4", "x86_64"), new PackageId("busybox-binsh", "1.36.1-r15", "x86_64"));
        var graph = new PackageGraph(
            GraphSource.Inferred,
            [new GraphRequest(RequestKind.Unneeded, "busybox-binsh", [busybox])],
            [new GraphPackage(musl), new GraphPackage(busybox)],
            [new PackageEdge(busybox, musl, EdgeKind.Depends, "so:libc.musl-x86_64.so.1", "so:libc.musl-x86_64.so.1", "so:libc.musl-x86_64.so.1=1")]);
        return BillOfMaterials.Of(contents, Subject("sha256:of-itself") with { Repository = null }, graph, files, CancellationToken.None);
    }

    private static BillOfMaterials Empty() => BillOfMaterials.Of(
        ImageContents.Of(new FileTree(), new ContainerConfig(), new Platform("linux", "amd64")),
        Subject("scratch") with { Repository = null, Layers = [] },
        graph: null,
        SbomFiles.All,
        CancellationToken.None);

    private static SbomSubject Subject(string name) => new()
    {
        Name = name,
        Repository = name,
        Manifest = Manifest,
        Layers = [new SbomLayer(new Descriptor(MediaTypes.LayerTarGzip, Digest.Of("blob"u8), 1234), Digest.Of("tar"u8))],
        Created = new DateTimeOffset(2024, 2, 3, 4, 5, 6, TimeSpan.FromHours(1)),
        ToolVersion = "0.0-test",
    };

    private static FileTree Tree(params (string Path, byte[] Content)[] files)
    {
        var tree = new FileTree();
        foreach (var (path, content) in files)
        {
            tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Source, 0b111_101_101));
        }

        return tree;
    }
}
