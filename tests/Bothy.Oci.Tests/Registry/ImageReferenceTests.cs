using Bothy.Oci.Registry;

namespace Bothy.Oci.Tests.Registry;

public sealed class ImageReferenceTests
{
    private const string Hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("alpine", "docker.io", "library/alpine", "latest")]
    [InlineData("alpine:3.20", "docker.io", "library/alpine", "3.20")]
    [InlineData("me/app", "docker.io", "me/app", "latest")]
    [InlineData("docker.io/alpine", "docker.io", "library/alpine", "latest")]
    [InlineData("index.docker.io/me/app:v1", "docker.io", "me/app", "v1")] // what older tools write into their configuration
    [InlineData("localhost/app", "localhost", "app", "latest")]
    [InlineData("localhost:5000/app:V_1.2-x", "localhost:5000", "app", "V_1.2-x")]
    [InlineData("host:5000/app", "host:5000", "app", "latest")] // the colon is a port's, not a tag's
    [InlineData("Host/app", "Host", "app", "latest")] // upper case can only be a host
    [InlineData("192.0.2.1:80/a/b/c", "192.0.2.1:80", "a/b/c", "latest")]
    [InlineData("[::1]:5000/app:1", "[::1]:5000", "app", "1")]
    [InlineData("[2001:db8::1]/app", "[2001:db8::1]", "app", "latest")]
    [InlineData("registry.example/a__b/c--d.e", "registry.example", "a__b/c--d.e", "latest")]
    [InlineData("app:5000", "docker.io", "library/app", "5000")] // without a slash it is a tag
    [InlineData("registry.example/app@sha256:" + Hex, "registry.example", "app", "sha256:" + Hex)]
    [InlineData("registry.example/app:1@sha256:" + Hex, "registry.example", "app", "sha256:" + Hex)] // the digest decides
    public void References_are_read_by_dockers_rules(string text, string host, string repository, string asked)
    {
        var reference = ImageReference.Parse(text);

        Assert.Equal((host, repository, asked), (reference.Host, reference.Repository, reference.Reference));
        Assert.Equal(reference, ImageReference.Parse(reference.ToString()));
    }

    [Theory]
    [InlineData("", "'' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash")]
    [InlineData("registry.example/", "'' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash")]
    [InlineData("registry.example/App", "'App' is not the name of a repository: it has to be in lower case")]
    [InlineData("app:", "'' is not a tag: want up to 128 letters, digits or any of _.-")]
    [InlineData("app:-x", "'-x' is not a tag: want up to 128 letters, digits or any of _.-")]
    [InlineData("app:a:b", "'app:a' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash")]
    [InlineData("https://registry.example/app", "'https:' is not the name of a registry: want HOST[:PORT]")] // an address, not a reference
    [InlineData("-x.example/app", "'-x.example' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("host:port/app", "'host:port' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("host:65536/app", "'host:65536' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("[::g]:1/app", "'[::g]:1' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("[::1:80/app", "'[::1:80' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("[192.0.2.1]:80/app", "'[192.0.2.1]:80' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("a//b", "'a//b' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash")]
    [InlineData("../b", "'..' is not the name of a registry: want HOST[:PORT]")]
    [InlineData("a/../b", "'a/../b' is not the name of a repository: want lower-case letters and digits, joined by one of -._ or a slash")]
    [InlineData("app@sha256:abc", "'sha256:abc' is not a digest: want sha256: and 64 lower-case hex digits")]
    [InlineData("app@", "'' is not a digest: want sha256: and 64 lower-case hex digits")]
    [InlineData("me:x@registry.example/app", "'registry.example/app' is not a digest: want sha256: and 64 lower-case hex digits")] // no user names here
    public void What_is_no_reference_is_refused_with_the_reason(string text, string expected)
    {
        Assert.False(ImageReference.TryParse(text, out _, out string? reason));
        Assert.Equal(expected, reason);
    }

    [Fact]
    public void The_whole_form_leaves_nothing_out()
    {
        Assert.Equal("docker.io/library/alpine", ImageReference.Parse("alpine").ToString());
        Assert.Equal("docker.io/library/alpine:3@sha256:" + Hex, ImageReference.Parse("alpine:3@sha256:" + Hex).ToString());
        Assert.Equal("registry.example/app:v2", ImageReference.Parse("registry.example/app@sha256:" + Hex).WithTag("v2").ToString());
        Assert.Equal("registry.example/app@sha256:" + Hex, ImageReference.Parse("registry.example/app:1").WithDigest(Digest.Parse("sha256:" + Hex)).ToString());
    }

    [Fact]
    public void A_repositorys_name_has_at_most_255_characters()
    {
        Assert.True(ImageReference.TryParse("registry.example/" + new string('a', 255), null, out _));
        Assert.False(ImageReference.TryParse("registry.example/" + new string('a', 256), null, out _));
    }
}
