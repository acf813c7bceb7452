using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

public sealed class AptSourceTests
{
    [Theory]
    [InlineData("deb http://mirror.example/debian bookworm main contrib", "http://mirror.example/debian/", "bookworm", "main contrib")]
    [InlineData("deb\thttps://mirror.example/debian/  bookworm-updates\tmain ", "https://mirror.example/debian/", "bookworm-updates", "main")]
    [InlineData("deb bookworm main", null, "bookworm", "main")] // the URI is the machine's to say
    [InlineData("deb [arch=amd64] bookworm main", null, "bookworm", "main")]
    [InlineData("deb file:/srv/archive bookworm main", "file:///srv/archive/", "bookworm", "main")]
    [InlineData("deb file:///srv/archive ./", "file:///srv/archive/", "./", "")]
    [InlineData("deb http://mirror.example/debian buster/updates updates/main", "http://mirror.example/debian/", "buster/updates", "updates/main")]
    public void Reads_a_line(string line, string? uri, string suite, string components)
    {
        var source = AptSource.Parse(line);

        Assert.Equal(uri, source.Uri?.AbsoluteUri);
        Assert.Equal(suite, source.Suite);
        Assert.Equal(components, string.Join(' ', source.Components));
        Assert.Equal(line, source.Text);
    }

    [Fact]
    public void Reads_the_options()
    {
        var source = AptSource.Parse("deb [ signed-by=/a.gpg,keys/b.asc arch=amd64,arm64 trusted=no lang=none Check-Valid-Until=no ] http://mirror.example/debian bookworm main");

        Assert.Equal(["/a.gpg", "keys/b.asc"], source.SignedBy.AsEnumerable());
        Assert.True(source.Serves("arm64"));
        Assert.False(source.Serves("i386"));
        Assert.False(source.CheckValidUntil);
    }

    [Theory]
    [InlineData("", 1, "it is empty")]
    [InlineData("deb-src bookworm main", 1, "'deb-src' names source packages, which no image is built from")]
    [InlineData("Deb bookworm main", 1, "it starts with 'Deb': want 'deb'")]
    [InlineData("deb [trusted=yes] bookworm main", 6, "'trusted=yes' would accept an index that nobody signed; name the key with signed-by instead")]
    [InlineData("deb [arch=amd64 allow-insecure=yes] bookworm main", 17, "'allow-insecure=yes' would accept an index that nobody signed; name the key with signed-by instead")]
    [InlineData("deb [check-date=no] bookworm main", 6, "'check-date=no' would accept an index from the future; correct the clock instead")]
    [InlineData("deb [signed=/a.gpg] bookworm main", 6, "the option 'signed' is not known: want signed-by, arch or check-valid-until")]
    [InlineData("deb [arch+=i386] bookworm main", 6, "the option 'arch+' is not known: want signed-by, arch or check-valid-until")]
    [InlineData("deb [signed-by=] bookworm main", 6, "the option 'signed-by=' is not of the form name=value")]
    [InlineData("deb [arch] bookworm main", 6, "the option 'arch' is not of the form name=value")]
    [InlineData("deb [trusted=maybe] bookworm main", 6, "'maybe' is not a value of 'trusted': want yes or no")]
    [InlineData("deb [arch=amd64 bookworm main", 5, "the options are not closed by ']'")]
    [InlineData("deb ftp://mirror.example/debian bookworm main", 5, "'ftp:' is not supported: want http, https or file")]
    [InlineData("deb http:// bookworm main", 5, "'http://' is not the root of an archive")]
    [InlineData("deb http://mirror.example/debian?x bookworm main", 5, "'http://mirror.example/debian?x' is not the root of an archive")]
    [InlineData("deb http://mirror.example/debian", 33, "it names no suite")]
    [InlineData("deb http://mirror.example/debian bookworm", 42, "it names no component of 'bookworm', such as main")]
    [InlineData("deb bookworm", 13, "it names no component of 'bookworm', such as main")]
    [InlineData("deb bookworm main main", 19, "the component 'main' stands there twice")]
    [InlineData("deb ../../other main", 5, "'../../other' is not the name of a suite or component")]
    [InlineData("deb bookworm ../main", 14, "'../main' is not the name of a suite or component")]
    [InlineData("deb http://mirror.example/debian ./ main", 34, "the suite './' is a path, which takes no components")]
    [InlineData("deb ./", 5, "the suite './' is a path, which needs a URI before it")]
    public void Says_what_is_wrong_and_where(string line, int column, string reason)
    {
        Assert.False(AptSource.TryParse(line, out _, out var problem));

        Assert.Equal(new AptSourceProblem(column, reason), problem);
    }

    [Fact]
    public void A_bad_line_that_must_be_good_is_quoted_in_the_failure()
    {
        var failure = Assert.Throws<BothyException>(() => AptSource.Parse("deb bookworm"));

        Assert.Equal("cannot read the source 'deb bookworm': it names no component of 'bookworm', such as main (at column 13)", failure.Message);
    }
}
