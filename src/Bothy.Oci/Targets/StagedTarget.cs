using Bothy.Oci.Archives;

namespace Bothy.Oci.Targets;

/// <summary>
/// A place that takes an image as a whole and not piece by piece: an archive, or podman's storage. Its pieces, which come in any order and several
/// at once, are gathered in a layout of their own, and go where they belong at the end.
/// </summary>
internal sealed class StagedTarget : ImageTarget
{
    private readonly string _stage;
    private readonly LayoutTarget _layout;
    private readonly Func<StagedImage, CancellationToken, Task> _deliver;
    private readonly CreatedPaths _above;
    private bool _keepsReferrers;
    private Descriptor? _root;

    private StagedTarget(string name, CreatedPaths above, string stage, LayoutTarget layout, Func<StagedImage, CancellationToken, Task> deliver)
    {
        _above = above;
        Name = name;
        _stage = stage;
        _layout = layout;
        _deliver = deliver;
    }

    /// <inheritdoc />
    public override string Name { get; }

    /// <inheritdoc />
    public override bool HoldsIndexes => _keepsReferrers;

    /// <summary>An OCI layout in a tar archive.</summary>
    public static StagedTarget OciArchive(string name, string file, string? image, CancellationToken cancellationToken)
    {
        var target = Open(name, Path.GetDirectoryName(Path.GetFullPath(file))!, image, (staged, token) => Task.Run(() => staged.WriteOciArchive(file, token), token), cancellationToken);
        target._keepsReferrers = true;
        return target;
    }

    /// <summary>An archive for <c>docker load</c>.</summary>
    public static StagedTarget DockerArchive(string name, string file, DockerName? image, CancellationToken cancellationToken) =>
        Open(name, Path.GetDirectoryName(Path.GetFullPath(file))!, null, (staged, token) => Task.Run(() => staged.WriteDockerArchive(file, image, token), token), cancellationToken);

    /// <summary>podman's storage.</summary>
    public static StagedTarget Podman(string name, string image, string temporaryDirectory, CancellationToken cancellationToken) =>
        Open(name, temporaryDirectory, null, (staged, token) => PodmanLoad.RunAsync(staged, image, token), cancellationToken);

    /// <inheritdoc />
    public override Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => _layout.HasBlobAsync(blob, cancellationToken);

    /// <inheritdoc />
    public override Task PutBlobAsync(Descriptor blob, Func<CancellationToken, Task<Stream>> open, IProgress<long>? progress, CancellationToken cancellationToken) =>
        _layout.PutBlobAsync(blob, open, progress, cancellationToken);

    /// <inheritdoc />
    public override Task PutManifestAsync(Descriptor manifest, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken) =>
        _keepsReferrers || tag is null ? _layout.PutManifestAsync(manifest, bytes, tag, cancellationToken) : throw NoRoom(tag);

    /// <inheritdoc />
    public override Task PutRootAsync(Descriptor root, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _root = root;
        return _layout.PutRootAsync(root, bytes, cancellationToken);
    }

    /// <inheritdoc />
    public override Task PutReferrerAsync(Descriptor referrer, ReadOnlyMemory<byte> bytes, Descriptor subject, CancellationToken cancellationToken) =>
        _keepsReferrers ? _layout.PutReferrerAsync(referrer, bytes, subject, cancellationToken) : throw NoRoom(referrer.Digest.ToString());

    /// <inheritdoc />
    public override async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _layout.FinishAsync(cancellationToken);
        await _deliver(new StagedImage(_layout.Name, _root ?? throw new InvalidOperationException("nothing was put")), cancellationToken);
        _above.Keep();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _layout.DisposeAsync();
        if (Directory.Exists(_stage))
        {
            Directory.Delete(_stage, recursive: true);
        }

        _above.Dispose();
        await base.DisposeAsync();
    }

    private static StagedTarget Open(
        string name, string directory, string? image, Func<StagedImage, CancellationToken, Task> deliver, CancellationToken cancellationToken)
    {
        string stage = AtomicFile.TemporaryNameFor(Path.Combine(directory, "bothy"));
        var above = new CreatedPaths();
        try
        {
            OutputFailure.Explain(directory, () =>
            {
                above.MakeDirectory(directory);
                Directory.CreateDirectory(stage);
            });
            return new StagedTarget(name, above, stage, LayoutTarget.Open(Path.Combine(stage, $"bothy-{Guid.NewGuid():N}"), image, cancellationToken), deliver);
        }
        catch
        {
            if (Directory.Exists(stage))
            {
                Directory.Delete(stage, recursive: true);
            }

            above.Dispose();
            throw;
        }
    }

    private BothyException NoRoom(string what) => new($"cannot write {what} to {Name}: it holds an image and nothing beside it")
    {
        Hint = "Copy to a layout, an oci-archive or a registry to take along what refers to the image.",
    };
}
