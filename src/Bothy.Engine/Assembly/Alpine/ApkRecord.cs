using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Engine.Assembly.Bases;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>apk's record as an image to build on has it, and what of it stays when packages give way to other versions.</summary>
internal sealed class ApkRecord
{
    // Below it apk leaves alone what was changed since it was installed.
    private const string Protected = "etc/";

    private readonly BaseFiles _files;
    private readonly InstalledText? _installed;
    private readonly Dictionary<string, IReadOnlyDictionary<TreePath, ApkChecksum>> _sums = new(StringComparer.Ordinal);

    public ApkRecord(BaseFiles files, ImageContents contents)
    {
        _files = files;
        _installed = InstalledText.Of(contents);
        Directory = contents.Packages.FirstOrDefault(static package => package.System == PackageSystem.Apk)?.Database.Parent.Value;
    }

    /// <summary>Where it is; null where there is none.</summary>
    public string? Directory { get; }

    /// <summary>Whether a file of a package that goes stays, since somebody changed it.</summary>
    public bool IsChanged(InstalledPackage package, TreeEntry file)
    {
        if (_installed is null || !file.Path.Value.StartsWith(Protected, StringComparison.Ordinal) || file.Content is not { } content)
        {
            return false;
        }

        if (!_sums.TryGetValue(package.Name, out var sums))
        {
            _sums[package.Name] = sums = _installed.Sums(package.Name);
        }

#pragma warning disable CA5350 // the format's own checksum
        return sums.TryGetValue(file.Path, out var sum) && sum != ApkChecksum.FromHash(SHA1.HashData(content.ReadAll()));
#pragma warning restore CA5350
    }

    /// <summary>The stanzas of packages that stay, by name.</summary>
    /// <param name="tree">The files, as far as they are made.</param>
    public IEnumerable<(string Name, string Text)> Stanzas(FileTree tree) => _installed?.Kept(
        name => _files.Has(name),
        (name, path) => tree.Follow(path, last: false) is { } place && tree.TryGet(place, out var entry) && entry.Origin is not Origin.Package) ?? [];

    /// <summary>The lines of the record of triggers, of packages that stay.</summary>
    public IEnumerable<string> Triggers() => Text("triggers")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => Staying().Any(package => line.StartsWith(package.Checksum + " ", StringComparison.Ordinal)));

    /// <summary>The scripts of packages that stay, as the archive of them has them.</summary>
    /// <exception cref="MalformedDataException">The archive cannot be read.</exception>
    public IEnumerable<(string Name, long Time, byte[] Content)> Scripts()
    {
        if (Find("scripts.tar") is not { } archive)
        {
            yield break;
        }

        // It holds each script under the name of its package, cut off where that is too long for the header.
        string[] staying = [.. Staying().Select(static package => $"{package.Name}-{package.Version}.{package.Checksum}")];
        using var bytes = new MemoryStream(archive.ReadAll());
        var reader = new TarReader(bytes, "the scripts of the base", new TarLimits()) { AllowTrailingData = true, AllowMissingEnd = true };
        while (reader.TryReadNext(out var entry))
        {
            using var content = new MemoryStream();
            reader.OpenContent().CopyTo(content);
            if (Array.Exists(staying, name => entry.Name.StartsWith(name, StringComparison.Ordinal) || (entry.Name.Length >= ScriptsArchive.NameLength && name.StartsWith(entry.Name, StringComparison.Ordinal))))
            {
                yield return (entry.Name, entry.ModifiedTime, content.ToArray());
            }
        }
    }

    /// <summary>What was asked for so far.</summary>
    public ImmutableArray<ApkDependency> World() => WorldOf(_files.Original);

    /// <summary>What an image's <c>etc/apk/world</c> asks for.</summary>
    public static ImmutableArray<ApkDependency> WorldOf(FileTree tree) =>
    [
        .. Lines(tree, "etc/apk/world")
            .SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static word => ApkDependency.TryParse(word, null, out var dependency) ? dependency : default)
            .Where(static dependency => dependency.Name is not null),
    ];

    /// <summary>The repositories that the image names.</summary>
    public IEnumerable<string> Repositories() => Lines(_files.Original, "etc/apk/repositories");

    private static string[] Lines(FileTree tree, string path) => tree.Find(TreePath.Parse(path))?.Content is { } content
        ? Encoding.UTF8.GetString(content.ReadAll()).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : [];

    private IEnumerable<(string Name, string Version, string Checksum)> Staying() => _installed?.Packages.Where(package => _files.Has(package.Name)) ?? [];

    private FileContent? Find(string name) => Directory is null ? null : _files.Original.Find(TreePath.Parse($"{Directory}/{name}"))?.Content;

    private string Text(string name) => Find(name) is { } content ? Encoding.UTF8.GetString(content.ReadAll()) : "";
}
