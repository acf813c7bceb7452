using Bothy.Packages.Alpine;

namespace Bothy.Packages.Repositories;

/// <summary>An index, <c>APKINDEX.tar.gz</c> or <c>Packages.adb</c>, and what was verified about it: the facts of the chain of trust that a lock records.</summary>
public sealed class AlpineIndex
{
    private readonly IApkIndexFile _file;

    internal AlpineIndex(IApkIndexFile file) => _file = file;

    /// <summary>Whose it is.</summary>
    public required AlpineRepository Repository { get; init; }

    /// <summary>The architecture, by apk's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>The repository's address, without credentials.</summary>
    public string Uri => DebianRepository.ShownUri(Repository.Uri);

    /// <summary>The digest of the file.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The size of the file in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>The file name of the key whose signature is good; null where there is none, and the user allowed that.</summary>
    public required string? KeyName { get; init; }

    /// <summary>Why there is no good signature, as a sentence fragment about the index; null where there is one.</summary>
    internal string? Problem { get; init; }

    /// <summary>
    /// Whether nothing vouches for it. Then nothing vouches for its packages either, other than their own signatures: see
    /// <see cref="ApkPackages.CheckSignatureAsync"/>.
    /// </summary>
    public bool IsUntrusted => KeyName is null;

    /// <summary>When it was made: the time of its entry in the signed archive, else that of its newest package. No older one is accepted where a lock records this one.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What the repository says about itself, one line such as <c>v3.19.1-100-g0123456789a</c>; empty where it says nothing.</summary>
    public required string Description { get; init; }

    /// <summary>Decompresses the text of the index, <c>APKINDEX</c>, each time anew.</summary>
    /// <exception cref="BothyException">The file, though signed, is no index.</exception>
    public byte[] ReadText() => _file.ReadText();

    /// <summary>Where a package of this index is.</summary>
    public Uri PackageUri(string name, string version) => Repository.PackageUri(Architecture, name, version);
}
