using Bothy.Oci.Layout;
using Bothy.Oci.Registry;

namespace Bothy.Oci.Tests;

public sealed class DestinationVariantTests
{
    [Theory]
    [InlineData("oci:out:app", "out", "app-debug")]
    [InlineData("oci:out:me/app:1", "out", "me/app:1-debug")]
    [InlineData("oci:out.d:1", "out.d", "1-debug")]
    [InlineData("oci-archive:a/app.tar:1", "a/app-debug.tar", "1-debug")]
    [InlineData("oci-archive:a.b/app", "a.b/app-debug", null)]
    [InlineData("docker-archive:app-1.2.tar.gz:app", "app-1.2-debug.tar.gz", "app:latest-debug")]
    [InlineData("docker-archive:.tar:app:1", ".tar-debug", "app:1-debug")]
    [InlineData("rootfs:root.tar", "root-debug.tar", null)]
    public void A_variant_has_a_name_and_a_file_of_its_own(string text, string path, string? name)
    {
        Assert.True(Destination.TryParse(text, out var destination, out _));

        var variant = destination.Variant("-debug");

        string? named = variant switch
        {
            Destination.Layout layout => layout.Name?.ToString(),
            Destination.OciArchive archive => archive.Name?.ToString(),
            Destination.DockerArchive archive => archive.Name?.ToString(),
            _ => null,
        };
        Assert.Equal((path, name, destination.GetType()), (variant.Path, named, variant.GetType()));
    }

    [Theory]
    [InlineData("registry.example/app", "registry.example/app:latest-debug")]
    [InlineData("localhost:5000/me/app:1", "localhost:5000/me/app:1-debug")]
    public void A_registrys_is_a_tag(string reference, string variant) =>
        Assert.Equal(variant, new Destination.Registry(ImageReference.Parse(reference), null!).Variant("-debug").Path);

    [Fact]
    public void A_name_that_would_be_too_long_is_refused()
    {
        string tag = new('x', 128);

        Assert.Equal(
            $"cannot name a variant of r.example/app:{tag}: '{tag}-debug' is not a tag: want up to 128 letters, digits or any of _.-",
            Assert.Throws<BothyException>(() => new Destination.Registry(ImageReference.Parse($"r.example/app:{tag}"), null!).Variant("-debug")).Message);
        Assert.True(ReferenceName.TryParse(new string('x', 255), out var name));
        Assert.Throws<BothyException>(() => new Destination.Layout("x", name).Variant("-debug"));
    }
}
