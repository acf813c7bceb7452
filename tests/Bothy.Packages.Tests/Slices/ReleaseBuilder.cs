using Bothy.Packages.Slices;

namespace Bothy.Packages.Tests.Slices;

/// <summary>A release directory for one test.</summary>
internal sealed class ReleaseBuilder : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public ReleaseBuilder(string format = "v1")
    {
        string maintenance = format == "v1" ? "" : "maintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\n";
        Write("chisel.yaml", $$"""
            format: {{format}}
            {{maintenance}}archives:
              debian: {version: 12, suites: [bookworm], components: [main]}
            """);
    }

    public string Path => _directory.Path;

    public ReleaseBuilder Write(string path, string text)
    {
        string full = _directory[path];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    /// <summary>The file of a package: its slices, each written as YAML that is indented here.</summary>
    public ReleaseBuilder Package(string name, string slices) =>
        Write($"slices/{name}.yaml", $"package: {name}\nslices:\n{string.Join('\n', slices.Split('\n').Select(static line => "  " + line))}\n");

    public SliceRelease Open() => SliceRelease.Open(Path, "release");

    public SliceSelection Select(params string[] names) => SelectFor("amd64", names);

    public SliceSelection SelectFor(string architecture, params string[] names) =>
        SliceSelection.Select(Open(), names.Select(static name => SliceName.Parse(name)), architecture);

    public void Dispose() => _directory.Dispose();
}
