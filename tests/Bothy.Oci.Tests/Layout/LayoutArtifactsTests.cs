using System.Text.Json;
using Bothy.Oci.Layout;
using Bothy.Oci.Sources;

namespace Bothy.Oci.Tests.Layout;

public sealed class LayoutArtifactsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Directory => _directory["layout"];

    [Fact]
    public async Task An_artifact_stands_beside_its_image_and_is_found_by_it()
    {
        var image = Write("", "app:1");
        var artifact = Attach(image, "application/x.test", "text");
        var other = Attach(image, "application/x.other", "text");
        Attach(Write("other", "app:2"), "application/x.test", "about another");

        await using var source = LayoutSource.OfDirectory(Directory, "app:1", "test");
        var found = await source.ReferrersAsync(image.Digest, "application/x.test", default);

        Assert.Equal(artifact.Root.Descriptor.Digest, Assert.Single(found).Digest);
        Assert.Equal("text", found[0].Annotations["about"]);
        Assert.Equal([artifact.Root.Descriptor.Digest, other.Root.Descriptor.Digest], (await source.ReferrersAsync(image.Digest, null, default)).Select(each => each.Digest));
        Assert.Empty(await source.ReferrersAsync(artifact.Root.Descriptor.Digest, null, default));
        Assert.Equal(image.Digest, (await source.ResolveAsync(default)).Digest);
    }

    [Fact]
    public void The_only_image_is_the_only_one_whatever_says_something_about_it()
    {
        var image = Write("", "app:1");
        Attach(image, "application/x.test", "text");
        Attach(image, "application/x.test", "text"); // the same again
        OciLayoutWriter.Write(Directory, Name($"sha256-{image.Digest.Hex}.sig"), Samples.Image("signature"), 2, default);

        var layout = OciLayout.Open(Directory);

        Assert.Equal(3, layout.Images.Length);
        Assert.Equal(image.Digest, layout.Resolve(null).Digest);
        Assert.Equal(["app:1"], Assert.Throws<BothyException>(() => layout.Resolve("app:9")).Hint!.Split(": ")[1].TrimEnd('.').Split(", "));
    }

    [Fact]
    public void An_image_without_a_name_replaces_the_last_one_and_no_artifact()
    {
        var first = Write("", null);
        Attach(first, "application/x.test", "text");
        var second = Write("other", null);

        var layout = OciLayout.Open(Directory);

        Assert.Equal(second.Digest, layout.Resolve(null).Digest);
        Assert.Single(layout.Referrers(first.Digest));
        Assert.Empty(layout.Referrers(second.Digest));
    }

    [Fact]
    public void A_list_of_referrers_under_a_tag_counts_too()
    {
        var image = Write("", "app:1");
        var artifact = OciArtifact.About(image, "application/x.test", [Blob.Of("text/plain", "a"u8.ToArray())]);
        Attach(image, "application/x.test", "text");

        // As a copy of a registry's tags leaves it: the artifact is in a list alone.
        OciLayoutWriter.Write(Directory, Name("spare"), artifact, 2, default);
        byte[] list = new ImageIndex { Manifests = [artifact.Root.Descriptor with { ArtifactType = MediaTypes.Empty }] }.ToJson();
        File.WriteAllBytes(Path.Combine(Directory, "blobs/sha256", Digest.Of(list).Hex), list);
        string index = Path.Combine(Directory, "index.json");
        var entries = ImageIndex.Parse(File.ReadAllBytes(index), "test");
        var named = Descriptor.Of(MediaTypes.Index, list);
        named = named with { Annotations = named.Annotations.Add(Descriptor.RefNameAnnotation, $"sha256-{image.Digest.Hex}") };
        File.WriteAllBytes(index, (entries with { Manifests = [.. entries.Manifests.Where(entry => entry.Digest != artifact.Root.Descriptor.Digest), named] }).ToJson());

        var layout = OciLayout.Open(Directory);

        Assert.Equal(2, layout.Referrers(image.Digest).Length);
        Assert.All(layout.Referrers(image.Digest), referrer => Assert.Equal("application/x.test", referrer.ArtifactType));
        Assert.Equal(image.Digest, layout.Resolve(null).Digest);
    }

    [Fact]
    public void An_artifact_that_was_changed_is_refused()
    {
        var image = Write("", "app:1");
        var artifact = Attach(image, "application/x.test", "text");
        string path = Path.Combine(Directory, "blobs/sha256", artifact.Root.Descriptor.Digest.Hex);
        File.WriteAllText(path, File.ReadAllText(path).Replace("text", "t3xt", StringComparison.Ordinal));

        var failure = Assert.Throws<BothyException>(() => OciLayout.Open(Directory).Referrers(image.Digest));

        Assert.StartsWith($"cannot accept {artifact.Root.Descriptor.Digest}: the content is sha256:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_is_read_while_somebody_adds_to_it()
    {
        var image = Write("", "app:1");
        using var turn = LayoutLock.Take(Path.Combine(Directory, "oci-layout"), default);

        Assert.Equal(image.Digest, OciLayout.Open(Directory).Resolve("app:1").Digest);
    }

    [RequiresFact("judges:skopeo")]
    public void Skopeo_takes_the_artifact_for_an_OCI_manifest()
    {
        var image = Write("", "app:1");
        var artifact = Attach(image, "application/x.test", "text");

        string raw = Judge.Run("skopeo", "inspect", "--raw", $"oci:{Directory}:app:1").Succeeded().Output;
        Assert.Equal(image.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(raw)));
        using var manifest = JsonDocument.Parse(artifact.Manifest.ToJson());
        Assert.Equal("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", manifest.RootElement.GetProperty("config").GetProperty("digest").GetString());
        Assert.Equal(image.Digest.ToString(), manifest.RootElement.GetProperty("subject").GetProperty("digest").GetString());
    }

    public void Dispose() => _directory.Dispose();

    private static ReferenceName? Name(string? name) => ReferenceName.TryParse(name, out var parsed) ? parsed : null;

    private Descriptor Write(string salt, string? name)
    {
        var image = Samples.Image(salt);
        OciLayoutWriter.Write(Directory, Name(name), image, 2, default);
        return image.Root.Descriptor;
    }

    private OciArtifact Attach(Descriptor image, string type, string text)
    {
        var annotations = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("about", text);
        var artifact = OciArtifact.About(image, type, [Blob.Of("text/plain", System.Text.Encoding.UTF8.GetBytes(text))], annotations);
        OciLayoutWriter.Write(Directory, null, artifact, 2, default);
        return artifact;
    }
}
