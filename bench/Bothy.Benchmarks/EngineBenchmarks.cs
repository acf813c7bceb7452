using System.Collections.Immutable;
using System.Text;
using BenchmarkDotNet.Attributes;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Benchmarks;

/// <summary>Assembly of packages that are in memory.</summary>
[MemoryDiagnoser]
public class EngineBenchmarks
{
    private AssemblyRequest? _request;

    [GlobalSetup]
    public void Prepare()
    {
        var image = ImageFile.Parse("bench.yaml", "contents:\n  repositories: [deb bookworm main]\n  packages: [package0]\n"u8);
        _request = new AssemblyRequest([.. Enumerable.Range(0, 40).Select(Package)], [], image);
    }

    [Benchmark]
    public AssemblyResult Assemble40PackagesOf100Files() => Assembler.Assemble(_request!, CancellationToken.None);

    private static PackageContents Package(int number)
    {
        var id = new PackageId(FormattableString.Invariant($"package{number}"), "1.0-1", "amd64");
        var origin = new Origin.Package(id.Name, id.Version, id.Architecture);
        var tree = new FileTree();
        for (int i = 0; i < 100; i++)
        {
            tree.Set(TreeEntry.File(TreePath.Parse(FormattableString.Invariant($"usr/share/{id.Name}/file{i}")), FileContent.Of(id.Name), origin));
        }

        string control = $"Package: {id.Name}\nVersion: {id.Version}\nArchitecture: {id.Architecture}\n";
        const string script = "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\n  rm -f /var/cache/nothing\nfi\nexit 0\n";
        return new PackageContents(id, tree, ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty
            .WithComparers(StringComparer.Ordinal)
            .Add("control", Encoding.UTF8.GetBytes(control))
            .Add("postinst", Encoding.UTF8.GetBytes(script)));
    }
}
