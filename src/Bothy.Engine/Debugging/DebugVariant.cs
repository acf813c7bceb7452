using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Layers;
using Bothy.Packages;

namespace Bothy.Engine.Debugging;

/// <summary>
/// The debug variant of an image: its layers as they are and the toolbox in one more, its configuration with the toolbox behind the search path
/// of programs. Nothing else of it is different. See docs/adr/0020.
/// </summary>
internal static class DebugVariant
{
    private const string SmallDatabase = "var/lib/dpkg/status.d";

    /// <summary>The digest of all that decides the variant of the image with the key <paramref name="plain"/>.</summary>
    public static Digest KeyOf(Digest plain, LockedArchitecture locked) => Digest.Of(Encoding.ASCII.GetBytes(
        $"{plain}\ndebug {string.Join(' ', locked.Debug.Select(static package => package.Digest?.ToString() ?? package.Checksum?.ToString()))}\n"));

    /// <summary>What the variant was resolved to: its own package is one as all others.</summary>
    public static LockFile Of(LockFile plan) => plan with
    {
        Architectures = plan.Architectures.SetItems(plan.Architectures.Select(static one => KeyValuePair.Create(one.Key, Of(one.Value)))),
    };

    /// <summary>The same for one architecture.</summary>
    public static LockedArchitecture Of(LockedArchitecture locked) => locked with { Packages = [.. locked.AllPackages.DistinctBy(static package => package.Id)], Debug = [] };

    /// <summary>The files of the variant of an image that has <paramref name="plain"/>.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="plain">The files of the image.</param>
    /// <param name="package">The package of the toolbox.</param>
    /// <exception cref="BothyException">There is no toolbox in it, or the image has something in its place.</exception>
    public static FileTree FilesOf(ImageSpec spec, FileTree plain, PackageContents package)
    {
        var tree = plain.Copy();
        foreach (var entry in Toolbox.Of(package).Entries)
        {
            tree.Set(plain.Contains(entry.Path) ? throw new BothyException($"cannot build a debug variant of {spec.FileName}: the image has {entry.Path} itself") : entry);
        }

        // What else tells of it is new as well: a database that is one file stays as it is.
        if (package.Control.TryGetValue("control", out var control) && plain.Find(TreePath.Parse(SmallDatabase)) is { Kind: EntryKind.Directory })
        {
            Add(tree, TreeEntry.File(TreePath.Parse($"{SmallDatabase}/{package.Id.Name}"), FileContent.Of(control), new Origin.Effect("dpkg-database")));
        }

        if (package.Tree.Find(TreePath.Parse($"usr/share/doc/{package.Id.Name}/copyright")) is { Kind: EntryKind.File } licence)
        {
            Add(tree, licence with { Origin = new Origin.Package(package.Id.Name, package.Id.Version, package.Id.Architecture) });
        }

        return tree;
    }

    /// <summary>The image of <paramref name="plain"/> with <paramref name="top"/> above its layers.</summary>
    public static OciImage Compose(OciImage plain, (Layer Layer, FileContent Content) top, PackageId toolbox)
    {
        var contents = plain.Blobs.ToDictionary(static blob => blob.Descriptor.Digest, static blob => blob.Content);
        var layers = plain.Manifest.Layers.Zip(plain.Config.DiffIds, (blob, diffId) => (new Layer(blob, diffId, UncompressedSize: 0), contents[blob.Digest]));
        var config = plain.Config with
        {
            Container = plain.Config.Container with { Env = WithToolbox(plain.Config.Container.Env) },
            History =
            [
                .. plain.Config.History,
                new HistoryEntry
                {
                    Created = plain.Config.Created,
                    CreatedBy = $"{plain.Config.History.LastOrDefault(static entry => !entry.EmptyLayer)?.CreatedBy ?? "bothy build"} --debug",
                    Comment = $"bothy {Tool.Version}: {toolbox.Name} {toolbox.Version}",
                },
            ],
        };
        return OciImage.Create(config, layers.Append(top), plain.Manifest.Annotations);
    }

    private static ImmutableArray<string> WithToolbox(ImmutableArray<string> environment)
    {
        const string Name = "PATH=";
        int index = environment.IndexOf(environment.FirstOrDefault(static variable => variable.StartsWith(Name, StringComparison.Ordinal))!);
        return index < 0
            ? environment.Add(Name + Toolbox.Behind(Toolbox.UsualPath))
            : environment.SetItem(index, Toolbox.Behind(environment[index]));
    }

    private static void Add(FileTree tree, TreeEntry entry)
    {
        if (tree.Contains(entry.Path))
        {
            return;
        }

        for (var parent = entry.Path.Parent; !parent.IsRoot && !tree.Contains(parent); parent = parent.Parent)
        {
            tree.Set(TreeEntry.Directory(parent, entry.Origin));
        }

        tree.Set(entry);
    }
}
