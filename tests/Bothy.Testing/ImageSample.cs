using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bothy.Testing;

/// <summary>How the layers of a sample are compressed.</summary>
public enum SampleCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By gzip.</summary>
    Gzip,

    /// <summary>By the zstd program, which has to be there.</summary>
    Zstd,
}

/// <summary>
/// An image put together from layers that are given as tar archives, written as a layout or as <c>docker save</c> does, by none of the project's own code. What a test wants
/// to be wrong it changes before writing.
/// </summary>
public sealed class ImageSample
{
    private const string Prefix = "application/vnd.oci.image.";

    private readonly List<byte[]> _archives = [];
    private readonly SortedDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <summary>An image of <paramref name="archives"/>, lowest first.</summary>
    public ImageSample(IEnumerable<byte[]> archives, SampleCompression compression = SampleCompression.None, string architecture = "amd64")
    {
        ArgumentNullException.ThrowIfNull(archives);
        Config = new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject(),
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() },
        };
        Manifest = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Prefix + "manifest.v1+json", ["config"] = null, ["layers"] = new JsonArray() };
        foreach (byte[] archive in archives)
        {
            _archives.Add(archive);
            DiffIds.Add(DigestOf(archive));
            string suffix = compression switch
            {
                SampleCompression.Gzip => "+gzip",
                SampleCompression.Zstd => "+zstd",
                _ => "",
            };
            Layers.Add(Put($"{Prefix}layer.v1.tar{suffix}", Compress(archive, compression)));
        }
    }

    /// <summary>The configuration, which gets its digest when the sample is written.</summary>
    public JsonObject Config { get; }

    /// <summary>The manifest.</summary>
    public JsonObject Manifest { get; }

    /// <summary>The descriptors of the layers.</summary>
    public JsonArray Layers => (JsonArray)Manifest["layers"]!;

    /// <summary>The diff IDs of the configuration.</summary>
    public JsonArray DiffIds => (JsonArray)Config["rootfs"]!["diff_ids"]!;

    /// <summary>The digest of <paramref name="bytes"/>.</summary>
    public static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Keeps a blob, and gives its descriptor.</summary>
    public JsonObject Put(string mediaType, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        string digest = DigestOf(bytes);
        _blobs[digest] = bytes;
        return new JsonObject { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = bytes.Length };
    }

    /// <summary>Keeps the configuration and the manifest, and gives the manifest's descriptor.</summary>
    public JsonObject PutManifest()
    {
        Manifest["config"] ??= Put(Prefix + "config.v1+json", Encoding.UTF8.GetBytes(Config.ToJsonString()));
        return Put((string)Manifest["mediaType"]!, Encoding.UTF8.GetBytes(Manifest.ToJsonString()));
    }

    /// <summary>The files of a layout that holds the image as <c>latest</c>, or whatever <paramref name="roots"/> say.</summary>
    public IReadOnlyDictionary<string, byte[]> LayoutFiles(params JsonObject[] roots)
    {
        ArgumentNullException.ThrowIfNull(roots);
        if (roots.Length == 0)
        {
            var root = PutManifest();
            root["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
            roots = [root];
        }

        var index = new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray([.. roots]) };
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["oci-layout"] = [.. "{\"imageLayoutVersion\":\"1.0.0\"}"u8],
            ["index.json"] = Encoding.UTF8.GetBytes(index.ToJsonString()),
        };
        foreach (var (digest, bytes) in _blobs)
        {
            files["blobs/sha256/" + digest[7..]] = bytes;
        }

        return files;
    }

    /// <summary>The files of an archive as <c>docker save</c> wrote them before version 25, each layer in a directory of its own.</summary>
    public IReadOnlyDictionary<string, byte[]> DockerFiles(params string[] tags)
    {
        byte[] config = Encoding.UTF8.GetBytes(Config.ToJsonString());
        string configName = DigestOf(config)[7..] + ".json";
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal) { [configName] = config };
        var names = new JsonArray();
        for (int i = 0; i < _archives.Count; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"layer{i}/layer.tar");
            files[name] = _blobs[(string)Layers[i]!["digest"]!];
            names.Add(name);
        }

        var repositories = new JsonArray([.. tags.Select(tag => JsonValue.Create(tag))]);
        files["manifest.json"] = Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":{{repositories.ToJsonString()}},"Layers":{{names.ToJsonString()}}}]""");
        return files;
    }

    /// <summary>Writes <see cref="LayoutFiles"/> to <paramref name="directory"/>, and gives its name back.</summary>
    public string WriteLayout(string directory, params JsonObject[] roots)
    {
        foreach (var (name, bytes) in LayoutFiles(roots))
        {
            string path = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        return directory;
    }

    /// <summary>Files as a tar archive, in the order of their names.</summary>
    public static byte[] Archive(IReadOnlyDictionary<string, byte[]> files) => RawTar.Write(files.Select(file => new RawTarEntry(file.Key, '0') { Content = file.Value }));

    /// <summary>Compresses <paramref name="bytes"/>.</summary>
    public static byte[] Compress(byte[] bytes, SampleCompression compression)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (compression == SampleCompression.Zstd)
        {
            return Judge.Run("zstd", ["--quiet", "--stdout"], bytes).Succeeded().OutputBytes;
        }

        if (compression == SampleCompression.None)
        {
            return bytes;
        }

        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }
}
