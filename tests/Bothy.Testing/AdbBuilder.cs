using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Testing;

/// <summary>A package of format 3 that was written.</summary>
/// <param name="File">Its bytes.</param>
/// <param name="Info">Its description.</param>
/// <param name="Hash">The SHA-256 of its metadata: its identity.</param>
public sealed record BuiltAdb(byte[] File, ApkPkgInfo Info, byte[] Hash);

/// <summary>Makes packages and indexes of format 3 of what an <see cref="ApkBuilder"/> describes.</summary>
public sealed class AdbBuilder
{
    private static readonly string[] ScriptOrder =
        [".trigger", ".pre-install", ".post-install", ".pre-deinstall", ".post-deinstall", ".pre-upgrade", ".post-upgrade"];

    /// <summary>How the files are compressed.</summary>
    public AdbCompression Compression { get; init; } = AdbCompression.Deflate;

    /// <summary>Who signs.</summary>
    public AsymmetricAlgorithm[] Signers { get; init; } = [];

    /// <summary>Whether the package has its identity in itself, as early releases of apk 3 wrote it.</summary>
    public bool WithOwnIdentity { get; init; }

    /// <summary>Changes the words of a file's slots (name, access, size, time, hash, target) before they are written.</summary>
    public Func<AdbWriter, TreeEntry, uint[], uint[]> EditFile { get; init; } = (_, _, slots) => slots;

    /// <summary>Changes a file's content where it is written, not where it is hashed.</summary>
    public Func<TreeEntry, byte[], byte[]> EditContent { get; init; } = (_, content) => content;

    /// <summary>The package.</summary>
    public BuiltAdb Build(ApkBuilder package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return Build(package.Package);
    }

    /// <summary>The package.</summary>
    public BuiltAdb Build(ApkToWrite package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var writer = new AdbWriter();
        uint info = PackageInfo(writer, package.Info, WithOwnIdentity ? [.. Enumerable.Repeat((byte)0xEE, 20)] : [], 0);
        uint root = writer.Record(
            info,
            Paths(writer, package.Tree),
            package.Scripts.IsEmpty ? 0 : writer.Record([.. ScriptOrder.Select(name => writer.Blob(package.Scripts.GetValueOrDefault(name).ToArray()))]),
            writer.Array([.. package.Info.Triggers.Select(writer.Text)]),
            package.Info.ReplacesPriority == 0 ? 0 : writer.Number(package.Info.ReplacesPriority));
        if (WithOwnIdentity)
        {
            PatchIdentity(writer, root);
        }

        byte[] file = writer.Finish(AdbWriter.PackageSchema, root, Compression, Signers);
        return new BuiltAdb(file, package.Info, SHA256.HashData(writer.Metadata));
    }

    /// <summary>An index of packages, their hashes cut to <paramref name="hashLength"/> bytes.</summary>
    public byte[] Index(IEnumerable<BuiltAdb> packages, string description = "v3 of a test", int hashLength = 32, string names = "")
    {
        var writer = new AdbWriter();
        uint array = writer.Array([.. packages.Select(package => PackageInfo(writer, package.Info, package.Hash[..hashLength], package.File.Length))]);
        return writer.Finish(AdbWriter.IndexSchema, writer.Record(writer.Text(description), array, writer.Text(names)), Compression, Signers);
    }

    /// <summary>The object of a package's description.</summary>
    public static uint PackageInfo(AdbWriter writer, ApkPkgInfo info, byte[] hash, long size)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(info);
        return writer.Record(
            writer.Text(info.Name),
            writer.Text(info.Version),
            writer.Blob(hash),
            writer.Text(info.Description),
            writer.Text(info.Architecture),
            writer.Text(info.License),
            writer.Text(info.Origin),
            writer.Text(info.Maintainer),
            writer.Text(info.Url),
            writer.Blob(Convert.FromHexString(info.Commit)),
            info.BuildTime == 0 ? 0 : writer.Number(info.BuildTime),
            info.InstalledSize == 0 ? 0 : writer.Number(info.InstalledSize),
            size == 0 ? 0 : writer.Number(size),
            info.ProviderPriority == 0 ? 0 : writer.Number(info.ProviderPriority),
            Dependencies(writer, info.Depends),
            Dependencies(writer, info.Provides),
            Dependencies(writer, info.Replaces),
            Dependencies(writer, info.InstallIf));
    }

    private static uint Dependencies(AdbWriter writer, IEnumerable<string> dependencies) => writer.Array([.. dependencies.Select(text => Dependency(writer, text))]);

    private static uint Dependency(AdbWriter writer, string text)
    {
        bool conflict = text.StartsWith('!');
        string name = conflict ? text[1..] : text;
        int at = name.IndexOfAny(['<', '>', '=', '~']);
        if (at < 0)
        {
            return writer.Record(writer.Text(name), 0, conflict ? writer.Number(16 | 7) : 0);
        }

        int end = at;
        int match = conflict ? 16 : 0;
        for (; end < name.Length && "<>=~".Contains(name[end], StringComparison.Ordinal); end++)
        {
            match |= name[end] switch { '=' => 1, '<' => 2, '>' => 4, _ => 8 };
        }

        // A tilde counts for an equals sign as well where it stands behind another sign.
        match |= name[at..end] is "<~" or ">~" ? 1 : 0;
        return writer.Record(writer.Text(name[..at]), writer.Text(name[end..]), match == 1 ? 0 : writer.Number(match));
    }

    private uint Paths(AdbWriter writer, FileTree tree)
    {
        var directories = new List<uint>();
        var names = tree.Entries.Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path).Prepend(TreePath.Root).Distinct();
        foreach (var path in names.Order())
        {
            var files = new List<uint>();
            foreach (var entry in tree.Entries.Where(entry => entry.Path.Parent == path && !entry.Path.IsRoot && entry.Kind != EntryKind.Directory))
            {
                byte[] content = entry.Content?.ReadAll() ?? [];
                files.Add(writer.Record(EditFile(writer, entry, FileSlots(writer, entry, tree, content))));
                if (content.Length > 0)
                {
                    writer.Content((uint)directories.Count + 1, (uint)files.Count, EditContent(entry, content));
                }
            }

            tree.TryGet(path, out var directory);
            directories.Add(writer.Record(writer.Text(path.Value), Access(writer, directory), writer.Array([.. files])));
        }

        return writer.Array([.. directories]);
    }

    private static uint[] FileSlots(AdbWriter writer, TreeEntry entry, FileTree tree, byte[] content) =>
    [
        writer.Text(entry.Path.Name),

        // The names of one file say the same about it.
        Access(writer, entry.Kind == EntryKind.HardLink ? tree.Find(entry.Path) : entry),
        content.Length == 0 ? 0 : writer.Number(content.Length),
        writer.Number(entry.ModifiedTime),
        entry.Kind == EntryKind.File ? writer.Blob(SHA256.HashData(content)) : 0,
        writer.Blob(Target(entry)),
    ];

    private static byte[] Target(TreeEntry entry) => entry.Kind switch
    {
        EntryKind.HardLink => [0, 0x80, .. Encoding.UTF8.GetBytes(entry.LinkTarget!)],
        EntryKind.SymbolicLink => [0, 0xA0, .. Encoding.UTF8.GetBytes(entry.LinkTarget!)],
        EntryKind.CharacterDevice => [0, 0x20, .. BitConverter.GetBytes(((long)entry.DeviceMajor << 8) | (uint)entry.DeviceMinor)],
        _ => [],
    };

    private static uint Access(AdbWriter writer, TreeEntry? entry)
    {
        if (entry is null)
        {
            return writer.Record(writer.Number(TreeEntry.DefaultDirectoryMode), writer.Text("root"), writer.Text("root"));
        }

        uint[] attributes = [.. entry.ExtendedAttributes.Select(attribute => writer.Blob([.. Encoding.ASCII.GetBytes(attribute.Key), 0, .. attribute.Value.Span]))];
        return writer.Record(writer.Number(entry.Mode), writer.Text(entry.UserName!), writer.Text(entry.GroupName!), writer.Array(attributes));
    }

    private static void PatchIdentity(AdbWriter writer, uint root)
    {
        writer.Patch(4, BitConverter.GetBytes(root));
        int at = writer.Metadata.AsSpan().IndexOf([.. Enumerable.Repeat((byte)0xEE, 20)]);
        writer.Patch(at, new byte[20]);
        writer.Patch(at, SHA256.HashData(writer.Metadata).AsSpan(0, 20));
    }
}
