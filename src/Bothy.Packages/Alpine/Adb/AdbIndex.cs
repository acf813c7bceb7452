using System.Text;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>An index of format 3, <c>Packages.adb</c>.</summary>
internal sealed class AdbIndex
{
    /// <summary>The name of the file in a repository.</summary>
    public const string FileName = "Packages.adb";

    private const int MaxMetadata = 64 << 20;
    private const int MaxPackages = 1 << 20;
    private const string PlainNames = "${name}-${version}.apk";
    private const string NamesBelowArchitecture = "${arch}/" + PlainNames;

    private AdbIndex(string description, IReadOnlyList<AdbPackageInfo> packages)
    {
        Description = description;
        Packages = packages;
    }

    /// <summary>What the repository says about itself; empty where it says nothing.</summary>
    public string Description { get; }

    /// <summary>The packages in the order of the index.</summary>
    public IReadOnlyList<AdbPackageInfo> Packages { get; }

    /// <summary>Opens a file that should be an index: its metadata and signatures are read, and nothing of it is trusted yet.</summary>
    /// <exception cref="MalformedDataException">It is no file of format 3.</exception>
    /// <exception cref="BothyException">It is compressed in a way that is not supported, or too large.</exception>
    public static AdbReader Open(Stream file, string source) => new(file, source, MaxMetadata, MaxMetadata + (1 << 20));

    /// <summary>Reads the packages.</summary>
    /// <exception cref="MalformedDataException">It is no index.</exception>
    /// <exception cref="BothyException">Its packages have names that are not supported.</exception>
    public static AdbIndex Read(AdbReader reader, string source)
    {
        if (reader.Schema != AdbSchema.Index)
        {
            throw reader.Malformed(4, "it is not an index");
        }

        if (reader.TryReadContent(out var content))
        {
            throw reader.Malformed(content.Offset, "an index has no content");
        }

        var root = new AdbDocument(reader.Metadata, source).Root;
        string names = root[3].ToLine();
        if (names is not ("" or PlainNames or NamesBelowArchitecture))
        {
            throw new BothyException($"cannot use {source}: it names its packages by '{names}', which is not supported");
        }

        var array = root[2].ToObject();
        if (array.Last > MaxPackages)
        {
            throw root[2].Malformed(FormattableString.Invariant($"it has more than {MaxPackages} packages"));
        }

        var packages = new List<AdbPackageInfo>();
        for (int i = 1; i <= array.Last; i++)
        {
            var info = AdbPackageInfo.Read(array[i].ToObject());
            if (info.Hash.Length is not (20 or 32))
            {
                throw array[i].Malformed($"the package '{info.Info.Name}' has no SHA-256");
            }

            packages.Add(info);
        }

        return new AdbIndex(root[1].ToLine(), packages);
    }

    /// <summary>The same packages as the text of a v2 index, which is what everything after it reads.</summary>
    public byte[] ToApkIndex()
    {
        var text = new StringBuilder();
        foreach (var package in Packages)
        {
            text.Append(package.Info.ToIndexStanza(ApkChecksum.FromHash(package.Hash.Span), package.FileSize)).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
