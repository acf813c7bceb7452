using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Locking;
using Bothy.Inspection.Graph;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Tests.Locking;

/// <summary>What a lock says of slices.</summary>
public sealed class SlicedLockTests
{
    private static readonly Digest Release = Digest.Of([1, 2, 3]);

    [Fact]
    public void Is_read_as_it_was_written()
    {
        byte[] written = LockFiles.Format(Create());
        var read = LockFiles.Parse("x.lock.json", written);

        Assert.Equal(written, LockFiles.Format(read));
        Assert.Equal(Release, read.Slices);
        Assert.Equal(["libc6_config", "libc6_libs"], read.Architectures["amd64"].Packages[0].Slices.AsEnumerable());
        Assert.Equal(new Reason.NeededSlice(Id("tool"), "tool_bins", "libc6_libs"), read.Architectures["amd64"].Packages[0].Reasons[0]);
    }

    [Theory]
    [InlineData("\"libc6_libs\"\n", "\"libc6\"\n", "architectures.amd64.packages[0].slices[1]: 'libc6' is not the name of a slice")]
    [InlineData("\"bySlice\": \"tool_bins\"", "\"bySlice\": \"x\"", "architectures.amd64.packages[0].why[0].bySlice: 'x' is not the name of a slice")]
    [InlineData("\"by\": \"tool\"", "\"by\": \"gone\"", "architectures.amd64.packages[0].why[0].by: the lock has no package 'gone'")]
    public void Mistakes_are_named(string from, string to, string problem)
    {
        string text = Encoding.UTF8.GetString(LockFiles.Format(Create()));
        Assert.Contains(from, text, StringComparison.Ordinal);

        var failure = Assert.Throws<BothyException>(() => LockFiles.Parse("x.lock.json", Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))));

        Assert.Equal($"cannot read x.lock.json: {problem}", failure.Message);
    }

    [Fact]
    public void Is_stale_when_the_definitions_change_and_not_otherwise()
    {
        Assert.Equal("the slice definitions in 'defs' changed", Assert.Single(LockStaleness.Of(Create(), Spec(), [], Digest.Of([4]))));
        Assert.Empty(LockStaleness.Of(Create(), Spec(), [], Release));
        Assert.Equal("slices was changed from 'defs' to 'other'", Assert.Single(LockStaleness.Of(Create(), Spec("other"), [], Release)));
    }

    [Fact]
    public void Slices_that_need_each_other_lead_from_package_to_package()
    {
        var graph = LockGraph.Of(Create().Architectures["amd64"], Create().Inputs, GraphSource.LockFile);

        Assert.Equal(["tool > libc6: tool_bins needs libc6_libs"], graph.Edges.Select(edge => $"{edge.From.Name} > {edge.To.Name}: {edge.Relation}"));
        Assert.False(Assert.Single(graph.Edges).IsChoice);
        Assert.Equal("tool_bins", Assert.Single(graph.Requests).Text);
        Assert.Equal(["libc6_config", "libc6_libs"], Assert.Single(graph.Named("libc6")).Slices.AsEnumerable());
        Assert.Equal(2, graph.Closure(graph.Requests).Count);
    }

    private static Bothy.Engine.ImageFiles.ImageSpec Spec(string slices = "defs") =>
        SampleLock.Spec($"contents: {{repositories: [deb bookworm main], packages: [tool_bins], slices: {slices}}}\n");

    private static Packages.PackageId Id(string name) => new(name, "1.0", "amd64");

    private static LockFile Create() => new()
    {
        Tool = new LockedTool("bothy", "0.1.0", "v2"),
        ImageFileName = "x.yaml",
        Inputs = LockInputs.Of(Spec()),
        Slices = Release,
        Architectures = ImmutableSortedDictionary.Create<string, LockedArchitecture>(StringComparer.Ordinal).Add("amd64", new LockedArchitecture
        {
            Packages =
            [
                SampleLock.Package("libc6", "1.0", [1], new Reason.NeededSlice(Id("tool"), "tool_bins", "libc6_libs"), new Reason.NeededSlice(Id("libc6"), "libc6_libs", "libc6_config"))
                    with { Slices = ["libc6_config", "libc6_libs"] },
                SampleLock.Package("tool", "1.0", [2], new Reason.Requested("tool_bins")) with { Slices = ["tool_bins"] },
            ],
        }),
    };
}
