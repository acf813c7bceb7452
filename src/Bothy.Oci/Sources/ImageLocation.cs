using System.Diagnostics.CodeAnalysis;
using Bothy.Oci.Archives;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;

namespace Bothy.Oci.Sources;

/// <summary>
/// Where an image is, as every command takes it: <c>oci:DIR[:TAG]</c>, <c>oci-archive:FILE[:TAG]</c>, <c>docker-archive:FILE[:NAME]</c>,
/// <c>podman:NAME</c>, a path that exists, which is recognised by what is there, or a reference to a registry.
/// </summary>
public abstract record ImageLocation
{
    private const string Known = "oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], podman:NAME, a path or [REGISTRY/]REPOSITORY[:TAG][@DIGEST]";

    private readonly string _text;

    private ImageLocation(string text) => _text = text;

    /// <summary>Reads a location; paths are relative to <paramref name="workingDirectory"/>.</summary>
    /// <exception cref="BothyException">It is none; the message says why.</exception>
    public static ImageLocation Parse(string text, string workingDirectory) =>
        TryParse(text, workingDirectory, out var location, out string? reason) ? location : throw new BothyException($"cannot find the image: {reason}");

    /// <summary>Reads a location, or says in <paramref name="reason"/> why it is none.</summary>
    public static bool TryParse(
        string text, string workingDirectory, [NotNullWhen(true)] out ImageLocation? location, [NotNullWhen(false)] out string? reason)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string transport = colon < 0 ? "" : text[..colon];
        string rest = text[(colon + 1)..];
        (location, reason) = transport switch
        {
            _ when text.Length == 0 => (null, "it has no name"),
            _ when text.Contains('\0', StringComparison.Ordinal) => (null, "a name cannot hold NUL"),
            "oci" or "oci-archive" or "docker-archive" => OfFile(text, transport, rest, workingDirectory),
            "podman" when rest.Length == 0 || rest.StartsWith('-') => (null, $"'{text}' names no image"),
            "podman" => (new Podman(text, rest), null),

            // As skopeo and podman write a registry's image.
            "docker" when rest.StartsWith("//", StringComparison.Ordinal) => OfReference(text, rest[2..]),
            _ => OfPath(text, workingDirectory),
        };
        return location is not null;
    }

    /// <summary>Opens the image; the source is the caller's.</summary>
    /// <exception cref="BothyException">It cannot be read, or is none.</exception>
    public abstract Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken);

    /// <summary>As the user wrote it.</summary>
    public sealed override string ToString() => _text;

    // As skopeo does: the path ends at the first colon, so it cannot hold one.
    private static (ImageLocation? Location, string? Reason) OfFile(string text, string transport, string rest, string workingDirectory)
    {
        string[] parts = rest.Split(':', 2);
        string? name = parts.ElementAtOrDefault(1);
        if (parts[0].Length == 0)
        {
            return (null, $"'{text}' names no {(transport == "oci" ? "directory" : "file")}");
        }

        string path = Path.Combine(workingDirectory, parts[0]);
        switch (transport)
        {
            case "docker-archive":
                return name is null ? (new DockerArchive(text, path, null), null)
                    : DockerName.TryParse(name, out var reference) ? (new DockerArchive(text, path, reference), null)
                    : (null, $"'{name}' is not the name of an image in an archive: want [REGISTRY/]REPOSITORY[:TAG]");
            default:
                if (name is not null && !ReferenceName.TryParse(name, out _))
                {
                    return (null, $"'{name}' is not the name of an image in a layout");
                }

                return (transport == "oci" ? new Layout(text, path, name) : new OciArchive(text, path, name), null);
        }
    }

    private static (ImageLocation? Location, string? Reason) OfPath(string text, string workingDirectory)
    {
        string path = Path.Combine(workingDirectory, text);
        if (Directory.Exists(path))
        {
            return (new Layout(text, path, null), null);
        }

        if (File.Exists(path))
        {
            return (new Archive(text, path), null);
        }

        // What is plainly meant as a path would otherwise be asked for at a registry.
        bool isPath = text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal)
            || text.EndsWith(".tar", StringComparison.Ordinal) || text.Contains(".tar.", StringComparison.Ordinal);
        return isPath ? (null, $"there is no '{text}'") : OfReference(text, text);
    }

    private static (ImageLocation? Location, string? Reason) OfReference(string text, string name) =>
        ImageReference.TryParse(name, out var reference, out string? reason)
            ? (new Registry(text, reference), null)
            : (null, $"'{text}' is neither a path nor a reference, since {reason}; want {Known}");

    /// <summary>An OCI layout directory.</summary>
    public sealed record Layout(string Text, string Directory, string? Name) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken) =>
            Task.FromResult<ImageSource>(LayoutSource.OfDirectory(Directory, Name, ToString()));
    }

    /// <summary>An OCI layout in a tar archive.</summary>
    public sealed record OciArchive(string Text, string File, string? Name) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken) =>
            OpenArchiveAsync(File, members => LayoutSource.OfArchive(members, Name, ToString()), cancellationToken);
    }

    /// <summary>An archive as <c>docker save</c> writes it.</summary>
    public sealed record DockerArchive(string Text, string File, DockerName? Name) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken) =>
            OpenArchiveAsync(File, members => DockerArchiveSource.Of(members, Name, ToString()), cancellationToken);
    }

    /// <summary>An archive of either kind: what is in it tells.</summary>
    public sealed record Archive(string Text, string File) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken) =>
            OpenArchiveAsync(
                File,

                // Docker since version 25 writes both; the layout has the manifest that registries know.
                members => members.Has(LayoutFiles.Marker) ? LayoutSource.OfArchive(members, null, ToString()) : DockerArchiveSource.Of(members, null, ToString()),
                cancellationToken);
    }

    /// <summary>An image in podman's storage on this machine.</summary>
    public sealed record Podman(string Text, string Image) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(access);
            return PodmanImage.OpenAsync(Image, ToString(), access, cancellationToken);
        }
    }

    /// <summary>An image in a registry.</summary>
    public sealed record Registry(string Text, ImageReference Reference) : ImageLocation(Text)
    {
        /// <inheritdoc />
        public override Task<ImageSource> OpenAsync(ImageAccess access, CancellationToken cancellationToken)
        {
            ArgumentNullException.ThrowIfNull(access);
            return Task.FromResult(access.Registry(Reference));
        }
    }

    // Reading the headers of a large archive takes a moment.
    private static Task<ImageSource> OpenArchiveAsync(string file, Func<ArchiveMembers, ImageSource> open, CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                var members = ArchiveMembers.Open(file, cancellationToken);
                try
                {
                    return open(members);
                }
                catch
                {
                    members.Dispose();
                    throw;
                }
            },
            cancellationToken);
}
