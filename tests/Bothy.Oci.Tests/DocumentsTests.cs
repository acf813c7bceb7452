using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Oci.Tests;

public sealed class DocumentsTests
{
    private const string SomeDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_configuration_is_written_in_one_way() =>
        Assert.Equal(
            "{'created':'2023-11-14T22:13:20Z','author':'test','architecture':'amd64','os':'linux','config':{'User':'65532','ExposedPorts':{'8080/tcp':{}},"
            + "'Env':['PATH=/usr/bin','A=B'],'Entrypoint':['/usr/bin/b-first'],'Cmd':['-c'],'Volumes':{'/data':{}},'WorkingDir':'/tmp','Labels':{'k':'<\u00e9>'},'StopSignal':'SIGTERM'},"
            + "'rootfs':{'type':'layers','diff_ids':[]},'history':[{'created':'2023-11-14T22:13:20Z','created_by':'bothy','comment':'all'}]}",
            Encoding.UTF8.GetString(Samples.Config().ToJson()).Replace('"', '\''));

    [Fact]
    public void A_manifest_is_written_in_one_way()
    {
        var manifest = new ImageManifest
        {
            Config = new Descriptor(MediaTypes.Config, Digest.Parse(SomeDigest), 1),
            Layers = [new Descriptor(MediaTypes.LayerTarGzip, Digest.Parse(SomeDigest), 2)],
            Annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("b", "2").Add("B", "1"),
        };
        string json = "{'schemaVersion':2,'mediaType':'application/vnd.oci.image.manifest.v1+json',"
            + $"'config':{{'mediaType':'application/vnd.oci.image.config.v1+json','digest':'{SomeDigest}','size':1}},"
            + $"'layers':[{{'mediaType':'application/vnd.oci.image.layer.v1.tar+gzip','digest':'{SomeDigest}','size':2}}],'annotations':{{'B':'1','b':'2'}}}}";

        Assert.Equal(json, Encoding.UTF8.GetString(manifest.ToJson()).Replace('"', '\''));
        Assert.Equal(manifest.ToJson(), ImageManifest.Parse(manifest.ToJson(), "x").ToJson());
    }

    [Fact]
    public void Documents_are_read_back()
    {
        var image = Samples.Image();
        var index = Samples.Index();
        Assert.Equal(image.Config.ToJson(), ImageConfig.Parse(image.Config.ToJson(), "x").ToJson());
        Assert.Equal(index.Index.ToJson(), ImageIndex.Parse(index.Index.ToJson(), "x").ToJson());
    }

    [Fact]
    public void What_Go_writes_is_read()
    {
        var config = ImageConfig.Parse(Samples.Json("{'created':'2023-01-02T03:04:05.123456789+01:00','architecture':'arm64','os':'linux','variant':'','config':{'Env':null,'Labels':null},'rootfs':{'type':'layers','diff_ids':null},'history':null,'unknown':1}"), "x");
        Assert.Equal(new Platform("linux", "arm64"), config.Platform);
        Assert.Equal(new DateTimeOffset(2023, 1, 2, 2, 4, 5, TimeSpan.Zero).AddTicks(1234567), config.Created);
        Assert.Empty(config.Container.Env);
    }

    // Docker's extensions, as Docker writes them.
    [Theory]
    [InlineData("'Healthcheck':{'Test':['CMD-SHELL','curl -f http://localhost/ || exit 1'],'Interval':5000000000,'Timeout':3000000000,'StartPeriod':1000000000,'StartInterval':500000000,'Retries':2}", "CMD-SHELL curl -f http://localhost/ || exit 1 interval=5s timeout=3s startPeriod=1s startInterval=0.5s retries=2")]
    [InlineData("'Healthcheck':{'Test':['NONE']}", "NONE")]
    [InlineData("'Healthcheck':{}", "")]
    [InlineData("'OnBuild':['COPY . /app','RUN make']", null)]
    [InlineData("'Shell':['/bin/bash','-c']", null)]
    public void Extensions_of_the_configuration_are_kept(string fields, string? health)
    {
        var config = ImageConfig.Parse(Samples.Json($"{{'architecture':'arm64','os':'linux','config':{{{fields}}},'rootfs':{{'type':'layers'}}}}"), "x");

        Assert.Equal(health, config.Container.HealthCheck?.ToString());
        Assert.Contains($"'config':{{{fields}}}", Encoding.UTF8.GetString(config.ToJson()).Replace('"', '\''), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'Healthcheck':[]", "'config.Healthcheck' is not an object")]
    [InlineData("'Healthcheck':{'Test':'true'}", "'config.Healthcheck.Test' is not a list, or too long")]
    [InlineData("'Healthcheck':{'Interval':'5s'}", "'config.Healthcheck.Interval' is missing or not a size")]
    [InlineData("'Healthcheck':{'Interval':9223372036854775808}", "'config.Healthcheck.Interval' is missing or not a size")]
    [InlineData("'OnBuild':[1]", "'config.OnBuild' is not a string")]
    public void Bad_extensions_are_refused(string fields, string problem) => Assert.Equal(
        problem,
        Assert.Throws<MalformedDataException>(() => ImageConfig.Parse(Samples.Json($"{{'architecture':'arm64','os':'linux','config':{{{fields}}},'rootfs':{{'type':'layers'}}}}"), "x")).Problem);

    [Theory]
    [InlineData("", "not the JSON it should be")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "'schemaVersion' is missing or not a size")]
    [InlineData("{'schemaVersion':1}", "not an image manifest of schema version 2")]
    [InlineData("{'schemaVersion':2,'schemaVersion':2}", "not the JSON it should be")] // duplicate keys
    [InlineData("{'schemaVersion':2,'mediaType':'application/vnd.oci.image.index.v1+json'}", "not an image manifest of schema version 2")]
    [InlineData("{'schemaVersion':2,'manifests':[]}", "not an image manifest of schema version 2")] // ambiguous
    [InlineData("{'schemaVersion':2}", "'config' is missing")]
    [InlineData("{'schemaVersion':2,'config':[]}", "'config' is not an object")]
    [InlineData("{'schemaVersion':2,'config':{}}", "'config.mediaType' is missing")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':1}}", "'config.mediaType' is not a string")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':'x','digest':'sha256:../../etc/passwd','size':1}}", "'config.digest' is not a sha256 digest")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':'x','digest':'" + SomeDigest + "','size':-1}}", "'config.size' is missing or not a size")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':'x','digest':'" + SomeDigest + "','size':1},'layers':{}}", "'layers' is not a list, or too long")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':'x','digest':'" + SomeDigest + "','size':1},'layers':[1]}", "'layers[0]' is not an object")]
    [InlineData("{'schemaVersion':2,'config':{'mediaType':'x','digest':'" + SomeDigest + "','size':1},'annotations':{'a':1}}", "'annotations' is not a string")]
    [InlineData("{'schemaVersion':2,'mediaType':'\\ud800'}", "a string that is not Unicode")]
    public void A_bad_manifest_is_refused(string json, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => ImageManifest.Parse(Samples.Json(json), "x")).Problem);

    [Theory]
    [InlineData("{'schemaVersion':2,'manifests':[],'layers':[]}", "not an image index of schema version 2")]
    [InlineData("{'schemaVersion':2,'manifests':[{'mediaType':'x','digest':'" + SomeDigest + "','size':1,'platform':{}}]}", "'manifests[0].platform.os' is missing")]
    public void A_bad_index_is_refused(string json, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => ImageIndex.Parse(Samples.Json(json), "x")).Problem);

    [Theory]
    [InlineData("{}", "'rootfs' is missing")]
    [InlineData("{'rootfs':{'type':'tree'}}", "'rootfs.type' is not 'layers'")]
    [InlineData("{'rootfs':{'type':'layers'},'created':'yesterday'}", "'created' is not a time")]
    [InlineData("{'rootfs':{'type':'layers','diff_ids':['x']}}", "'rootfs.diff_ids' is not a sha256 digest", "linux")]
    public void A_bad_configuration_is_refused(string json, string problem, string os = "")
    {
        json = os.Length == 0 ? json : json[..^1] + ",'os':'linux','architecture':'amd64'}";
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => ImageConfig.Parse(Samples.Json(json), "x")).Problem);
    }

    [Fact]
    public void A_document_that_is_too_large_is_refused() =>
        Assert.Equal("a document of 4194305 bytes, more than 4194304", Assert.Throws<MalformedDataException>(() => ImageManifest.Parse(new byte[(4 << 20) + 1], "x")).Problem);

    [Fact]
    public void Damaged_documents_are_malformed_or_read()
    {
        byte[][] documents = [Samples.Image().Manifest.ToJson(), Samples.Index().Index.ToJson(), Samples.Config().ToJson()];
        var damage = from document in Gen.Choose(0, 2)
                     from at in Gen.Choose(0, documents[document].Length - 1)
                     from value in Gen.Choose(0, 255)
                     select (document, at, value);

        Prop.ForAll(damage.ToArbitrary(), change =>
        {
            byte[] bytes = [.. documents[change.document]];
            bytes[change.at] = (byte)change.value;
            var thrown = Record.Exception(() =>
            {
                _ = change.document switch
                {
                    0 => ImageManifest.Parse(bytes, "x").ToJson(),
                    1 => ImageIndex.Parse(bytes, "x").ToJson(),
                    _ => ImageConfig.Parse(bytes, "x").ToJson(),
                };
            });
            Assert.True(thrown is null or MalformedDataException, thrown?.ToString());
        }).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1000));
    }
}
