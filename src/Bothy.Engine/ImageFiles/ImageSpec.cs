using System.Collections.Immutable;
using Bothy.Oci.Layers;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// What an image file asks for, with its includes merged in: apko's keys and Bothy's own. Everything in it was checked for
/// itself (names, ranges, paths, units); whether it can be built is for the engine to say.
/// </summary>
public sealed record ImageSpec
{
    /// <summary>The image file, as it was named.</summary>
    public required string FileName { get; init; }

    /// <summary>The files that it was read from, itself first; empty for a text that is no file. No part of what it says.</summary>
    public ImmutableArray<FileRead> Files { get; init; } = [];

    /// <summary><c>contents</c>: what goes into the image.</summary>
    public ContentsSpec Contents { get; init; } = new();

    /// <summary><c>entrypoint</c>; null where the file has none.</summary>
    public EntrypointSpec? Entrypoint { get; init; }

    /// <summary><c>cmd</c>, split into its words; empty where the file has none.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary><c>work-dir</c>: an absolute path, or null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary><c>stop-signal</c>: its name with <c>SIG</c>, or its number; null where the file has none.</summary>
    public string? StopSignal { get; init; }

    /// <summary><c>init</c>: the program that runs as process 1 before the entrypoint, by package name; null for none.</summary>
    public string? Init { get; init; }

    /// <summary><c>debug</c>: whether a second image with a shell is wanted.</summary>
    public bool Debug { get; init; }

    /// <summary><c>accounts</c>.</summary>
    public AccountsSpec Accounts { get; init; } = new();

    /// <summary><c>environment</c>, by name.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = NoTexts;

    /// <summary><c>paths</c>, in the order in which they are to be made.</summary>
    public ImmutableArray<PathSpec> Paths { get; init; } = [];

    /// <summary><c>archs</c>, each once, in the file's order; empty where the file has none.</summary>
    public ImmutableArray<Marked<ImageArchitecture>> Architectures { get; init; } = [];

    /// <summary><c>annotations</c> of the manifest, by name.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = NoTexts;

    /// <summary><c>labels</c> of the configuration, by name.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = NoTexts;

    /// <summary><c>volumes</c>: absolute paths.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary><c>ports</c>.</summary>
    public ImmutableArray<PortSpec> Ports { get; init; } = [];

    /// <summary><c>layering</c>; null where the file has none, which means one layer.</summary>
    public LayeringSpec? Layering { get; init; }

    /// <summary><c>compression</c> of the layers.</summary>
    public LayerCompression Compression { get; init; }

    /// <summary><c>certificates.additional</c>.</summary>
    public ImmutableArray<CertificateSpec> Certificates { get; init; } = [];

    /// <summary><c>os-release</c>: fields to set, by the name they have in the file (<c>PRETTY_NAME</c>).</summary>
    public ImmutableSortedDictionary<string, string> OsRelease { get; init; } = NoTexts;

    /// <summary><c>vcs-url</c>; null where the file has none.</summary>
    public string? VcsUrl { get; init; }

    /// <summary><c>policy</c> as it was written; null where the file has none.</summary>
    public SpecNode? Policy { get; init; }

    /// <summary><c>tests</c> as they were written; null where the file has none.</summary>
    public SpecNode? Tests { get; init; }

    /// <summary>
    /// Where each key stands that the file and its includes give, by its path from the top: <c>contents.slices</c>,
    /// <c>layering.strategy</c>. Keys inside lists are not in it.
    /// </summary>
    public ImmutableSortedDictionary<string, SourceMark> Keys { get; init; } =
        ImmutableSortedDictionary.Create<string, SourceMark>(StringComparer.Ordinal);

    /// <summary>What is accepted without effect, one sentence each, such as a key that apko ignores too.</summary>
    public ImmutableArray<Marked<string>> Warnings { get; init; } = [];

    internal static ImmutableSortedDictionary<string, string> NoTexts { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Where the key <paramref name="path"/> stands, or null where the image file does not give it.</summary>
    public SourceMark? MarkOf(string path) => Keys.TryGetValue(path, out var mark) ? mark : null;
}

/// <summary><c>contents</c> of an image file. Lists are in the file's order, an included file's entries first.</summary>
public sealed record ContentsSpec
{
    /// <summary><c>repositories</c>: where packages come from.</summary>
    public ImmutableArray<RepositorySpec> Repositories { get; init; } = [];

    /// <summary><c>build_repositories</c>: where packages come from, without a mention in the image.</summary>
    public ImmutableArray<RepositorySpec> BuildRepositories { get; init; } = [];

    /// <summary><c>runtime_repositories</c>: mentioned in the image, but no package comes from them.</summary>
    public ImmutableArray<RepositorySpec> RuntimeRepositories { get; init; } = [];

    /// <summary>Where packages come from: <see cref="Repositories"/> and <see cref="BuildRepositories"/>.</summary>
    internal IEnumerable<RepositorySpec> PackageRepositories => Repositories.Concat(BuildRepositories);

    /// <summary>Whether its packages are apk's, as far as the first repository tells; all have to be of one kind.</summary>
    public bool IsAlpine => PackageRepositories.FirstOrDefault() is RepositorySpec.Alpine;

    /// <summary><c>keyring</c>: trusted keys, each a path, a URL or the key itself.</summary>
    public ImmutableArray<Marked<string>> Keyring { get; init; } = [];

    /// <summary><c>packages</c>: requests, as they were written.</summary>
    public ImmutableArray<Marked<string>> Packages { get; init; } = [];

    /// <summary><c>slices</c>: the directory of slice definitions, or null.</summary>
    public Marked<string>? Slices { get; init; }

    /// <summary><c>omit</c>: packages that count as satisfied but bring no file.</summary>
    public ImmutableArray<Marked<string>> Omit { get; init; } = [];

    /// <summary><c>files</c>: local files.</summary>
    public ImmutableArray<LocalFileSpec> Files { get; init; } = [];

    /// <summary><c>base</c>, or apko's <c>baseimage.image</c>: the image to build on, or null.</summary>
    public Marked<string>? Base { get; init; }

    /// <summary>apko's <c>baseimage.apkindex</c>, or null.</summary>
    public Marked<string>? BaseIndex { get; init; }

    /// <summary><c>exclude</c>: patterns of absolute paths that stay out of the image.</summary>
    public ImmutableArray<Marked<string>> Exclude { get; init; } = [];

    /// <summary><c>documentation</c>.</summary>
    public DocumentationChoice Documentation { get; init; }

    /// <summary>What <see cref="Documentation"/> is where the file says nothing: apk's packages have theirs in packages of their own.</summary>
    internal DocumentationChoice DefaultDocumentation => IsAlpine ? DocumentationChoice.Keep : DocumentationChoice.Omit;

    /// <summary><c>database</c>.</summary>
    public DatabaseChoice Database { get; init; }
}

/// <summary>What becomes of documentation, manual pages and translations.</summary>
public enum DocumentationChoice
{
    /// <summary>They stay out, copyright files excepted.</summary>
    Omit,

    /// <summary>They stay in.</summary>
    Keep,
}

/// <summary>Which form the record of installed packages takes.</summary>
public enum DatabaseChoice
{
    /// <summary>The package manager's own where it is in the image, else the small form that scanners read.</summary>
    Automatic,

    /// <summary>dpkg's full one.</summary>
    Dpkg,

    /// <summary>One file a package below <c>/var/lib/dpkg/status.d</c>.</summary>
    StatusDirectory,

    /// <summary>None: the image does not say what is installed.</summary>
    None,
}
