using Bothy.Packages.Slices;

namespace Bothy.Engine.Tests.Assembly.Slices;

/// <summary>The slices of Debian that come with Bothy.</summary>
public sealed class StarterReleaseTests
{
    [Theory]
    [InlineData("debian-12")]
    [InlineData("debian-13")]
    public void Has_no_mistakes_and_no_conflicts(string name) => Assert.Empty(Open(name).Check().Select(finding => finding.ToString()));

    [Theory]
    [InlineData("debian-12")]
    [InlineData("debian-13")]
    public void Every_slice_brings_the_copyright_of_its_package(string name) => Assert.Empty(
        from package in Open(name).ReadablePackages()
        from slice in package.Slices
        where slice.Name.Slice != "copyright" && slice.Essential.All(essential => essential.Name.ToString() != $"{package.Name}_copyright")
        select slice.Name.ToString());

    [Theory]
    [InlineData("debian-12", "amd64")]
    [InlineData("debian-12", "arm64")]
    [InlineData("debian-13", "amd64")]
    [InlineData("debian-13", "arm64")]
    public void All_slices_can_be_selected_together(string name, string architecture)
    {
        var release = Open(name);

        var selection = SliceSelection.Select(release, release.ReadablePackages().SelectMany(package => package.Slices).Select(slice => slice.Name), architecture);

        Assert.Equal(release.PackageNames.AsEnumerable(), selection.Packages);
    }

    private static SliceRelease Open(string name) => SliceRelease.Open(Path.Combine(RealData.Project, "slices", name), name);
}
