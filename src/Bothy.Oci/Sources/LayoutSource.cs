using System.Collections.Immutable;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Sources;

/// <summary>An image of an OCI layout, in a directory or a tar archive.</summary>
public sealed class LayoutSource : ImageSource
{
    private readonly OciLayout _layout;
    private readonly string? _image;
    private readonly IDisposable? _archive;

    private LayoutSource(OciLayout layout, string name, string? image, IDisposable? archive)
    {
        _layout = layout;
        _image = image;
        _archive = archive;
        Name = name;
    }

    /// <inheritdoc />
    public override string Name { get; }

    /// <summary>Opens the layout in <paramref name="directory"/> for its image called <paramref name="image"/>, or its only one.</summary>
    /// <exception cref="BothyException">It is not a layout.</exception>
    public static LayoutSource OfDirectory(string directory, string? image, string name) => new(OciLayout.Open(directory), name, image, archive: null);

    /// <inheritdoc />
    public override Task<Descriptor> ResolveAsync(CancellationToken cancellationToken) => Task.FromResult(_layout.Resolve(_image));

    /// <inheritdoc />
    public override Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(_layout.OpenBlob(descriptor));

    /// <inheritdoc />
    public override Task<Descriptor?> FindAsync(string tag, CancellationToken cancellationToken) => Task.FromResult(_layout.TryFind(tag));

    /// <inheritdoc />
    public override Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<Descriptor>>([.. _layout.Referrers(subject).Where(referrer => artifactType is null || referrer.ArtifactType == artifactType)]);

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _archive?.Dispose();
        return base.DisposeAsync();
    }

    internal static LayoutSource OfArchive(ArchiveMembers members, string? image, string name) =>
        new(OciLayout.Open(new LayoutArchive(members)), name, image, members);
}
