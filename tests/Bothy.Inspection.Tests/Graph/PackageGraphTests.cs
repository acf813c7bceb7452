using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Inspection.Tests.Graph;

public sealed class PackageGraphTests
{
    [Fact]
    public void A_closure_is_what_the_requests_bring()
    {
        var graph = Graph(["a", "b"], ["a > c", "c > d", "b > d", "d > a"]);

        Assert.Equal(["a", "c", "d"], Closure(graph, "a"));
        Assert.Equal(["a", "b", "c", "d"], Closure(graph, "b"));
        Assert.Equal([], Closure(graph));
    }

    [Fact]
    public void What_came_by_install_if_stays_only_while_all_its_conditions_hold()
    {
        var graph = Graph(["a", "b", "z"], ["a ? x", "b ? x", "x > y"]);

        Assert.Equal(["a"], Closure(graph, "a"));
        Assert.Equal(["a", "b", "x", "y"], Closure(graph, "a", "b"));
        Assert.Equal(["a", "b", "x", "y"], Closure(graph, "b", "a"));
    }

    [Fact]
    public void A_relation_holds_what_it_brought_where_several_packages_meet_it()
    {
        // The solver took y for "x | y" of a, and then x for b.
        var brought = Edge("a", "y", EdgeKind.Depends, "x | y") with { IsDecisive = true };
        var meets = Edge("a", "x", EdgeKind.Depends, "x | y");
        var graph = new PackageGraph(GraphSource.LockFile, Requests("a", "b"), Packages("a", "b", "x", "y"), [brought, meets, Edge("b", "x", EdgeKind.Depends, "x")]);

        Assert.Equal(["a", "y"], Closure(graph, "a"));
        Assert.Equal(["b", "x"], Closure(graph, "b"));
    }

    [Theory]
    [InlineData("a", "a", null, false)]
    [InlineData("a | b", "a", null, false)]
    [InlineData("a | b", "b", null, true)]
    [InlineData("ab | a", "a", null, true)]
    [InlineData("mail-agent", "mail-agent", "mail-agent", true)]
    public void A_choice_is_told_from_the_only_way(string relation, string alternative, string? provides, bool isChoice) =>
        Assert.Equal(isChoice, new PackageEdge(Id("x"), Id("y"), EdgeKind.Depends, relation, alternative, provides).IsChoice);

    [Fact]
    public void An_edge_to_nowhere_is_refused() =>
        Assert.Throws<ArgumentException>(() => new PackageGraph(GraphSource.LockFile, [], Packages("a"), [Edge("a", "b", EdgeKind.Depends, "b")]));

    private static string[] Closure(PackageGraph graph, params string[] requests) =>
        [.. graph.Closure(graph.Requests.Where(request => requests.Contains(request.Text))).Select(package => package.Name).Order(StringComparer.Ordinal)];

    // "a > b": a depends on b. "a ? b": b came by itself where, among others, a is there.
    private static PackageGraph Graph(string[] requests, string[] edges)
    {
        var read = edges.Select(edge => edge.Split(' ')).Select(words => Edge(words[0], words[2], words[1] == ">" ? EdgeKind.Depends : EdgeKind.InstallIf, words[1] == ">" ? words[2] : "all")).ToList();
        return new PackageGraph(
            GraphSource.LockFile, Requests(requests), Packages([.. requests, .. read.SelectMany(edge => new[] { edge.From.Name, edge.To.Name })]), read);
    }

    private static IEnumerable<GraphRequest> Requests(params string[] names) => names.Select(name => new GraphRequest(RequestKind.ImageFile, name, [Id(name)]));

    private static IEnumerable<GraphPackage> Packages(params string[] names) => names.Select(name => new GraphPackage(Id(name)));

    private static PackageEdge Edge(string from, string to, EdgeKind kind, string relation) => new(Id(from), Id(to), kind, relation, to, null);

    private static PackageId Id(string name) => new(name, "1", "all");
}
