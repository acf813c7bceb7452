using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Formats.Compression;
using Bothy.Oci.Archives;
using Bothy.Oci.Json;

namespace Bothy.Oci.Sources;

/// <summary>An image of an archive that <c>docker save</c> wrote: its configuration, and the files of its layers, lowest first.</summary>
internal sealed record DockerArchiveImage(byte[] ConfigJson, ImmutableArray<string> Layers)
{
    /// <summary>What lists the images.</summary>
    public const string ManifestFile = "manifest.json";

    /// <summary>What listed them before Docker 1.10; later archives have it beside the other.</summary>
    private const string RepositoriesFile = "repositories";

    private const int MostLayers = 1000;

    // The layers of that time were plain; what somebody compressed since must not fill a disk.
    private const long MaxLayer = 64L << 30;

    /// <summary>The image called <paramref name="name"/>, or the only one where it is null.</summary>
    /// <exception cref="BothyException">There is none, or more than one, or it is not whole.</exception>
    public static DockerArchiveImage Find(ArchiveMembers members, DockerName? name)
    {
        if (members.TryRead(ManifestFile) is { } manifest)
        {
            var entries = OciJson.ReadList(manifest, $"{ManifestFile} of {members.Name}", fields => new Entry(fields.String("Config"), fields.Strings("RepoTags"), fields.Strings("Layers")));
            var (config, _, layers) = Choose(members, entries, entry => entry.RepoTags, name);
            return new DockerArchiveImage(members.TryRead(config) ?? throw Missing(members, config), layers);
        }

        if (members.TryRead(RepositoriesFile) is { } repositories)
        {
            var tags = OciJson.Read(repositories, $"{RepositoriesFile} of {members.Name}", fields => fields.MapOfMaps());
            var (_, id) = Choose(members, tags, tag => [tag.Name], name);
            return OfChain(members, ChainOf(members, id));
        }

        throw new BothyException($"cannot read {members.Name}: it is not an archive of an image, as it has neither '{ManifestFile}' nor 'oci-layout'");
    }

    /// <summary>The failure for a file that the archive names and does not hold.</summary>
    public static BothyException Missing(ArchiveMembers members, string file) => new($"cannot read {members.Name}: its '{ManifestFile}' names '{file}', which is not there");

    private static T Choose<T>(ArchiveMembers members, ImmutableArray<T> images, Func<T, ImmutableArray<string>> tagsOf, DockerName? name)
    {
        T[] found = [.. images.Where(image => name is not { } wanted || tagsOf(image).Any(tag => DockerName.TryParse(tag, out var known) && known == wanted))];
        if (found.Length == 1)
        {
            return found[0];
        }

        string what = name is { } given ? $"image '{given}'" : "an image";
        string names = string.Join(", ", images.Select(image => tagsOf(image).FirstOrDefault() ?? "one without a name"));
        throw new BothyException($"cannot find {what} in {members.Name}: it holds {(found.Length == 0 ? "none" : "more than one")}")
        {
            Hint = images.IsEmpty ? null : $"The archive holds: {names}.",
        };
    }

    // Each layer was an image, with its parent's name in a file of its own; highest first.
    private static List<Ancestor> ChainOf(ArchiveMembers members, string id)
    {
        var chain = new List<Ancestor>();
        for (string? next = id; next is { Length: > 0 }; next = chain[^1].Parent)
        {
            if (chain.Count == MostLayers || chain.Exists(ancestor => ancestor.Id == next))
            {
                throw new BothyException($"cannot read {members.Name}: its layers are their own ancestors");
            }

            string file = $"{next}/json";
            byte[] json = members.TryRead(file)
                ?? throw new BothyException($"cannot read {members.Name}: its '{RepositoriesFile}' leads to '{file}', which is not there");
            chain.Add(OciJson.Read(json, $"{file} of {members.Name}", fields => Read(next, fields)));
        }

        return chain;
    }

    private static Ancestor Read(string id, JsonFields fields) => new(
        id,
        fields.OptionalString("parent"),
        new HistoryEntry
        {
            Created = fields.Time("created"),
            CreatedBy = fields.Object("container_config") is { } made ? string.Join(' ', made.Strings("Cmd")) : null,
        },
        new Platform(fields.OptionalString("os") ?? "linux", fields.OptionalString("architecture") ?? "amd64"),
        fields.Object("config") is { } container ? ContainerConfig.Read(container) : new ContainerConfig());

    private static DockerArchiveImage OfChain(ArchiveMembers members, List<Ancestor> chain)
    {
        var top = chain[0];
        chain.Reverse();
        var config = new ImageConfig
        {
            Created = top.History.Created,
            Platform = top.Platform,
            Container = top.Container,
            DiffIds = [.. chain.Select(ancestor => DiffIdOf(members, ancestor.LayerFile))],
            History = [.. chain.Select(ancestor => ancestor.History)],
        };
        return new DockerArchiveImage(config.ToJson(), [.. chain.Select(ancestor => ancestor.LayerFile)]);
    }

    private static Digest DiffIdOf(ArchiveMembers members, string file)
    {
        var layer = members.TryOpen(file) ?? throw new BothyException($"cannot read {members.Name}: its '{RepositoriesFile}' leads to '{file}', which is not there");
        using var archive = Decompression.OpenRead(layer, $"{file} of {members.Name}", MaxLayer);
        return Digest.FromHash(SHA256.HashData(archive));
    }

    private sealed record Entry(string Config, ImmutableArray<string> RepoTags, ImmutableArray<string> Layers);

    private sealed record Ancestor(string Id, string? Parent, HistoryEntry History, Platform Platform, ContainerConfig Container)
    {
        public string LayerFile => $"{Id}/layer.tar";
    }
}
