using Bothy.Oci.Archives;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("oci:out", "Layout out")]
    [InlineData("oci:out/python:3.11", "Layout out/python 3.11")]
    [InlineData("oci:/x:registry.example/a:b", "Layout /x registry.example/a:b")]
    [InlineData("oci-archive:x.tar", "OciArchive x.tar")]
    [InlineData("oci-archive:x.tar:v1", "OciArchive x.tar v1")]
    [InlineData("docker-archive:x.tar", "DockerArchive x.tar")]
    [InlineData("docker-archive:x.tar:localhost:5000/a/b", "DockerArchive x.tar localhost:5000/a/b:latest")]
    [InlineData("rootfs:x.tar", "Rootfs x.tar")]
    public void Destinations_are_read(string text, string expected)
    {
        Assert.True(Destination.TryParse(text, out var destination, out string? reason), reason);
        string? name = destination switch
        {
            Destination.Layout layout => layout.Name?.ToString(),
            Destination.OciArchive archive => archive.Name?.ToString(),
            Destination.DockerArchive archive => archive.Name?.ToString(),
            _ => null,
        };
        Assert.Equal(expected, $"{destination.GetType().Name} {destination.Path} {name}".TrimEnd());
    }

    [Theory]
    [InlineData("out/python", "'out/python' names no transport: want oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], rootfs:FILE or initramfs:FILE")]
    [InlineData("podman:x", "'podman' is not a transport that can be written: want oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], rootfs:FILE or initramfs:FILE")]
    [InlineData("oci:", "'oci:' names no directory")]
    [InlineData("rootfs::x", "'rootfs::x' names no file")]
    [InlineData("oci:x:", "'' is not a tag: want letters and digits joined by one of -._:@+ or a slash")]
    [InlineData("oci:x:a..b", "'a..b' is not a tag: want letters and digits joined by one of -._:@+ or a slash")]
    [InlineData("docker-archive:x:Upper", "'Upper' is not a name to load an image under: want [REGISTRY/]REPOSITORY[:TAG] in lower case")]
    [InlineData("rootfs:x:tag", "a rootfs has no name, so ':tag' means nothing")]
    public void Other_destinations_are_refused_with_the_reason(string text, string expected)
    {
        Assert.False(Destination.TryParse(text, out _, out string? reason));
        Assert.Equal(expected, reason);
    }

    [Theory]
    [InlineData("v1", true)]
    [InlineData("a/b-c_d.e+f:g@h", true)]
    [InlineData("a--b", true)]
    [InlineData("a---b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a//b", false)]
    [InlineData("a b", false)]
    [InlineData("\u00e9", false)]
    [InlineData("", false)]
    public void Names_in_a_layout_follow_the_grammar(string name, bool good) => Assert.Equal(good, ReferenceName.TryParse(name, out _));

    [Theory]
    [InlineData("a", "a:latest")]
    [InlineData("a__b/c--d.e:V1_x", "a__b/c--d.e:V1_x")]
    [InlineData("Registry.Example:5000/a", "Registry.Example:5000/a:latest")] // hosts may have capitals
    [InlineData("localhost/a:b", "localhost/a:b")]
    [InlineData("A", null)]
    [InlineData("a___b", null)]
    [InlineData("a..b", null)]
    [InlineData("a:-b", null)]
    [InlineData("a:", null)]
    [InlineData("a/", null)]
    [InlineData("/a", null)]
    [InlineData("x.example:port/a", null)]
    [InlineData("a@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", null)]
    public void Names_to_load_under_follow_the_grammar(string text, string? name) =>
        Assert.Equal(name, DockerName.TryParse(text, out var parsed) ? parsed.ToString() : null);

    [Theory]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("linux/arm/v7/x")]
    [InlineData("linux/a b")]
    public void Other_platforms_are_refused(string text) => Assert.False(Platform.TryParse(text, null, out _));
}
