using System.Text;
using Bothy.Formats.Deb822;
using Bothy.Packages.Debian;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Debian;

/// <summary>Choosing packages beside what is installed.</summary>
public sealed class DebianInstalledTests
{
    private const string Archive = """
        app 1 | Depends: lib (>= 2), awk
        lib 1
        lib 3 | Depends: helper
        helper 1
        strict 1 | Depends: lib (>= 3)
        mawk 1 | Provides: awk
        gawk 1 | Provides: awk | Priority: required
        breaker 1 | Breaks: lib (<< 3)
        foe 1 | Conflicts: mawk
        lonely 1 | Depends: nothing
        """;

    [Theory]
    [InlineData("app", "app")] // what is there satisfies, though a later version and a better provider could be had
    [InlineData("lib", "")] // asked for and there
    [InlineData("lib=3", "helper lib")] // asked for in a later version
    [InlineData("strict", "helper lib strict")] // something needs a later version
    [InlineData("breaker", "breaker helper lib")] // something does not go with the version that is there
    [InlineData("lib=2", "")] // the very version that is there, and that no archive has any more
    public void What_is_there_stays_unless_something_demands_a_later_version(string request, string coming) =>
        Assert.Equal(coming, Coming(request, "lib 2\nmawk 1 | Provides: awk"));

    [Fact]
    public void What_is_there_does_not_go()
    {
        var unsolvable = Assert.IsType<Resolution<DebianPackage>.Unsolvable>(Solve("foe", "mawk 1"));

        Assert.Equal(["'foe' is asked for", "foe 1 conflicts with mawk, and that is mawk 1", "mawk 1 is installed"], unsolvable.Chain.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_earlier_version_than_the_one_that_is_there_is_refused() =>
        Assert.Equal("cannot take lib 1: 2 is installed, which is later", Assert.Throws<BothyException>(() => Solve("lib=1", "lib 2")).Message);

    [Fact]
    public void What_the_installed_lack_among_themselves_is_not_demanded() => // as in images that leave packages out
        Assert.Equal("helper", Coming("helper", "lonely 1 | Depends: nothing | Conflicts: mawk\nmawk 1"));

    [Fact]
    public void What_the_installed_need_of_each_other_still_holds() =>
        Assert.IsType<Resolution<DebianPackage>.Unsolvable>(Solve("lib=3", "lib 2\nuser 1 | Depends: lib (<< 3)"));

    [Fact]
    public void A_package_that_was_replaced_has_the_reasons_of_those_who_demand_it()
    {
        var solved = Assert.IsType<Resolution<DebianPackage>.Solved>(Solve("strict", "lib 2"));

        var lib = solved.Packages.Single(package => package.Package.Name == "lib");
        Assert.Equal("strict", Assert.IsType<Reason.Needed>(Assert.Single(lib.Reasons)).By.Name);
    }

    [Fact]
    public void A_record_that_cannot_be_read_is_refused() => Assert.Throws<MalformedDataException>(() => Solve("helper", "lib 2 | Depends: (("));

    private static string Coming(string request, string installed) => string.Join(' ', Assert.IsType<Resolution<DebianPackage>.Solved>(Solve(request, installed)).Packages
        .Where(package => package.Package.Origin.Suite != DebianInstalled.Suite)
        .Select(package => package.Package.Name));

    private static Resolution<DebianPackage> Solve(string request, string installed)
    {
        var there = DebianInstalled.Index(Deb822Document.Parse(Encoding.UTF8.GetBytes(DebianWorld.Packages(installed)), "test").Paragraphs, "amd64");
        var archive = DebianIndex.Read(
            Encoding.UTF8.GetBytes(DebianWorld.Packages(Archive)),
            new DebianIndexOrigin { Archive = new Uri("http://mirror.example/debian/"), Suite = "stable", Codename = "stable", Component = "main", Architecture = "amd64" });
        return DebianSolver.Solve(
            new DebianPool([there, archive]), new DebianSolverRequest { Architecture = "amd64", Packages = [DebianRequest.Parse(request)], Installed = there }, CancellationToken.None);
    }
}
