using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci.Layout;

/// <summary>Reads an OCI layout directory. Every blob is checked against its descriptor.</summary>
public sealed class OciLayout
{
    private readonly LayoutPlace _place;
    private readonly ImageIndex _index;

    private OciLayout(LayoutPlace place, ImageIndex index)
    {
        _place = place;
        _index = index;
    }

    /// <summary>The images and indexes at the top of the layout, in its order; <see cref="Descriptor.RefName"/> is their name.</summary>
    public ImmutableArray<Descriptor> Images => _index.Manifests;

    /// <summary>Whether <paramref name="directory"/> says that it is a layout.</summary>
    public static bool IsLayout(string directory) => File.Exists(Path.Combine(directory, LayoutFiles.Marker));

    /// <summary>Opens the layout in <paramref name="directory"/>.</summary>
    /// <exception cref="BothyException">It is not a layout, or not one of a version we know.</exception>
    public static OciLayout Open(string directory) => Open(new LayoutDirectory(directory));

    /// <summary>Opens the layout in <paramref name="place"/>, which stays the caller's.</summary>
    /// <exception cref="BothyException">It is not a layout, or not one of a version we know.</exception>
    internal static OciLayout Open(LayoutPlace place)
    {
        byte[] marker = ReadSmall(place, LayoutFiles.Marker)
            ?? throw new BothyException($"cannot read {place.Name}: it is not an OCI layout, as it has no file '{LayoutFiles.Marker}'");
        string version = OciJson.Read(marker, place.NameOf(LayoutFiles.Marker), fields => fields.String("imageLayoutVersion"));
        if (!version.StartsWith("1.", StringComparison.Ordinal))
        {
            throw new BothyException($"cannot read {place.Name}: it is an OCI layout of the unknown version '{version}'");
        }

        byte[] index = ReadSmall(place, LayoutFiles.Index) ?? throw Missing(place, LayoutFiles.Index);
        return new OciLayout(place, ImageIndex.Parse(index, place.NameOf(LayoutFiles.Index)));
    }

    /// <summary>The image called <paramref name="name"/>, or the only one where <paramref name="name"/> is null; signatures and the like are none.</summary>
    /// <exception cref="BothyException">There is no such image, or more than one.</exception>
    public Descriptor Resolve(string? name)
    {
        Descriptor[] found = [.. Images.Where(image => name is null ? !LayoutFiles.IsBesideImages(image) : image.RefName == name)];
        if (found.Length == 1)
        {
            return found[0];
        }

        string what = name is null ? "an image" : $"image '{name}'";
        string names = string.Join(", ", Images.Where(image => !LayoutFiles.IsBesideImages(image)).Select(image => image.RefName ?? "one without a name"));
        throw new BothyException($"cannot find {what} in {_place.Name}: it holds {(found.Length == 0 ? "none" : "more than one")}")
        {
            Hint = names.Length == 0 ? null : $"The layout holds: {names}.",
        };
    }

    /// <summary>What is called <paramref name="name"/>, image or not; null where nothing is.</summary>
    public Descriptor? TryFind(string name) => Images.LastOrDefault(image => image.RefName == name);

    /// <summary>
    /// The manifests that say something about <paramref name="subject"/>, each once, with their types and annotations: those that the index names, and those of
    /// the list that a registry without the referrers API keeps under a tag, where it was copied along.
    /// </summary>
    /// <exception cref="BothyException">One of the layout's artifacts is missing, is another one, or is not a manifest.</exception>
    public ImmutableArray<Descriptor> Referrers(Digest subject)
    {
        var listed = TryFind(LayoutFiles.ReferrersName(subject)) is { } list && MediaTypes.IsIndex(list.MediaType) ? ReadIndex(list).Manifests : [];
        var found = ImmutableArray.CreateBuilder<Descriptor>();
        foreach (var descriptor in Images.Where(image => image.RefName is null).Concat(listed).Where(each => MediaTypes.IsManifest(each.MediaType)).DistinctBy(each => each.Digest))
        {
            var manifest = ReadManifest(descriptor);
            if (manifest.Subject?.Digest == subject)
            {
                found.Add(descriptor with { ArtifactType = manifest.ArtifactType ?? manifest.Config.MediaType, Annotations = manifest.Annotations });
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Reads the manifest that <paramref name="descriptor"/> names.</summary>
    /// <exception cref="BothyException">The blob is missing, is another one, or is not a manifest.</exception>
    public ImageManifest ReadManifest(Descriptor descriptor)
    {
        var manifest = ImageManifest.Parse(ReadDocument(descriptor), descriptor.Digest.ToString());
        return manifest.MediaType == descriptor.MediaType ? manifest : throw OtherMediaType(descriptor, manifest.MediaType);
    }

    /// <summary>Reads the index that <paramref name="descriptor"/> names.</summary>
    /// <exception cref="BothyException">The blob is missing, is another one, or is not an index.</exception>
    public ImageIndex ReadIndex(Descriptor descriptor)
    {
        var index = ImageIndex.Parse(ReadDocument(descriptor), descriptor.Digest.ToString());
        return index.MediaType == descriptor.MediaType ? index : throw OtherMediaType(descriptor, index.MediaType);
    }

    /// <summary>Reads the configuration that <paramref name="manifest"/> names.</summary>
    /// <exception cref="BothyException">The blob is missing, is another one, or is not a configuration.</exception>
    public ImageConfig ReadConfig(ImageManifest manifest) =>
        ImageConfig.Parse(ReadDocument(manifest.Config), manifest.Config.Digest.ToString());

    /// <summary>Opens a blob. Reading fails where it is not the one <paramref name="descriptor"/> promises: see <see cref="VerifyingStream"/>.</summary>
    /// <exception cref="BothyException">There is no such blob.</exception>
    public VerifyingStream OpenBlob(Descriptor descriptor)
    {
        string name = LayoutFiles.BlobName(descriptor.Digest);
        return new VerifyingStream(_place.TryOpen(name) ?? throw Missing(_place, name), descriptor);
    }

    private static BothyException Missing(LayoutPlace place, string file) =>
        new($"cannot read {place.NameOf(file)}: there is no such file or directory");

    private static MalformedDataException OtherMediaType(Descriptor descriptor, string mediaType) =>
        new(descriptor.Digest.ToString(), 0, $"it says it is '{mediaType}' where '{descriptor.MediaType}' was promised");

    private static byte[]? ReadSmall(LayoutPlace place, string file)
    {
        using var stream = place.TryOpen(file);
        return stream is null ? null
            : stream.Length <= OciJson.MaxDocument ? ReadAll(stream, (int)stream.Length)
            : throw new MalformedDataException(place.NameOf(file), OciJson.MaxDocument, "the document is too large");
    }

    private static byte[] ReadAll(Stream stream, int length)
    {
        byte[] bytes = new byte[length];
        int read = stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false);
        return bytes[..read];
    }

    private byte[] ReadDocument(Descriptor descriptor)
    {
        OciJson.CheckSize(descriptor);
        using var blob = OpenBlob(descriptor);
        byte[] bytes = ReadAll(blob, (int)descriptor.Size);

        // The end is where the blob is verified.
        _ = blob.ReadByte();
        return bytes;
    }
}
