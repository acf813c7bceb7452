using System.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebianSolverTests
{
    private const string World = """
        app 1 | Pre-Depends: loader | Depends: lib (>= 2), awk
        loader 1
        lib 2 | Depends: base
        base 1 | Depends: lib
        mawk 1 | Provides: awk | Priority: required
        gawk 1 | Provides: awk (= 5) | Depends: base
        wants-awk-4 1 | Depends: awk (>= 4)
        old 1 | Depends: lib (>= 3)
        older 1 | Depends: old
        postfix 1 | Provides: mta | Conflicts: mta
        exim 1 | Provides: mta | Conflicts: mta
        breaker 1 | Breaks: lib (<< 3)
        either 1 | Depends: nothing | mawk
        tool 1 | Recommends: loader, nothing
        perl 1 | Multi-Arch: allowed
        any-perl 1 | Depends: perl:any
        any-lib 1 | Depends: lib:any
        """;

    [Theory]
    [InlineData("app", "loader base lib mawk app")] // a cycle: lib and base
    [InlineData("wants-awk-4", "lib base gawk wants-awk-4")] // an unversioned Provides satisfies no versioned relation
    [InlineData("gawk app", "lib base gawk loader app")] // what is there already satisfies
    [InlineData("app gawk", "lib base loader gawk app")] // also where it is asked for later
    [InlineData("either", "mawk either")]
    [InlineData("postfix", "postfix")] // does not conflict with itself
    [InlineData("tool", "tool")]
    [InlineData("any-perl", "perl any-perl")]
    [InlineData("lib=2", "base lib")]
    [InlineData("lib=2*", "base lib")]
    [InlineData("lib/stable", "base lib")]
    [InlineData("lib:amd64", "base lib")]
    public void Chooses(string requests, string packages) =>
        Assert.Equal(packages.Split(' ').Order(), Names(Solve(requests, World)).Order());

    [Fact]
    public void Installs_dependencies_first_and_pre_dependencies_strictly()
    {
        string[] names = [.. Names(Solve("app", World))];
        Assert.Equal("app", names[^1]);
        Assert.Equal(["b", "a"], Names(Solve("a", "a 1 | Pre-Depends: b\nb 1 | Depends: a")));
        Assert.Equal(["b", "a"], Names(Solve("b", "a 1 | Pre-Depends: b\nb 1 | Depends: a")));
    }

    [Fact]
    public void Takes_recommended_packages_only_where_asked_to()
    {
        var request = Request("tool") with { Recommends = true };
        Assert.Equal(["loader", "tool"], Names(DebianSolver.Solve(Pool(World), request, CancellationToken.None)).Order());
    }

    [Fact]
    public void Keeps_every_reason_the_deciding_one_first()
    {
        var solved = Assert.IsType<Resolution<DebianPackage>.Solved>(Solve("app lib", World));
        var lib = solved.Packages.Single(package => package.Package.Name == "lib");
        Assert.Equal(
            [
                new Reason.Requested("lib"),
                new Reason.Needed(new PackageId("app", "1", "amd64"), "Depends", "lib (>= 2)", "lib (>= 2)", null),
                new Reason.Needed(new PackageId("base", "1", "amd64"), "Depends", "lib", "lib", null),
            ],
            lib.Reasons.AsEnumerable());
        var mawk = solved.Packages.Single(package => package.Package.Name == "mawk");
        Assert.Equal(new Reason.Needed(new PackageId("app", "1", "amd64"), "Depends", "awk", "awk", "awk"), Assert.Single(mawk.Reasons));
    }

    [Fact]
    public void An_omitted_package_satisfies_and_brings_nothing()
    {
        var request = Request("app", "wants-awk-4") with { Omit = ["gawk", "loader"] };
        var solved = Assert.IsType<Resolution<DebianPackage>.Solved>(DebianSolver.Solve(Pool(World), request, CancellationToken.None));
        Assert.Equal(["app", "base", "lib", "wants-awk-4"], Names(solved).Order());
        Assert.Equal(["gawk", "loader"], solved.Omitted.Select(omitted => omitted.Package.Name));
        Assert.Equal(2, solved.Omitted[0].Reasons.Length);
        Assert.Empty(solved.Warnings);
    }

    [Fact]
    public void An_idle_omission_is_a_warning()
    {
        var solved = Assert.IsType<Resolution<DebianPackage>.Solved>(DebianSolver.Solve(Pool(World), Request("lib") with { Omit = ["mawk"] }, CancellationToken.None));
        Assert.Equal(["'mawk' need not be omitted: nothing asks for it"], solved.Warnings.AsEnumerable());
    }

    [Theory]
    [InlineData("older", "'older' is asked for / older 1 needs old / old 1 needs lib (>= 3); lib 2 is the only one", null)]
    [InlineData("mawk older", "'older' is asked for / older 1 needs old / old 1 needs lib (>= 3); lib 2 is the only one", "Remove 'older' from packages.")]
    [InlineData("postfix exim", "'postfix' is asked for / 'exim' is asked for / postfix 1 conflicts with mta, which exim 1 provides", "Remove 'exim' from packages.")]
    [InlineData("app breaker", "'app' is asked for / app 1 needs lib (>= 2) / 'breaker' is asked for / breaker 1 breaks lib (<< 3), and that is lib 2", "Remove 'breaker' from packages.")]
    [InlineData("any-lib", "'any-lib' is asked for / any-lib 1 needs lib:any; lib does not let itself be used as lib:any", null)]
    public void Explains_what_cannot_be_and_what_would_help(string requests, string chain, string? suggestion)
    {
        var answer = Assert.IsType<Resolution<DebianPackage>.Unsolvable>(Solve(requests, World));
        Assert.Equal(chain, string.Join(" / ", answer.Chain));
        Assert.Equal(suggestion, answer.Suggestion);
    }

    [Theory]
    [InlineData("perk", "cannot find package 'perk': stable has no such package", "Did you mean 'perl'?")]
    [InlineData("qwertyuiop", "cannot find package 'qwertyuiop': stable has no such package", null)]
    [InlineData("mta", "cannot find package 'mta': several packages provide it", "Name one of exim, postfix.")]
    [InlineData("lib=3", "cannot find package 'lib=3': there is only 2 in stable", null)]
    [InlineData("lib/backports", "cannot find package 'lib/backports': there is only 2 in stable", null)]
    [InlineData("lib:i386", "cannot find package 'lib:i386': the packages are for amd64", null)]
    public void Says_what_is_wrong_with_a_request(string request, string message, string? hint)
    {
        var failure = Assert.Throws<BothyException>(() => Solve(request, World));
        Assert.Equal(message, failure.Message);
        Assert.Equal(hint, failure.Hint);
    }

    [Fact]
    public void Refuses_an_omission_that_means_nothing()
    {
        Assert.Equal(
            "cannot omit package 'mawkk': stable has no such package",
            Assert.Throws<BothyException>(() => DebianSolver.Solve(Pool(World), Request("app") with { Omit = ["mawkk"] }, CancellationToken.None)).Message);
        Assert.Equal(
            "cannot omit package 'lib': it is asked for as well",
            Assert.Throws<BothyException>(() => DebianSolver.Solve(Pool(World), Request("lib") with { Omit = ["lib"] }, CancellationToken.None)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a=")]
    [InlineData("a/")]
    [InlineData("-a")]
    [InlineData("a:b:c")]
    public void Refuses_what_is_no_request(string text) => Assert.False(DebianRequest.TryParse(text, out _));

    [Fact]
    public void Backports_win_only_where_asked_for()
    {
        var stable = Index("lib 1\nhelper 1\napp 1 | Depends: lib", "stable", 500);
        var backports = Index("lib 2 | Depends: helper (>= 2)\nhelper 2\nnew 1", "backports", 100);
        var pool = new DebianPool([backports, stable]);
        Assert.Equal(["lib 1", "app 1"], Versions(pool, "app"));
        var unknown = Assert.Throws<BothyException>(() => Versions(pool, "gone"));
        Assert.Equal("cannot find package 'gone': none of backports, stable has such a package", unknown.Message);
        Assert.Equal(["helper 2", "lib 2", "app 1"], Versions(pool, "app", "lib/backports")); // and what it needs from there
        Assert.Equal(["helper 2", "lib 2"], Versions(pool, "lib/backports"));
        Assert.Equal(["new 1"], Versions(pool, "new")); // nobody else has it

        var pinned = Assert.IsType<Resolution<DebianPackage>.Unsolvable>(DebianSolver.Solve(pool, Request("lib=2"), CancellationToken.None));
        Assert.Equal("lib 2 needs helper (>= 2); only backports has helper 2, and it is not the candidate", pinned.Chain[^1]);
        Assert.Equal("Ask for helper/backports as well.", pinned.Suggestion);
    }

    [Fact]
    public void Of_one_version_in_two_suites_the_first_source_is_used()
    {
        var pool = new DebianPool([Index("lib 1", "security", 500), Index("lib 1", "stable", 500)]);
        Assert.Equal("security", pool.Candidate("lib")!.Origin.Suite);
        Assert.Equal("lib 1", Assert.Single(Versions(pool, "lib/stable")));
    }

    [Fact]
    public void A_provider_that_is_not_the_candidate_provides_nothing()
    {
        var pool = new DebianPool([Index("lib 1 | Provides: api\napp 1 | Depends: api", "stable", 500), Index("lib 2", "security", 500)]);
        Assert.IsType<Resolution<DebianPackage>.Unsolvable>(DebianSolver.Solve(pool, Request("app"), CancellationToken.None));
    }

    [Fact]
    public void The_order_of_the_index_does_not_matter()
    {
        var random = new Random(1);
        string[] lines = World.Split('\n');
        for (int i = 0; i < 20; i++)
        {
            random.Shuffle(lines);
            Assert.Equal(Names(Solve("app wants-awk-4 either", World)), Names(Solve("app wants-awk-4 either", string.Join('\n', lines))));
        }
    }

    private static IEnumerable<string> Versions(DebianPool pool, params string[] requests) =>
        Assert.IsType<Resolution<DebianPackage>.Solved>(DebianSolver.Solve(pool, Request(requests), CancellationToken.None))
            .Packages.Select(package => $"{package.Package.Name} {package.Package.Version}");

    private static IEnumerable<string> Names(Resolution<DebianPackage> resolution) =>
        Assert.IsType<Resolution<DebianPackage>.Solved>(resolution).Packages.Select(package => package.Package.Name);

    private static Resolution<DebianPackage> Solve(string requests, string world) =>
        DebianSolver.Solve(Pool(world), Request(requests.Split(' ')), CancellationToken.None);

    private static DebianSolverRequest Request(params string[] packages) =>
        new() { Architecture = "amd64", Packages = [.. packages.Select(DebianRequest.Parse)] };

    private static DebianPool Pool(string world) => new([Index(world, "stable", 500)]);

    private static DebianIndex Index(string world, string suite, int priority) => DebianIndex.Read(
        Encoding.UTF8.GetBytes(DebianWorld.Packages(world)),
        new DebianIndexOrigin
        {
            Archive = new Uri("http://mirror.example/debian/"), Suite = suite, Codename = suite, Component = "main", Architecture = "amd64", Priority = priority,
        });
}
