using Bothy.Engine.Locking;
using Bothy.Inspection.Graph;

namespace Bothy.Engine.Tests.Locking;

public sealed class LockGraphTests
{
    [Fact]
    public void The_reasons_of_a_lock_are_its_graph()
    {
        var lockFile = SampleLock.Create();
        var graph = LockGraph.Of(lockFile.Architectures["amd64"], lockFile.Inputs, GraphSource.LockFile);

        Assert.Equal(GraphSource.LockFile, graph.Source);
        Assert.Equal(["awk", "curl", "debconf", "libc6"], graph.Packages.Select(package => package.Id.Name));
        Assert.Equal(["debconf"], graph.Packages.Where(package => package.IsOmitted).Select(package => package.Id.Name));
        var request = Assert.Single(graph.Requests);
        Assert.Equal((RequestKind.ImageFile, "curl", "curl"), (request.Kind, request.Text, Assert.Single(request.Packages).Name));
        Assert.Equal(
            ["curl > debconf: Depends debconf", "curl > libc6: Depends libc6 (>= 2.34) | libc6.1"],
            graph.Edges.Select(edge => $"{edge.From.Name} > {edge.To.Name}: {edge.Field} {edge.Relation}"));
        Assert.All(graph.Edges, edge => Assert.True(edge.IsDecisive));
    }
}
