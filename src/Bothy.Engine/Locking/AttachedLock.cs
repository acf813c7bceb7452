using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Engine.Debugging;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Slicing;
using Bothy.Oci;
using Bothy.Oci.Sources;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Locking;

/// <summary>
/// All that an image was made from, as it travels with the image: its lock and its effective image file in an artifact that refers to the image's
/// root, so that whoever has the image can say why each package is in it, and build it again.
/// </summary>
/// <param name="Lock">The lock, with the digest of each package.</param>
/// <param name="ImageFile">The image file, with what it includes and what the command line added.</param>
public sealed record AttachedLock(LockFile Lock, ImageSpec ImageFile)
{
    /// <summary>The type of the artifact, and the media type of the lock in it.</summary>
    public const string ArtifactType = "application/vnd.bothy.lock.v1+json";

    /// <summary>The media type of the image file in it.</summary>
    public const string ImageFileType = "application/vnd.bothy.image-file.v1+yaml";

    /// <summary>The media type of what it says of local files, where there are some.</summary>
    public const string LocalFilesType = "application/vnd.bothy.local-files.v1+json";

    /// <summary>The media type of the slice definitions in it, where the image has slices.</summary>
    public const string SlicesType = "application/vnd.bothy.slices.v1.tar+gzip";

    private const string SlicesTitle = "slices.tar.gz";
    private const string TitleAnnotation = "org.opencontainers.image.title";
    private const string EpochAnnotation = "vnd.bothy.source-date-epoch";
    private const string VariantAnnotation = "vnd.bothy.variant";
    private const string DebugVariantName = "debug";

    /// <summary>The time that <c>SOURCE_DATE_EPOCH</c> set, in seconds since 1970; null where it set none.</summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>What is known of the local files that went into the image, which do not travel with it.</summary>
    public ImmutableArray<AttachedFiles> LocalFiles { get; init; } = [];

    /// <summary>The definitions of the image's slices; null where its image file names none.</summary>
    public SliceRelease? Slices { get; init; }

    /// <summary>Whether it is attached to the debug variant of what was built.</summary>
    public bool IsDebug { get; init; }

    /// <summary>What the image that it is attached to was resolved to, in the architecture <paramref name="name"/>.</summary>
    internal LockedArchitecture ArchitectureOf(string name) => IsDebug ? DebugVariant.Of(Lock.Architectures[name]) : Lock.Architectures[name];

    /// <summary>Why none of it may be published; null where it may.</summary>
    public string? Secret =>
        ImageFile.Contents.Repositories.Concat(ImageFile.Contents.BuildRepositories).Concat(ImageFile.Contents.RuntimeRepositories).Select(each => each.Text)
            .Concat(ImageFile.Contents.Keyring.Select(key => key.Value))
            .Any(HasPassword)
            ? "an address in its repositories or keys has a password, which everybody could read"
            : null;

    /// <summary>The artifact about <paramref name="image"/>, the root of what was built. The same bytes for the same build.</summary>
    /// <exception cref="BothyException">The image file has a password in it, which would be published.</exception>
    public OciArtifact About(Descriptor image)
    {
        if (Secret is { } secret)
        {
            throw new BothyException($"cannot attach the lock of {ImageFile.FileName}: {secret}") { Hint = "Keep credentials in a netrc file ($NETRC) and out of the image file." };
        }

        var annotations = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        if (SourceDateEpoch is { } epoch)
        {
            annotations = annotations.Add(EpochAnnotation, epoch.ToString(CultureInfo.InvariantCulture));
        }

        if (IsDebug)
        {
            annotations = annotations.Add(VariantAnnotation, DebugVariantName);
        }

        return OciArtifact.About(
            image,
            ArtifactType,
            [
                Titled(Blob.Of(ArtifactType, LockFiles.Format(Lock)), LockFiles.DefaultPath(Lock.ImageFileName)),
                Titled(Blob.Of(ImageFileType, Encoding.UTF8.GetBytes(ImageSpecWriter.ToYaml(ImageFile))), Lock.ImageFileName),
                .. LocalFiles.IsEmpty ? ImmutableArray<Blob>.Empty : [Blob.Of(LocalFilesType, AttachedFiles.Format(LocalFiles))],
                .. Slices is { } slices ? [Titled(Blob.Of(SlicesType, PackedDefinitions.Pack(slices)), SlicesTitle)] : Array.Empty<Blob>(),
            ],
            annotations);
    }

    /// <summary>What is attached to <paramref name="image"/>; null where nothing is.</summary>
    /// <param name="source">Where the image is.</param>
    /// <param name="image">Its root, or the manifest of one platform where that was built alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">What is attached cannot be read, or is not what it should be.</exception>
    public static async Task<AttachedLock?> FindAsync(ImageSource source, Descriptor image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(image);

        // Of several the last one listed counts, as with tags; a build attaches the same one again.
        // In a list that cosign wrote under a tag every type is that of an empty configuration, so the manifests have to tell.
        var referrers = await source.ReferrersAsync(image.Digest, artifactType: null, cancellationToken);
        foreach (var referrer in referrers.Where(each => each.ArtifactType is null or ArtifactType or MediaTypes.Empty).Reverse())
        {
            string name = $"the lock attached to {source.Name}";
            var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(referrer, cancellationToken), name);
            if (manifest.Subject?.Digest == image.Digest && manifest.ArtifactType == ArtifactType)
            {
                return await ReadAsync(source, manifest, name, cancellationToken);
            }
        }

        return null;
    }

    private static async Task<AttachedLock> ReadAsync(ImageSource source, ImageManifest manifest, string name, CancellationToken cancellationToken)
    {
        var lockFile = LockFiles.Parse(name, await ReadAsync(source, manifest, name, ArtifactType, LockReader.MaxBytes, cancellationToken));
        var yaml = await ReadAsync(source, manifest, name, ImageFileType, ImageFiles.ImageFile.MaxBytes, cancellationToken);
        bool hasFiles = manifest.Layers.Any(static layer => layer.MediaType == LocalFilesType);
        return new AttachedLock(lockFile, ImageFiles.ImageFile.Parse(lockFile.ImageFileName, yaml.Span))
        {
            SourceDateEpoch = EpochOf(manifest, name),
            IsDebug = manifest.Annotations.GetValueOrDefault(VariantAnnotation) == DebugVariantName,
            LocalFiles = hasFiles ? AttachedFiles.Read(await ReadAsync(source, manifest, name, LocalFilesType, AttachedFiles.MaxBytes, cancellationToken), name) : [],
            Slices = lockFile.Slices is { } digest ? await ReadSlicesAsync(source, manifest, name, digest, cancellationToken) : null,
        };
    }

    private static async Task<SliceRelease> ReadSlicesAsync(ImageSource source, ImageManifest manifest, string name, Digest digest, CancellationToken cancellationToken)
    {
        var packed = await ReadAsync(source, manifest, name, SlicesType, PackedDefinitions.MaxBytes, cancellationToken);
        var slices = PackedDefinitions.Unpack($"the slices attached to {source.Name}", packed);
        return slices.Digest == digest ? slices : throw new MalformedDataException(name, 0, "the slices beside it are not those that it was written for");
    }

    private static long? EpochOf(ImageManifest manifest, string name) => manifest.Annotations.GetValueOrDefault(EpochAnnotation) switch
    {
        null => null,
        { } text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) && epoch <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() => epoch,
        var text => throw new MalformedDataException(name, 0, $"'{EpochAnnotation}' is '{Formats.Text.VisibleText.Of(text)}', not a number of seconds since 1970"),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(
        ImageSource source, ImageManifest manifest, string name, string mediaType, int limit, CancellationToken cancellationToken)
    {
        var blob = manifest.Layers.FirstOrDefault(layer => layer.MediaType == mediaType) ?? throw new MalformedDataException(name, 0, $"it has no layer of the type {mediaType}");
        if (blob.Size > limit)
        {
            throw new MalformedDataException(name, 0, FormattableString.Invariant($"{blob.Digest} has {blob.Size} bytes, more than {limit}"));
        }

        var stream = await source.OpenBlobAsync(blob, cancellationToken);
        await using (stream)
        {
            using var content = new MemoryStream((int)blob.Size);
            await stream.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
    }

    private static Blob Titled(Blob blob, string title) => blob with
    {
        Descriptor = blob.Descriptor with { Annotations = blob.Descriptor.Annotations.Add(TitleAnnotation, title) },
    };

    private static bool HasPassword(string line) => line.Split(' ', '\t').Any(word =>
        word.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(word, UriKind.Absolute, out var address) && address.UserInfo.Contains(':', StringComparison.Ordinal));
}
