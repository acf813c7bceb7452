using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Oci;
using Bothy.Oci.Layout;
using Bothy.Oci.Sources;

namespace Bothy.Engine.Tests.Locking;

public sealed class AttachedLockTests : IDisposable
{
    private static readonly ReferenceName Name = ReferenceName.TryParse("app", out var name) ? name : default;

    private readonly TemporaryDirectory _directory = new();
    private readonly OciImage _image = OciImage.Create(new ImageConfig { Platform = new Platform("linux", "amd64") }, []);

    [Fact]
    public async Task A_lock_and_its_image_file_are_read_back_as_they_were()
    {
        var attached = Sample("contents:\n  repositories: [deb bookworm main]\n  packages: [curl, 'bash>5']\nenvironment: {A: '1'}\narchs: [amd64]\n") with { SourceDateEpoch = 1_700_000_000 };
        Attach(attached.About(_image.Root.Descriptor));

        var found = await FindAsync();

        Assert.Equal(LockFiles.Format(attached.Lock), LockFiles.Format(found!.Lock));
        Assert.Equal(ImageSpecWriter.ToYaml(attached.ImageFile), ImageSpecWriter.ToYaml(found.ImageFile));
        Assert.Equal((1_700_000_000, attached.Lock.ImageFileName), (found.SourceDateEpoch, found.ImageFile.FileName));
        Assert.Equal(LockInputs.Of(attached.ImageFile).Digest, LockInputs.Of(found.ImageFile).Digest);
    }

    [Fact]
    public void The_artifact_names_its_files_and_is_the_same_for_the_same_build()
    {
        var first = Sample().About(_image.Root.Descriptor);
        var second = Sample().About(_image.Root.Descriptor);

        Assert.Equal(first.Root.Descriptor.Digest, second.Root.Descriptor.Digest);
        Assert.Equal("application/vnd.bothy.lock.v1+json", first.Manifest.ArtifactType);
        Assert.Equal(
            ["application/vnd.bothy.lock.v1+json python.lock.json", "application/vnd.bothy.image-file.v1+yaml python.yaml"],
            first.Manifest.Layers.Select(layer => $"{layer.MediaType} {layer.Annotations["org.opencontainers.image.title"]}"));
        Assert.Empty(first.Manifest.Annotations);
    }

    [Fact]
    public async Task Where_nothing_is_attached_nothing_is_found()
    {
        OciLayoutWriter.Write(_directory["layout"], Name, _image, 2, default);
        Assert.Null(await FindAsync());

        // An artifact of another type, and a lock of another image.
        Attach(OciArtifact.About(_image.Root.Descriptor, "application/x.test", []));
        Attach(Sample().About(Descriptor.Of(MediaTypes.Manifest, "other"u8)));
        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task What_is_attached_and_is_no_lock_is_refused()
    {
        Attach(OciArtifact.About(_image.Root.Descriptor, AttachedLock.ArtifactType, [Blob.Of("text/plain", "x"u8.ToArray())]));
        Assert.EndsWith("it has no layer of the type application/vnd.bothy.lock.v1+json (at byte 0)", (await Assert.ThrowsAsync<MalformedDataException>(FindAsync)).Message, StringComparison.Ordinal);

        Attach(OciArtifact.About(_image.Root.Descriptor, AttachedLock.ArtifactType, [Blob.Of(AttachedLock.ArtifactType, "{}"u8.ToArray())]));
        Assert.StartsWith("cannot read the lock attached to test: ", (await Assert.ThrowsAsync<BothyException>(FindAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_attachments_are_refused_as_such_or_read()
    {
        byte[] lockText = LockFiles.Format(Sample().Lock);
        byte[] yaml = Encoding.UTF8.GetBytes(ImageSpecWriter.ToYaml(Sample().ImageFile));
        var random = new Random(7);
        for (int i = 0; i < 150; i++)
        {
            bool first = i % 2 == 0;
            Directory.Delete(_directory.Path, recursive: true);
            Attach(OciArtifact.About(
                _image.Root.Descriptor,
                AttachedLock.ArtifactType,
                [Blob.Of(AttachedLock.ArtifactType, first ? Mutation.Of(lockText, random) : lockText), Blob.Of(AttachedLock.ImageFileType, first ? yaml : Mutation.Of(yaml, random))]));
            try
            {
                await FindAsync();
            }
            catch (BothyException)
            {
                // Refused: what is left is no crash and no hang.
            }
        }
    }

    [Theory]
    [InlineData("contents:\n  repositories: ['https://me:secret@mirror.test/alpine/main']\n  packages: [a]\n")]
    [InlineData("contents:\n  repositories: ['deb https://me:secret@mirror.test/debian bookworm main']\n  packages: [a]\n")]
    [InlineData("contents:\n  repositories: ['@edge https://me:secret@mirror.test/alpine/main']\n  packages: [a]\n")]
    [InlineData("contents:\n  repositories: [deb bookworm main]\n  keyring: ['https://me:secret@mirror.test/key.pub']\n  packages: [a]\n")]
    public void A_password_of_the_image_file_is_not_published(string yaml)
    {
        var failure = Assert.Throws<BothyException>(() => Sample(yaml).About(_image.Root.Descriptor));

        Assert.Equal("cannot attach the lock of python.yaml: an address in its repositories or keys has a password, which everybody could read", failure.Message);
    }

    public void Dispose() => _directory.Dispose();

    private static AttachedLock Sample(string yaml = "contents:\n  repositories: [deb bookworm main]\n  packages: [curl]\narchs: [amd64]\n")
    {
        var spec = ImageFile.Parse("python.yaml", Encoding.UTF8.GetBytes(yaml));
        return new AttachedLock(SampleLock.Create() with { ImageFileName = "python.yaml", Inputs = LockInputs.Of(spec) }, spec);
    }

    private void Attach(OciArtifact artifact)
    {
        OciLayoutWriter.Write(_directory["layout"], Name, _image, 2, default);
        OciLayoutWriter.Write(_directory["layout"], null, artifact, 2, default);
    }

    private async Task<AttachedLock?> FindAsync()
    {
        await using var source = LayoutSource.OfDirectory(_directory["layout"], "app", "test");
        return await AttachedLock.FindAsync(source, await source.ResolveAsync(default), default);
    }
}
