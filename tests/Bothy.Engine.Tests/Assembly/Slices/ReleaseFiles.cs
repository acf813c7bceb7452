using Bothy.Engine.Slicing;
using Bothy.Packages;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Tests.Assembly.Slices;

/// <summary>A release of slices, made in a directory.</summary>
internal sealed class ReleaseFiles : IDisposable
{
    private const string Head = "format: v3\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {debian: {version: \"12\", suites: [bookworm], components: [main]}}\n";

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Makes it of the slices of packages.</summary>
    public ReleaseFiles(params (string Package, string Slices)[] packages)
    {
        File.WriteAllText(_directory["chisel.yaml"], Head);
        Directory.CreateDirectory(_directory["slices"]);
        foreach (var (package, slices) in packages)
        {
            File.WriteAllText(_directory[$"slices/{package}.yaml"], $"package: {package}\nslices:\n{slices}\n");
        }
    }

    public SliceRelease Open() => SliceRelease.Open(_directory.Path, "slices");

    /// <summary>What of <paramref name="packages"/> is cut where these slices are asked for; a package without slices among them is whole.</summary>
    public SliceAssembly Select(IEnumerable<PackageContents> packages, params string[] slices)
    {
        var selection = SliceSelection.Select(Open(), slices.Select(slice => SliceName.Parse(slice)), "amd64");
        return new SliceAssembly(
            selection,
            [.. packages.Select(package => package.Id).Where(id => selection.Packages.Contains(id.Name)).Select(id => new ManifestPackage(id.Name, id.Version, Digest.Of([1]), id.Architecture))]);
    }

    public void Dispose() => _directory.Dispose();
}
