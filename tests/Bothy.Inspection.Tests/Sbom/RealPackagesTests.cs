using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Sbom;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Sbom;

/// <summary>What bills say of real systems and programs, beside what the systems' own tools say.</summary>
public sealed class RealPackagesTests
{
    private static readonly Origin Source = new Origin.ImageFile("test");

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData("3.10.9")]
    [InlineData("3.20.3")]
    public void An_alpine_root_has_the_packages_that_apk_names(string release)
    {
        using var judge = new ApkJudge(release);
        string[] expected = judge.Apk("info", "-v").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var packages = Packages(DiskTree.Read(judge.Root), "pkg:apk/alpine/");

        Assert.Equal(expected.Order(StringComparer.Ordinal), packages.Select(static package => $"{package.Name}-{package.Version}").Order(StringComparer.Ordinal));
        Assert.All(packages, package => Assert.Contains($"distro=alpine-{release}", package.Purl, StringComparison.Ordinal));
        Assert.All(packages, static package => Assert.NotEqual("NOASSERTION", package.License));
    }

    [RequiresFact("judges:dpkg-query")]
    public void A_debian_root_has_the_packages_that_dpkg_names()
    {
        string[] expected = Judge.Run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture}\n").Succeeded()
            .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var tree = new FileTree();
        foreach (string path in new[] { "var/lib/dpkg/status", "usr/lib/os-release" })
        {
            tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(File.ReadAllBytes($"/{path}")), Source));
        }

        var packages = Packages(tree, "pkg:deb/debian/");

        Assert.True(packages.Length > 100);
        Assert.Equal(
            expected.Where(static line => line.Split(' ')[0] is not ("not-installed" or "config-files")).Select(static line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Order(StringComparer.Ordinal),
            packages.Select(static package => $"{package.Name} {package.Version} {package.Purl.Split("arch=")[1].Split('&')[0]}").Order(StringComparer.Ordinal));
    }

    [RequiresTheory("judges:go")]
    [InlineData("umoci")]
    [InlineData("skopeo")]
    [InlineData("runc")]
    [InlineData("podman")]
    [InlineData("go")] // the toolchain's own
    public void A_go_program_has_the_modules_that_go_names(string program)
    {
        string path = new FileInfo(Needs.Find(program)!).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Needs.Find(program)!;
        string[] expected = ModulesOf(Judge.Run("go", "version", "-m", path).Succeeded().Output);
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/program"), FileContent.Of(File.ReadAllBytes(path)), Source, 0b111_101_101));

        var found = LanguagePackages.Find(tree, CancellationToken.None);

        Assert.Empty(found.PassedOver);
        Assert.Equal(expected, found.Packages.Select(static package => $"{package.Name} {package.Version}").Order(StringComparer.Ordinal));
    }

    [RequiresFact("judges:objcopy")]
    public void A_program_that_objcopy_gave_audit_data_has_its_crates()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["data"], LanguageSamples.Zlib(System.Text.Encoding.UTF8.GetBytes(LanguageSamples.RustCrates)));
        Judge.Run("objcopy", "--add-section", $".dep-v0={directory["data"]}", "/bin/true", directory["program"]).Succeeded();
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/program"), FileContent.Of(File.ReadAllBytes(directory["program"])), Source, 0b111_101_101));

        Assert.Equal(["app", "itoa", "serde"], LanguagePackages.Find(tree, CancellationToken.None).Packages.Select(static package => package.Name));
    }

    // "dep\tPATH\tVERSION\tSUM", and "=>\t…" for what took the place of the one before.
    private static string[] ModulesOf(string text)
    {
        var modules = new List<string>();
        string? program = null;
        foreach (string[] fields in text.Split('\n').Select(static line => line.TrimStart('\t').Split('\t')))
        {
            switch (fields)
            {
                case ["path", var path]:
                    program = path;
                    break;
                case ["mod" or "dep", var path, ..]:
                    program = fields[0] == "mod" ? null : program;
                    modules.Add($"{path} {(fields.ElementAtOrDefault(2) is "(devel)" ? "" : fields.ElementAtOrDefault(2))}");
                    break;
                case ["=>", var path, ..]:
                    modules[^1] = $"{path} {fields.ElementAtOrDefault(2)}";
                    break;
            }
        }

        if (program is not null)
        {
            modules.Add($"{program} ");
        }

        modules.Add($"stdlib {text.Split('\n')[0].Split(": go")[1]}");
        return [.. modules.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static ImmutableArray<(string Name, string Version, string Purl, string License)> Packages(FileTree tree, string prefix)
    {
        var contents = ImageContents.Of(tree, new ContainerConfig(), new Platform("linux", "amd64"));
        var subject = new SbomSubject
        {
            Name = "root",
            Manifest = Descriptor.Of(MediaTypes.Manifest, "root"u8),
            Layers = [],
            Created = DateTimeOffset.UnixEpoch,
            ToolVersion = "0",
        };
        var bill = BillOfMaterials.Of(contents, subject, InferredGraph.Of(contents), SbomFiles.None, CancellationToken.None);
        using var document = JsonDocument.Parse(bill.ToBytes(SbomFormat.Spdx));
        return
        [
            .. from package in document.RootElement.GetProperty("packages").EnumerateArray()
               where package.GetProperty("primaryPackagePurpose").GetString() == "LIBRARY" && package.TryGetProperty("externalRefs", out _)
               let purl = package.GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString()!
               where purl.StartsWith(prefix, StringComparison.Ordinal)
               select (package.GetProperty("name").GetString()!, package.GetProperty("versionInfo").GetString()!, purl, package.GetProperty("licenseDeclared").GetString()!),
        ];
    }
}
