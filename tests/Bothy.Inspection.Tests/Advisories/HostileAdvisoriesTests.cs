using System.IO.Compression;
using System.Text;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Tests.Advisories;

public sealed class HostileAdvisoriesTests
{
    [Theory]
    [InlineData("", "it follows no format")]
    [InlineData("{}", "it follows no format")]
    [InlineData("plain text", "it follows no format")]
    [InlineData("""{"distroversion": "v3.19", "packages": {}}""", "'packages' is not a list")]
    [InlineData("""{"distroversion": "v3.19", "packages": [{"pkg": {"name": 1}}]}""", "a package's name is not a text")]
    [InlineData("""{"distroversion": "v3.19", "packages": [{"pkg": {"secfixes": {"1": ["CVE-1"]}}}]}""", "a package has no name")]
    [InlineData("""{"distroversion": "v3.19", "packages": [{"pkg": {"name": "a", "secfixes": {"1": [1]}}}]}""", "a list of what was fixed has a member that is not a text")]
    [InlineData("""{"distroversion": "next", "packages": []}""", "its 'distroversion' is no release")]
    [InlineData("""{"packages": []}""", "it does not say whose packages it is about")]
    [InlineData("""{"distroversion": "v3.19", "packages": []} {}""", "not the JSON it should be")]
    [InlineData("""{"distroversion": "v3.19", "packages": [""", "not the JSON it should be")]
    [InlineData("""{"a": {"CVE-1": {"releases": [1]}}}""", "'releases' is not an object")]
    [InlineData("""{"a": {"CVE-1": {"releases": {"sid": {"urgency": "low"}}}}}""", "a release has no status")]
    [InlineData("""{"a": {"CVE-1": {"releases": {"sid": {"status": "solved"}}}}}""", "'solved' is no status")]
    [InlineData("""{"a": {"CVE-1": {"releases": {"sid": {"status": "resolved"}}}}}""", "something is resolved without a version")]
    [InlineData("""{"a": {"CVE-1": {"releases": {"sid": {"status": 1}}}}}""", "'status' is not a text")]
    [InlineData("""{"a": {"": {"releases": {"sid": {"status": "open"}}}}}""", "a name in it is empty")]
    [InlineData("""{"a": {"CVE-1": []}}""", "a vulnerability is not an object")]
    [InlineData("""{"modified": "2023-01-01T00:00:00Z"}""", "a record has no 'id'")]
    [InlineData("""{"id": "A", "modified": "yesterday"}""", "'modified' is not a time")]
    [InlineData("""{"id": "A", "aliases": "B"}""", "'aliases' is not a list")]
    [InlineData("""{"id": "A", "affected": [{"ranges": [{"events": [{"fixed": 3}]}]}]}""", "'fixed' is not a text")]
    [InlineData("""{"id": "A", "summary": "\ud800"}""", "a string that is not Unicode")]
    [InlineData("[1]", "a record is not an object")]
    [InlineData("#model_version:v1\nCVE-1,0.1,0.2\n", "no heading 'cve,epss,percentile'")]
    [InlineData("#model_version:v1\n", "it ends too early")]
    [InlineData("cve,epss,percentile\nCVE-1,2,0.2\n", "a line that is not a name and two shares")]
    [InlineData("cve,epss,percentile\nCVE-1,NaN,0.2\n", "a line that is not a name and two shares")]
    [InlineData("""{"catalogVersion": "1", "vulnerabilities": [{"dateAdded": "2023-01-01"}]}""", "a vulnerability has no 'cveID'")]
    [InlineData("""{"catalogVersion": "1", "vulnerabilities": [{"cveID": "A", "dateAdded": "1.1.2023"}]}""", "'dateAdded' is not a day")]
    [InlineData("[29 Mar 2023] DSA-1 a - b\n\t{CVE-1\n", "vulnerabilities without a brace")]
    [InlineData("[29 Mar 2023] DSA-1 a - b\nnothing\n", "neither the heading of a notice")]
    [InlineData("""{"@context": "https://openvex.dev/ns"}""", "it is a VEX document: give it to 'bothy scan --vex'")]
    public void What_is_wrong_is_said(string text, string problem)
    {
        var failure = Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(text));
        Assert.StartsWith(problem, failure.Problem, StringComparison.Ordinal);
        Assert.StartsWith("cannot read sample: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        foreach (string text in new[] { "{\"id\": \"A\", \"x\": " + new string('[', 100_000), "{\"a\": {\"CVE-1\": {\"x\": " + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) })
        {
            Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(text));
        }
    }

    [Fact]
    public void A_string_has_a_limit()
    {
        string text = "{\"a\": {\"CVE-1\": {\"description\": \"" + new string('x', 5 << 20) + "\", \"releases\": []}}}";

        var failure = Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(text));
        Assert.StartsWith("a string or number of more than", failure.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_long_list_of_names_is_has_a_limit()
    {
        string text = $$"""{"id": "A", "aliases": [{{string.Join(',', Enumerable.Range(0, 10_001).Select(static i => $"\"B{i}\""))}}]}""";

        Assert.Equal("'aliases' has too many members", Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(text)).Problem);
    }

    [Fact]
    public void A_bomb_is_not_unpacked()
    {
        // One member of gzip unpacks to a megabyte of comments; many of them follow each other.
        byte[] member = AdvisorySamples.Gzip(string.Concat(Enumerable.Repeat("#model_version" + new string(' ', 4000) + "\n", 256)));
        byte[] gzip = [.. Enumerable.Repeat(member, 530).SelectMany(static bytes => bytes)];
        Assert.StartsWith("it unpacks to more than", Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(gzip)).Problem, StringComparison.Ordinal);

        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var file = archive.CreateEntry("1.json", CompressionLevel.Fastest).Open();
            Spaces(file, 70);
        }

        Assert.Contains("bytes, more than", Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(zip.ToArray())).Problem, StringComparison.Ordinal);
        Assert.Throws<MalformedDataException>(() => AdvisorySamples.Read(Gzip(stream =>
        {
            stream.Write("{\"a\":{"u8);
            Spaces(stream, 20);
        })));
    }

    [Fact]
    public void Records_that_are_changed_a_little_are_read_or_malformed()
    {
        foreach (var (name, good) in AdvisorySamples.All)
        {
            var random = new Random(7);
            for (int i = 0; i < 1500; i++)
            {
                byte[] bytes = Mutation.Of(good, random);
                try
                {
                    var document = AdvisorySamples.Read(bytes, name);
                    var builder = new AdvisorySnapshotBuilder();
                    builder.Add(document.Source, document.Entries, document.Facts);
                    using var snapshot = builder.ToSnapshot();
                    Assert.All(document.Entries.Take(3), entry => Assert.NotEmpty(snapshot.Find(entry.Space, entry.Release, entry.Package)));
                }
                catch (MalformedDataException)
                {
                    // As it should be.
                }
            }
        }

        var vexRandom = new Random(7);
        for (int i = 0; i < 1500; i++)
        {
            try
            {
                VexDocument.Read(new MemoryStream(Mutation.Of(AdvisorySamples.Utf8(AdvisorySamples.Vex), vexRandom)), "vex");
            }
            catch (MalformedDataException)
            {
                // As it should be.
            }
        }
    }

    private static void Spaces(Stream stream, int megabytes)
    {
        byte[] spaces = Encoding.ASCII.GetBytes(new string(' ', 1 << 20));
        for (int i = 0; i < megabytes; i++)
        {
            stream.Write(spaces);
        }
    }

    private static byte[] Gzip(Action<Stream> write)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            write(gzip);
        }

        return bytes.ToArray();
    }
}
