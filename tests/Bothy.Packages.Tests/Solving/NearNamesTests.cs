using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Solving;

public sealed class NearNamesTests
{
    private static readonly string[] Names = ["python3", "python3-minimal", "pypy3", "perl", "curl", "gcc", "g++", "libssl3"];

    [Theory]
    [InlineData("pyhton3", "python3")] // two swapped letters are one edit
    [InlineData("python", "python3 python3-minimal")] // nearest first, then what begins with it
    [InlineData("curll", "curl")]
    [InlineData("libssl1", "libssl3")]
    [InlineData("gc", "gcc")] // in a short name only one edit
    [InlineData("nothing-like-it", "")]
    public void Offers_what_may_have_been_meant(string written, string meant) =>
        Assert.Equal(meant, string.Join(" ", NearNames.Of(written, Names, 5)));
}
