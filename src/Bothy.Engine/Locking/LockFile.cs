using System.Collections.Immutable;
using Bothy.Packages;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>
/// What an image file was resolved to: every package by digest with the reasons it is there, and the chain of trust that its
/// indexes were read by. A build from it solves nothing and reads no index.
/// </summary>
public sealed record LockFile
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>What made the lock.</summary>
    public required LockedTool Tool { get; init; }

    /// <summary>The image file's name, without directories.</summary>
    public required string ImageFileName { get; init; }

    /// <summary>What of the image file decided the resolution.</summary>
    public required LockInputs Inputs { get; init; }

    /// <summary>The digest of the release that slices are defined by; null where the image file names none.</summary>
    public Digest? Slices { get; init; }

    /// <summary>What was resolved, by OCI's name of the architecture with its variant (<c>amd64</c>, <c>arm/v7</c>).</summary>
    public required ImmutableSortedDictionary<string, LockedArchitecture> Architectures { get; init; }

    /// <summary>What was taken although nothing vouches for it, because the user said so: the repositories, each once.</summary>
    public ImmutableArray<string> Untrusted =>
    [
        .. Architectures.Values
            .SelectMany(static architecture => architecture.Repositories)
            .OfType<LockedRepository.Alpine>()
            .Where(static repository => repository.IsUntrusted)
            .Select(static repository => repository.Uri)
            .Distinct(StringComparer.Ordinal),
    ];
}

/// <summary>What made a lock.</summary>
/// <param name="Name"><c>bothy</c></param>
/// <param name="Version">Its version.</param>
/// <param name="Compression">The contract of its compression.</param>
public sealed record LockedTool(string Name, string Version, string Compression);

/// <summary>What was resolved for one architecture.</summary>
public sealed record LockedArchitecture
{
    /// <summary>
    /// The repositories that were verified, in the order of the image file. Their dates are the floor of the next resolution: going
    /// back behind them would bring back packages that were replaced.
    /// </summary>
    public ImmutableArray<LockedRepository> Repositories { get; init; } = [];

    /// <summary>The keys that the image keeps, so that its package manager trusts what it was built from; none for Debian.</summary>
    public ImmutableArray<LockedKey> Keys { get; init; } = [];

    /// <summary>The image that it is built on; null for none.</summary>
    public LockedBase? Base { get; init; }

    /// <summary>The packages, in installation order; those of <see cref="Base"/> are not among them.</summary>
    public ImmutableArray<LockedPackage> Packages { get; init; } = [];

    /// <summary>What the debug variant has besides: the package of its toolbox; empty where none was asked for.</summary>
    public ImmutableArray<LockedPackage> Debug { get; init; } = [];

    /// <summary>The packages of the image and of its debug variant.</summary>
    public IEnumerable<LockedPackage> AllPackages => Packages.Concat(Debug);

    /// <summary>What counts as installed and brings no file.</summary>
    public ImmutableArray<LockedOmission> Omitted { get; init; } = [];

    /// <summary>What the resolution warned of, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>The image that another one is built on.</summary>
/// <param name="Image">Where it was, as the image file names it.</param>
/// <param name="Manifest">The digest of its manifest for the architecture.</param>
/// <param name="Packages">Its packages that stay, by name, each with what of the image's own packages or requests needs it.</param>
public sealed record LockedBase(string Image, Digest Manifest, ImmutableArray<LockedBasePackage> Packages);

/// <summary>A package that an image to build on has.</summary>
/// <param name="Id">Which.</param>
/// <param name="Source">The name of its source package.</param>
/// <param name="SourceVersion">The version of its source package.</param>
/// <param name="Reasons">What of the image needs it; empty where nothing does.</param>
public sealed record LockedBasePackage(PackageId Id, string Source, string SourceVersion, ImmutableArray<Reason> Reasons);

/// <summary>A repository of a lock: what was verified on the way to its packages.</summary>
public abstract record LockedRepository
{
    private LockedRepository()
    {
    }

    /// <summary>A suite of a Debian archive.</summary>
    public sealed record Debian(VerifiedRelease Release) : LockedRepository;

    /// <summary>An apk repository, by its index.</summary>
    public sealed record Alpine : LockedRepository
    {
        /// <summary>The address of the repository, without credentials and without the architecture.</summary>
        public required string Uri { get; init; }

        /// <summary>The tag that requests name to get packages from it, without its <c>@</c>; null where it has none.</summary>
        public string? Tag { get; init; }

        /// <summary>What the repository says about itself, such as <c>v3.19.1-41-g5a2a16a1e0c</c>; null where it says nothing.</summary>
        public string? Description { get; init; }

        /// <summary>When the index was made, as far as it tells.</summary>
        public required DateTimeOffset Date { get; init; }

        /// <summary>The digest of the index file.</summary>
        public required Digest Index { get; init; }

        /// <summary>The size of the index file in bytes.</summary>
        public required long Size { get; init; }

        /// <summary>The file name of the key whose signature over the index is good; null where there is none and the user allowed that.</summary>
        public required string? Key { get; init; }

        /// <summary>Whether nothing vouches for it.</summary>
        public bool IsUntrusted => Key is null;
    }
}

/// <summary>A key that the image keeps below <c>etc/apk/keys</c>.</summary>
/// <param name="Name">The name of its file, by which signatures name it.</param>
/// <param name="Text">The key in PEM.</param>
public sealed record LockedKey(string Name, string Text);

/// <summary>A package of a lock, or of a plan that is not complete before its packages have been fetched.</summary>
public sealed record LockedPackage
{
    /// <summary>Which package.</summary>
    public required PackageId Id { get; init; }

    /// <summary>The name of its source package.</summary>
    public required string Source { get; init; }

    /// <summary>The version of its source package.</summary>
    public required string SourceVersion { get; init; }

    /// <summary>Where it was; credentials in it are not written.</summary>
    public required Uri Url { get; init; }

    /// <summary>The bytes of the package file.</summary>
    public required long Size { get; init; }

    /// <summary>
    /// The digest of the package file. An apk index does not tell it: then it is null in a plan that was only solved; a lock that is
    /// written has it.
    /// </summary>
    public Digest? Digest { get; init; }

    /// <summary>The identity of an apk package; null for a Debian package.</summary>
    public ApkChecksum? Checksum { get; init; }

    /// <summary>The tag of the repository that an apk package is pinned to, without its <c>@</c>; null where it is not pinned.</summary>
    public string? Tag { get; init; }

    /// <summary>The slices that the image has of it, sorted; empty where it has the whole package.</summary>
    public ImmutableArray<string> Slices { get; init; } = [];

    /// <summary>Why it is there; the reason that decided it first.</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>What decides whether bytes are this package.</summary>
    internal PackageIdentity Identity =>
        Digest is { } digest ? new PackageIdentity.OfFile(digest)
        : Checksum is { } checksum ? new PackageIdentity.OfApk(checksum)
        : throw new InvalidOperationException($"nothing identifies {Id}");

    /// <summary>The digest of the package file, where it has been fetched.</summary>
    internal Digest KnownDigest => Digest ?? throw new InvalidOperationException($"{Id} has not been fetched");

    /// <summary>The name of the package file: the last part of its address.</summary>
    public string FileName => Uri.UnescapeDataString(Url.Segments[^1]);
}

/// <summary>A package that counts as installed and brings no file, and what would have brought it.</summary>
public sealed record LockedOmission(PackageId Id, ImmutableArray<Reason> Reasons);
