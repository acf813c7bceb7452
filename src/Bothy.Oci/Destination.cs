using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Bothy.Oci.Archives;
using Bothy.Oci.Copying;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Oci;

/// <summary>Where an image goes: <c>oci:DIR[:TAG]</c>, <c>oci-archive:FILE[:TAG]</c>, <c>docker-archive:FILE[:REF]</c>, <c>rootfs:FILE</c>, <c>initramfs:FILE</c> or a registry.</summary>
public abstract record Destination
{
    private const string Known = "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], rootfs:FILE or initramfs:FILE";

    private Destination(string path) => Path = path;

    /// <summary>The directory or file.</summary>
    public string Path { get; }

    /// <summary>Reads a destination, or says in <paramref name="reason"/> why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Destination? destination, [NotNullWhen(false)] out string? reason)
    {
        // As skopeo does: the path ends at the first colon, so it cannot hold one.
        string[] parts = text.Split(':', 3);
        string path = parts.ElementAtOrDefault(1) ?? "";
        string? name = parts.ElementAtOrDefault(2);
        destination = null;
        reason = parts.Length == 1 ? $"'{text}' names no transport: want {Known}"
            : parts[0] is not ("oci" or "oci-archive" or "docker-archive" or "rootfs" or "initramfs") ? $"'{parts[0]}' is not a transport that can be written: want {Known}"
            : path.Length == 0 ? $"'{text}' names no {(parts[0] == "oci" ? "directory" : "file")}"
            : path.Contains('\0', StringComparison.Ordinal) ? "a path cannot hold NUL"
            : null;
        if (reason is not null)
        {
            return false;
        }

        destination = parts[0] switch
        {
            "oci" => IsName(name, out var tag, out reason) ? new Layout(path, tag) : null,
            "oci-archive" => IsName(name, out var tag, out reason) ? new OciArchive(path, tag) : null,
            "docker-archive" => IsDockerName(name, out var reference, out reason) ? new DockerArchive(path, reference) : null,
            "rootfs" => IsNothing(parts[0], name, out reason) ? new Rootfs(path) : null,
            _ => IsNothing(parts[0], name, out reason) ? new Initramfs(path) : null,
        };
        return destination is not null;
    }

    /// <summary>Whether it takes the files of the image themselves, beside its layers.</summary>
    public virtual bool NeedsFiles => false;

    /// <summary>The same, with a relative path taken to start at <paramref name="directory"/>.</summary>
    public abstract Destination In(string directory);

    /// <summary>
    /// The same for a variant of the image: its name gets <paramref name="suffix"/> at its end, and a file of its own that gets it before its extension.
    /// </summary>
    /// <exception cref="BothyException">There is no such name.</exception>
    public abstract Destination Variant(string suffix);

    /// <summary>Writes what a build made to this destination, whole or not at all.</summary>
    /// <exception cref="BothyException">It cannot be written; the message names it.</exception>
    public abstract void Write(Delivery delivery, CancellationToken cancellationToken);

    /// <summary>What of an image this destination has no place for, in sentences for people.</summary>
    /// <exception cref="BothyException">It cannot be written there at all.</exception>
    public virtual ImmutableArray<string> Losses(Delivery delivery) => [];

    private static ReferenceName? Suffixed(ReferenceName? name, string suffix) =>
        name is not { } known ? null
        : ReferenceName.TryParse(known.Value + suffix, out var longer) ? longer
        : throw new BothyException($"cannot name a variant of {known}: '{known}{suffix}' is not a name");

    // app.tar and app.tar.gz alike.
    private static string SuffixedFile(string file, string suffix)
    {
        string name = System.IO.Path.GetFileName(file);
        int dot = name.LastIndexOf(".tar.", StringComparison.Ordinal) is > 0 and var archive ? archive : name.LastIndexOf('.');
        return file[..^name.Length] + (dot > 0 ? name.Insert(dot, suffix) : name + suffix);
    }

    private static bool IsName(string? text, out ReferenceName? name, [NotNullWhen(false)] out string? reason)
    {
        bool good = ReferenceName.TryParse(text, out var parsed);
        name = good ? parsed : null;
        reason = good || text is null ? null : $"'{text}' is not a tag: want letters and digits joined by one of -._:@+ or a slash";
        return reason is null;
    }

    private static bool IsDockerName(string? text, out DockerName? name, [NotNullWhen(false)] out string? reason)
    {
        bool good = DockerName.TryParse(text, out var parsed);
        name = good ? parsed : null;
        reason = good || text is null ? null : $"'{text}' is not a name to load an image under: want [REGISTRY/]REPOSITORY[:TAG] in lower case";
        return reason is null;
    }

    private static bool IsNothing(string transport, string? name, [NotNullWhen(false)] out string? reason)
    {
        reason = name is null ? null : $"{(transport == "rootfs" ? "a" : "an")} {transport} has no name, so ':{name}' means nothing";
        return reason is null;
    }

    /// <summary>An OCI layout directory, new or existing.</summary>
    public sealed record Layout(string Directory, ReferenceName? Name) : Destination(Directory)
    {
        /// <inheritdoc />
        public override Destination In(string directory) => new Layout(System.IO.Path.Combine(directory, Directory), Name);

        /// <inheritdoc />
        public override Destination Variant(string suffix) => this with { Name = Suffixed(Name, suffix) };

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken) =>
            OciLayoutWriter.Write(Directory, Name, delivery.Image, delivery.Parallelism, cancellationToken);
    }

    /// <summary>An OCI layout in a tar archive.</summary>
    public sealed record OciArchive(string File, ReferenceName? Name) : Destination(File)
    {
        /// <inheritdoc />
        public override Destination In(string directory) => new OciArchive(System.IO.Path.Combine(directory, File), Name);

        /// <inheritdoc />
        public override Destination Variant(string suffix) => new OciArchive(SuffixedFile(File, suffix), Suffixed(Name, suffix));

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken) =>
            OciArchiveWriter.Write(File, Name, delivery.Image, cancellationToken);
    }

    /// <summary>An archive for <c>docker load</c>.</summary>
    public sealed record DockerArchive(string File, DockerName? Name) : Destination(File)
    {
        /// <inheritdoc />
        public override Destination In(string directory) => new DockerArchive(System.IO.Path.Combine(directory, File), Name);

        /// <inheritdoc />
        public override Destination Variant(string suffix) => new DockerArchive(SuffixedFile(File, suffix), Suffixed(Name, suffix));

        private static DockerName? Suffixed(DockerName? name, string suffix) =>
            name is not { } known ? null
            : DockerName.TryParse(known + suffix, out var longer) ? longer
            : throw new BothyException($"cannot name a variant of {known}: '{known}{suffix}' is not a name");

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken) =>
            DockerArchiveWriter.Write(File, Name, delivery.Image, cancellationToken);
    }

    /// <summary>A repository of a registry.</summary>
    /// <param name="Reference">The repository, and the tag.</param>
    /// <param name="Client">The way there; it stays the caller's.</param>
    public sealed record Registry(ImageReference Reference, RegistryClient Client) : Destination(Reference.ToString())
    {
        /// <summary>Told how far pushing has come.</summary>
        public IProgress<CopyProgress>? Progress { get; init; }

        /// <summary>Told what it came to.</summary>
        public Action<CopyResult>? Pushed { get; init; }

        /// <inheritdoc />
        public override Destination In(string directory) => this;

        /// <summary>The same under another tag; nobody is told of its progress.</summary>
        public override Destination Variant(string suffix) => ImageReference.TryParse($"{Reference.Name}:{Reference.TagOrDefault}{suffix}", out var reference, out string? reason)
            ? new Registry(reference, Client)
            : throw new BothyException($"cannot name a variant of {Reference}: {reason}");

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken) => WriteAsync(delivery, cancellationToken).GetAwaiter().GetResult();

        private async Task WriteAsync(Delivery delivery, CancellationToken cancellationToken)
        {
            await using var source = new ContentSource(delivery.Image, Reference.ToString());
            await using var target = new RegistryTarget(Client, Reference);
            var options = new CopyOptions { Parallelism = Client.Parallelism, Progress = Progress };
            Pushed?.Invoke(await new ImageCopy(source, target, options).RunAsync(cancellationToken));
        }
    }

    /// <summary>The files alone, in a tar archive.</summary>
    public sealed record Rootfs(string File) : Destination(File)
    {
        /// <inheritdoc />
        public override bool NeedsFiles => true;

        /// <inheritdoc />
        public override Destination In(string directory) => new Rootfs(System.IO.Path.Combine(directory, File));

        /// <inheritdoc />
        public override Destination Variant(string suffix) => new Rootfs(SuffixedFile(File, suffix));

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken) =>
            RootfsWriter.Write(File, delivery.OnlyTree(File, "a rootfs").Tree, delivery.Epoch, cancellationToken);
    }

    /// <summary>The files in an archive that a kernel unpacks into memory, with what starts them.</summary>
    public sealed record Initramfs(string File) : Destination(File)
    {
        /// <inheritdoc />
        public override bool NeedsFiles => true;

        /// <inheritdoc />
        public override Destination In(string directory) => new Initramfs(System.IO.Path.Combine(directory, File));

        /// <inheritdoc />
        public override Destination Variant(string suffix) => new Initramfs(SuffixedFile(File, suffix));

        /// <inheritdoc />
        public override ImmutableArray<string> Losses(Delivery delivery) => InitramfsWriter.Losses(File, delivery.OnlyTree(File, "an initramfs").Tree);

        /// <inheritdoc />
        public override void Write(Delivery delivery, CancellationToken cancellationToken)
        {
            var (tree, image) = delivery.OnlyTree(File, "an initramfs");
            InitramfsWriter.Write(File, tree, image.Config.Container, delivery.Epoch, delivery.Parallelism, cancellationToken);
        }
    }
}
