using Bothy.Formats.Compression;
using Bothy.Oci.Archives;

namespace Bothy.Oci.Sources;

/// <summary>
/// An image of an archive as <c>docker save</c> writes it. Such an archive names its layers by file, not by digest, and has no manifest of the
/// registry's kind: one is made here, of OCI's types, and its digest is known to nobody else.
/// </summary>
public sealed class DockerArchiveSource : ImageSource
{
    private readonly ArchiveMembers _members;
    private readonly Dictionary<Digest, string> _files = [];
    private readonly Dictionary<Digest, byte[]> _made = [];
    private readonly Descriptor _root;

    private DockerArchiveSource(ArchiveMembers members, DockerName? image, string name)
    {
        _members = members;
        Name = name;
        _root = MakeManifest(DockerArchiveImage.Find(members, image));
    }

    /// <inheritdoc />
    public override string Name { get; }

    /// <inheritdoc />
    public override Task<Descriptor> ResolveAsync(CancellationToken cancellationToken) => Task.FromResult(_root);

    /// <inheritdoc />
    public override Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var stream = _made.TryGetValue(descriptor.Digest, out byte[]? made) ? new MemoryStream(made, writable: false)
            : _files.TryGetValue(descriptor.Digest, out string? file) ? _members.TryOpen(file)
            : null;
        return Task.FromResult<Stream>(new VerifyingStream(stream ?? throw new BothyException($"cannot read {descriptor.Digest} of {Name}: there is no such blob"), descriptor));
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _members.Dispose();
        return base.DisposeAsync();
    }

    internal static DockerArchiveSource Of(ArchiveMembers members, DockerName? image, string name) => new(members, image, name);

    private Descriptor MakeManifest(DockerArchiveImage image)
    {
        var config = ImageConfig.Parse(image.ConfigJson, $"the configuration of {_members.Name}");
        if (config.DiffIds.Length != image.Layers.Length)
        {
            throw new MalformedDataException(
                $"{DockerArchiveImage.ManifestFile} of {_members.Name}", 0, FormattableString.Invariant($"it names {image.Layers.Length} layers where the configuration has {config.DiffIds.Length}"));
        }

        var manifest = new ImageManifest
        {
            Config = Keep(MediaTypes.Config, image.ConfigJson),
            Layers = [.. image.Layers.Select((file, i) => LayerOf(file, config.DiffIds[i]))],
        };
        return Keep(MediaTypes.Manifest, manifest.ToJson());
    }

    private Descriptor Keep(string mediaType, byte[] bytes)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        _made[descriptor.Digest] = bytes;
        return descriptor;
    }

    private Descriptor LayerOf(string file, Digest diffId)
    {
        using var layer = new PeekedStream(_members.TryOpen(file) ?? throw DockerArchiveImage.Missing(_members, file), Decompression.LongestMagic);
        long size = _members.SizeOf(file);
        var descriptor = Decompression.IsGzip(layer.Start) ? new Descriptor(MediaTypes.LayerTarGzip, _members.DigestOf(file), size)
            : Decompression.IsZstd(layer.Start) ? new Descriptor(MediaTypes.LayerTarZstd, _members.DigestOf(file), size)
            : new Descriptor(MediaTypes.LayerTar, diffId, size);
        _files[descriptor.Digest] = file;
        return descriptor;
    }
}
