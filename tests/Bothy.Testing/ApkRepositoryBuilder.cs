using Bothy.Packages.Alpine.Writing;

namespace Bothy.Testing;

/// <summary>
/// Writes an Alpine repository into a directory: <c>ARCH/NAME-VERSION.apk</c> and <c>ARCH/APKINDEX.tar.gz</c>, signed with a key made for
/// the tests of this process. Packages of architecture <c>noarch</c> go to that of the repository, as Alpine's own do.
/// </summary>
public sealed class ApkRepositoryBuilder(string directory, string architecture = "x86_64")
{
    /// <summary>The name of the public key's file.</summary>
    public const string KeyName = "test@example.test-00000001.rsa.pub";

    // A new key takes as long as most tests.
    private static readonly Lazy<ApkSigner> SharedKey = new(() => ApkSigner.Generate(KeyName, bits: 2048));

    private readonly List<string> _stanzas = [];

    /// <summary>The key that signs, one for all tests of a process; not to be disposed.</summary>
    public static ApkSigner Key => SharedKey.Value;

    /// <summary>The root of the repository, as it stands in <c>etc/apk/repositories</c> and image files.</summary>
    public string Path => directory;

    /// <summary>Where packages and index are.</summary>
    public string PackageDirectory => System.IO.Path.Combine(directory, architecture);

    /// <summary>The path of the index.</summary>
    public string IndexPath => System.IO.Path.Combine(PackageDirectory, ApkIndexWriter.FileName);

    /// <summary>Who signs packages; nobody where false.</summary>
    public bool SignPackages { get; init; } = true;

    /// <summary>Whether the index is signed.</summary>
    public bool SignIndex { get; init; } = true;

    /// <summary>The signer of packages and index.</summary>
    public ApkSigner Signer { get; init; } = Key;

    /// <summary>The index's description; null for none.</summary>
    public string? Description { get; init; } = "v1.0";

    /// <summary>The time of the index's entries.</summary>
    public long IndexTime { get; set; } = 1_700_000_000;

    /// <summary>Changes a stanza before it goes into the index: for indexes that lie.</summary>
    public Func<string, string> EditStanza { get; init; } = stanza => stanza;

    /// <summary>Adds packages: their files now, and their stanzas to the index. Call <see cref="Write"/> in the end.</summary>
    public ApkRepositoryBuilder Add(params ApkBuilder[] packages)
    {
        ArgumentNullException.ThrowIfNull(packages);
        System.IO.Directory.CreateDirectory(PackageDirectory);
        foreach (var package in packages)
        {
            byte[] apk = package.Write(out var written, SignPackages ? [Signer] : []);
            File.WriteAllBytes(System.IO.Path.Combine(PackageDirectory, package.FileName), apk);
            var info = written.Info.Architecture == "noarch" ? written.Info with { Architecture = architecture } : written.Info;
            AddStanza(info.ToIndexStanza(written.Checksum, written.Size));
        }

        return this;
    }

    /// <summary>Adds a stanza to the index, whatever it says; ends in a line feed.</summary>
    public ApkRepositoryBuilder AddStanza(string stanza)
    {
        _stanzas.Add(EditStanza(stanza));
        return this;
    }

    /// <summary>Writes the index; again after changes. The packages stand in it as they were added.</summary>
    public ApkRepositoryBuilder Write()
    {
        System.IO.Directory.CreateDirectory(PackageDirectory);
        using var index = new MemoryStream();
        ApkIndexWriter.Write(_stanzas, Description, IndexTime, SignIndex ? [Signer] : [], index);
        File.WriteAllBytes(IndexPath, index.ToArray());
        return this;
    }

    /// <summary>Writes the public key into <paramref name="keys"/> under its name, and returns its path.</summary>
    public string WriteKey(string keys)
    {
        System.IO.Directory.CreateDirectory(keys);
        string path = System.IO.Path.Combine(keys, Signer.KeyName);
        File.WriteAllText(path, Signer.ExportPublicKey());
        return path;
    }
}
