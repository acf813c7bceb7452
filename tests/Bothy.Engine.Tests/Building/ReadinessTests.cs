using System.Text;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.Building;

public sealed class ReadinessTests
{
    [Theory]
    [InlineData("contents:\n  repositories: [https://x.example/main]\n  packages: [a]\n  slices: release\n", "x.yaml:4:3: 'contents.slices': slices are cut from Debian packages; apk's are small as they are")]
    [InlineData("contents:\n  repositories: [https://x.example/main]\n  packages: [a]\n  database: dpkg\n", "x.yaml:4:3: 'contents.database': apk's packages are recorded in apk's own database, or not at all")]
    [InlineData(
        "contents:\n  packages: [a]\n  repositories: [https://x.example/main]\n  build_repositories:\n    - deb bookworm main\n",
        "x.yaml:5:7: 'deb bookworm main' beside 'https://x.example/main': an image draws its packages from one distribution, since programs of one are not made for the C library of another")]
    public void What_cannot_be_built_is_refused_with_its_place(string yaml, string problem)
    {
        var failure = Assert.Throws<BothyException>(() => Readiness.Check(ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(yaml))));

        Assert.Equal($"cannot build x.yaml:\n  {problem}", failure.Message);
    }

    [Theory]
    [InlineData("debug: false")]
    [InlineData("tests: [a.yaml]")]
    [InlineData("layering: {strategy: origin, budget: 5}")] // one layer is a layering too; the note about it is the builder's
    public void What_changes_nothing_passes(string yaml) =>
        Readiness.Check(ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes($"contents: {{packages: [a], repositories: [deb bookworm main]}}\n{yaml}\n")));
}
