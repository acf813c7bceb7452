using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Building;

public sealed class ImageComposerTests
{
    private static readonly Origin Package = new Origin.Package("a", "1", "amd64");
    private static readonly Origin Effect = new Origin.Effect("accounts");

    [Fact]
    public void The_epoch_is_the_newest_time_of_a_package_and_what_packages_did_not_bring_gets_it()
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("old"), FileContent.Empty, Package) with { ModifiedTime = 100 });
        tree.Set(TreeEntry.File(TreePath.Parse("new"), FileContent.Empty, Package) with { ModifiedTime = 200 });
        tree.Set(TreeEntry.File(TreePath.Parse("made"), FileContent.Empty, Effect) with { ModifiedTime = 999 });

        Assert.Equal(200, ImageComposer.Settle(tree, sourceDateEpoch: null));
        Assert.Equal([200, 200, 100], tree.Entries.Select(entry => entry.ModifiedTime));
    }

    [Fact]
    public void A_given_epoch_wins()
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("new"), FileContent.Empty, Package) with { ModifiedTime = 200 });

        Assert.Equal(50, ImageComposer.Settle(tree, sourceDateEpoch: 50));
    }

    [Theory]
    [InlineData("", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")]
    [InlineData("environment: {PATH: /x, B: b, A: a}", "A=a B=b PATH=/x")]
    public void The_environment_has_a_path_unless_the_image_file_says_otherwise(string yaml, string environment) =>
        Assert.Equal(environment, string.Join(' ', Config(yaml, new FileTree()).Container.Env));

    [Fact]
    public void The_environment_names_the_bundle_of_certificates_where_there_is_one()
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("etc/ssl/certs/ca-certificates.crt"), FileContent.Of("x"), Effect));

        Assert.Contains("SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", Config("", tree).Container.Env);
    }

    [Theory]
    [InlineData("entrypoint: {command: /bin/a 'b c'}", "/bin/a|b c")]
    [InlineData("entrypoint: {shell-fragment: echo $X}", "/bin/sh|-c|echo $X")]
    [InlineData("cmd: a b", "")]
    public void An_entrypoint_is_a_command_or_a_script(string yaml, string words) =>
        Assert.Equal(words, string.Join('|', Config(yaml, new FileTree()).Container.Entrypoint));

    [Theory]
    [InlineData("vcs-url: https://x.example/a.git@abc123", "https://x.example/a.git", "abc123")]
    [InlineData("vcs-url: https://x.example/a.git", "https://x.example/a.git", null)]
    [InlineData("vcs-url: https://me@x.example/a.git", "https://me@x.example/a.git", null)] // the @ is not of a revision
    public void The_source_is_an_annotation(string yaml, string source, string? revision)
    {
        var annotations = ImageComposer.Annotations(Spec(yaml), epoch: 0);

        Assert.Equal(source, annotations["org.opencontainers.image.source"]);
        Assert.Equal(revision, annotations.GetValueOrDefault("org.opencontainers.image.revision"));
        Assert.Equal("1970-01-01T00:00:00Z", annotations["org.opencontainers.image.created"]);
    }

    private static Oci.ImageConfig Config(string yaml, FileTree tree)
    {
        Assert.True(ImageArchitecture.TryParse("amd64", preferDebian: false, out var architecture));
        var assembly = new AssemblyResult(tree, ImmutableArray<UncoveredScript>.Empty, ImmutableArray<string>.Empty);
        return ImageComposer.Config(Spec(yaml), architecture, assembly, epoch: 0, LayerDivision.Single(tree));
    }

    private static ImageSpec Spec(string yaml) =>
        ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes($"contents: {{repositories: [deb bookworm main], packages: [a]}}\n{yaml}\n"));
}
