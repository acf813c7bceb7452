using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkDependencyTests
{
    [Theory]
    [InlineData("musl", "musl")]
    [InlineData("!uclibc-utils", "!uclibc-utils")]
    [InlineData("so:libc.musl-x86_64.so.1", "so:libc.musl-x86_64.so.1")]
    [InlineData("pc:gtk+-3.0=3.24.38", "pc:gtk+-3.0=3.24.38")]
    [InlineData("/bin/sh", "/bin/sh")]
    [InlineData("dbx[a,b]", "dbx[a,b]")]
    [InlineData("a=<2", "a<=2")]
    [InlineData("a=>2", "a>=2")]
    [InlineData("a=~2", "a~2")]
    [InlineData("a~=2", "a~2")]
    [InlineData("a~<2", "a<~2")]
    [InlineData("a<<2", "a<2")]
    [InlineData("a==2", "a=2")]
    [InlineData("a<>2", "a><2")]
    [InlineData("a@edge", "a@edge")]
    [InlineData("a@edge>=1.2", "a@edge>=1.2")]
    [InlineData(".virtual><Q1eVpkasfqZAukAXFYbgwt4xAMZWU=", ".virtual><Q1eVpkasfqZAukAXFYbgwt4xAMZWU=")]
    public void Reads_and_writes(string text, string written)
    {
        Assert.Equal(written, ApkDependency.Parse(text).ToString());
        Assert.Equal(ApkDependency.Parse(text), ApkDependency.Parse(written));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("foo=")]
    [InlineData("foo~")]
    [InlineData("=1")]
    [InlineData("a>1@edge")] // the tag stands before the version
    [InlineData("a@")]
    [InlineData("a@=1")]
    [InlineData("a=2~")]
    [InlineData("a=1.0bc")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a><nonsense")]
    public void Refuses(string text) => Assert.False(ApkDependency.TryParse(text, null, out _));

    [Theory]
    [InlineData("a", "1", true)]
    [InlineData("a<2", "1.9-r7", true)]
    [InlineData("a<2", "2", false)]
    [InlineData("a<=2", "2", true)]
    [InlineData("a=2", "2-r0", false)] // the revision counts
    [InlineData("a~2", "2-r0", true)]
    [InlineData("a~2", "2.10", true)]
    [InlineData("a~2.1", "2.10", false)]
    [InlineData("a~2.10", "2.1", false)]
    [InlineData("a>=2", "2_rc1", false)]
    [InlineData("a~2", "2_rc1", true)]
    [InlineData("a<~2", "1", true)]
    [InlineData("a<~2", "2.5", true)]
    [InlineData("a<~2", "3", false)]
    [InlineData("a>~2", "3", true)]
    [InlineData("a><2", "2", false)] // no version but an identity
    [InlineData("a<=>2", "7", true)]
    public void Admits_versions(string dependency, string version, bool admitted) =>
        Assert.Equal(admitted, ApkDependency.Parse(dependency).Admits(ApkVersion.Parse(version)));

    [Theory]
    [InlineData("so:a", "so:a", true)]
    [InlineData("so:a", "so:a=1", true)]
    [InlineData("so:a=1", "so:a", false)] // without a version it is of none
    [InlineData("so:a>1", "so:a=2", true)]
    [InlineData("so:a>1", "so:a=1", false)]
    public void Admits_what_is_provided(string dependency, string provided, bool admitted) =>
        Assert.Equal(admitted, ApkDependency.Parse(dependency).AdmitsProvided(ApkDependency.Parse(provided)));

    [Fact]
    public void Reads_a_world() =>
        Assert.Equal(["alpine-base", "nginx@edge>1", "!vim"], ApkDependency.ParseAll("alpine-base\nnginx@edge>1  !vim\n").Select(dependency => dependency.ToString()));
}
