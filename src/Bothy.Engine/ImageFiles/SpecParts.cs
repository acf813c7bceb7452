using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Packages.Debian;

namespace Bothy.Engine.ImageFiles;

/// <summary>A repository line of an image file.</summary>
public abstract record RepositorySpec
{
    private RepositorySpec(string text, SourceMark mark)
    {
        Text = text;
        Mark = mark;
    }

    /// <summary>The line as it was written, spaces at its ends excepted.</summary>
    public string Text { get; }

    /// <summary>Where it stands.</summary>
    public SourceMark Mark { get; }

    /// <summary>A one-line apt source: <c>deb [options] URI SUITE COMPONENT…</c>.</summary>
    public sealed record Debian(AptSource Source, SourceMark Mark) : RepositorySpec(Source.Text, Mark);

    /// <summary>An apk repository: a URL or a path, with the tag that packages are pinned to (<c>@edge URL</c>), without its <c>@</c>.</summary>
    public sealed record Alpine(string Text, string Location, string? Tag, SourceMark Mark) : RepositorySpec(Text, Mark)
    {
        /// <summary>Whether the location is a path rather than a URL.</summary>
        internal bool IsPath => !Location.Contains("://", StringComparison.Ordinal);
    }
}

/// <summary>What a container runs.</summary>
/// <param name="Command">The command's words; empty where there is none.</param>
/// <param name="ShellFragment">A script for <c>/bin/sh -c</c>, or null.</param>
/// <param name="IsServiceBundle">Whether a supervisor runs the <paramref name="Services"/>.</param>
/// <param name="Services">Commands by service name.</param>
public sealed record EntrypointSpec(
    ImmutableArray<string> Command,
    string? ShellFragment,
    bool IsServiceBundle,
    ImmutableSortedDictionary<string, string> Services);

/// <summary>Users and groups to add, and who the container runs as.</summary>
public sealed record AccountsSpec
{
    /// <summary><c>run-as</c>: a user name or number, with <c>:group</c> where the file gives one; null where the file has none.</summary>
    public Marked<string>? RunAs { get; init; }

    /// <summary>Users to add.</summary>
    public ImmutableArray<UserSpec> Users { get; init; } = [];

    /// <summary>Groups to add.</summary>
    public ImmutableArray<GroupSpec> Groups { get; init; } = [];
}

/// <summary>A user to add; null where the image file leaves a field to the default.</summary>
public sealed record UserSpec(string Name, uint Uid, SourceMark Mark)
{
    /// <summary>The primary group's number.</summary>
    public uint? Gid { get; init; }

    /// <summary>The login shell, an absolute path.</summary>
    public string? Shell { get; init; }

    /// <summary>The home directory, an absolute path.</summary>
    public string? HomeDirectory { get; init; }

    /// <summary>Names of further groups to be a member of.</summary>
    public ImmutableArray<string> Groups { get; init; } = [];
}

/// <summary>A group to add.</summary>
public sealed record GroupSpec(string Name, uint Gid, ImmutableArray<string> Members, SourceMark Mark);

/// <summary>What <c>paths</c> does at a path.</summary>
public enum PathKind
{
    /// <summary>Makes a directory.</summary>
    Directory,

    /// <summary>Makes a file without content.</summary>
    EmptyFile,

    /// <summary>Makes a hard link to <see cref="PathSpec.Source"/>.</summary>
    HardLink,

    /// <summary>Makes a symbolic link to <see cref="PathSpec.Source"/>.</summary>
    SymbolicLink,

    /// <summary>Changes mode and owner of what is there.</summary>
    Permissions,
}

/// <summary>One entry of <c>paths</c>.</summary>
public sealed record PathSpec(PathKind Kind, TreePath Path, SourceMark Mark)
{
    /// <summary>The owner; null where the image file leaves it to the default.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group; null where the image file leaves it to the default.</summary>
    public uint? Gid { get; init; }

    /// <summary>The permission bits, at most 07777; null where the image file leaves them to the default.</summary>
    public int? Permissions { get; init; }

    /// <summary>What a link points to, as it was written: absolute for a hard link, anything for a symbolic one. Null for the other kinds.</summary>
    public string? Source { get; init; }

    /// <summary>Whether mode and owner are given to everything below as well.</summary>
    public bool Recursive { get; init; }
}

/// <summary>Local files to put into the image.</summary>
public sealed record LocalFileSpec(Marked<string> Source, TreePath Path)
{
    /// <summary>The owner; null for root.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group; null for root.</summary>
    public uint? Gid { get; init; }

    /// <summary>Whether <see cref="Path"/> was written with a slash at its end: a file goes into it under its own name.</summary>
    public bool IntoDirectory { get; init; }

    /// <summary>The permission bits of files, at most 07777; null for 0755 where the owner may run the local file, else 0644.</summary>
    public int? Mode { get; init; }

    /// <summary>Patterns of what to leave out, relative to the source, as <c>.dockerignore</c> has them.</summary>
    public ImmutableArray<string> Exclude { get; init; } = [];
}

/// <summary>A port that the image's program listens on.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public readonly record struct PortSpec(int Number, string Protocol)
{
    /// <summary>As the image's configuration writes it: <c>8080/tcp</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Number}/{Protocol}");
}

/// <summary>How files are spread over layers.</summary>
/// <param name="Strategy"><c>single</c> or <c>origin</c>.</param>
/// <param name="Budget">The most layers for the files of packages, or null.</param>
public sealed record LayeringSpec(string Strategy, int? Budget);

/// <summary>A certificate to trust.</summary>
/// <param name="Name">What its file is called.</param>
/// <param name="Content">One certificate in PEM.</param>
/// <param name="Mark">Where it stands.</param>
public sealed record CertificateSpec(string Name, string Content, SourceMark Mark);

/// <summary>A part of an image file that another room reads: scalars, lists and maps with their places.</summary>
public abstract record SpecNode
{
    private SpecNode(SourceMark mark) => Mark = mark;

    /// <summary>Where it stands.</summary>
    public SourceMark Mark { get; }

    /// <summary>A scalar; <paramref name="IsPlain"/> when it was written without quotes and may be a number, a truth value or null.</summary>
    public sealed record Scalar(string Text, bool IsPlain, SourceMark Mark) : SpecNode(Mark);

    /// <summary>A list.</summary>
    public sealed record Sequence(ImmutableArray<SpecNode> Items, SourceMark Mark) : SpecNode(Mark);

    /// <summary>A map, in the file's order.</summary>
    public sealed record Mapping(ImmutableArray<KeyValuePair<Marked<string>, SpecNode>> Entries, SourceMark Mark) : SpecNode(Mark);
}
