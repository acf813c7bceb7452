using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>A package to be written.</summary>
/// <param name="Info">Its description; <see cref="ApkPkgInfo.DataHash"/> is made while writing, whatever it says here.</param>
/// <param name="Tree">Its files, with their owners and times as they are to be written.</param>
public sealed record ApkToWrite(ApkPkgInfo Info, FileTree Tree)
{
    /// <summary>Its scripts by name, such as <c>.post-install</c> or <c>.trigger</c>.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Scripts { get; init; } =
        ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
}

/// <summary>A package that was written.</summary>
/// <param name="Info">Its description with the digest of its data.</param>
/// <param name="Checksum">Its identity: the SHA-1 of its compressed control segment.</param>
/// <param name="Size">The size of its file in bytes.</param>
public sealed record WrittenApk(ApkPkgInfo Info, ApkChecksum Checksum, long Size)
{
    /// <summary>Its stanza in an index.</summary>
    public string IndexStanza => Info.ToIndexStanza(Checksum, Size);

    /// <summary>The name of its file in a repository.</summary>
    public string FileName => $"{Info.Name}-{Info.Version}.apk";
}

/// <summary>
/// Writes apk v2 packages: signatures, control and data, each a gzip member, whose bytes depend on the package and the signers' keys alone.
/// </summary>
/// <remarks>abuild writes the same with GNU tar and gzip; what the segments hold is laid down in apk-package(5).</remarks>
public static class ApkPackageWriter
{
    private const string ChecksumRecord = "APK-TOOLS.checksum.SHA1";
    private const int ScriptMode = 0b111_101_101;

    /// <summary>The scripts a package can have.</summary>
    public static FrozenSet<string> ScriptNames { get; } = FrozenSet.ToFrozenSet(
        [".pre-install", ".post-install", ".pre-deinstall", ".post-deinstall", ".pre-upgrade", ".post-upgrade", ".trigger"],
        StringComparer.Ordinal);

    /// <summary>Writes <paramref name="package"/>.</summary>
    /// <param name="package">What to write. Signatures, control files and the archive get its build time.</param>
    /// <param name="signers">Who signs, in this order; none for an unsigned package.</param>
    /// <param name="output">Where the package goes; stays the caller's.</param>
    /// <param name="scratch">An empty stream that seeks: the data is compressed there, since its digest stands before it.</param>
    /// <param name="parallelism">How many threads may compress; the bytes do not depend on it.</param>
    /// <exception cref="BothyException">The package cannot be described, or a file cannot be read.</exception>
    public static WrittenApk Write(ApkToWrite package, ImmutableArray<ApkSigner> signers, Stream output, Stream scratch, int parallelism = 1)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(scratch);
        ApkSegment.Write(scratch, last: true, parallelism, tar => WriteData(tar, package));
        scratch.Position = 0;
        var info = package.Info with { DataHash = Digest.FromHash(SHA256.HashData(scratch)) };

        using var control = new MemoryStream();
        ApkSegment.Write(control, last: false, parallelism: 1, tar => WriteControl(tar, package, info));
        control.Position = 0;

        using var signatures = new MemoryStream();
        ApkSegment.WriteSignatures(signatures, control, signers, info.BuildTime);
        foreach (var segment in new[] { signatures, control, scratch })
        {
            segment.Position = 0;
            segment.CopyTo(output);
        }

        control.Position = 0;
#pragma warning disable CA5350 // the format's own identity of a package
        var identity = SHA1.HashData(control);
#pragma warning restore CA5350
        return new WrittenApk(info, ApkChecksum.FromHash(identity), signatures.Length + control.Length + scratch.Length);
    }

    /// <summary>
    /// What <see cref="ApkPkgInfo.InstalledSize"/> should say of a package: the bytes of its files, and at least 1 where it has anything to
    /// install or to run, since apk 2 takes 0 for a package without content.
    /// </summary>
    public static long InstalledSizeOf(ApkToWrite package)
    {
        ArgumentNullException.ThrowIfNull(package);
        long size = package.Tree.Entries.Sum(entry => entry.Content?.Length ?? 0);
        return size == 0 && (package.Tree.Count > 0 || !package.Scripts.IsEmpty) ? 1 : size;
    }

    private static void WriteControl(TarWriter tar, ApkToWrite package, ApkPkgInfo info)
    {
        tar.Write(ApkSegment.File(ApkPkgInfo.FileName, Encoding.UTF8.GetBytes(info.ToText()), TreeEntry.DefaultFileMode, info.BuildTime));
        foreach (var (name, script) in package.Scripts)
        {
            if (!ScriptNames.Contains(name))
            {
                throw new BothyException($"cannot write package '{info.Name}': it cannot have a script '{name}'");
            }

            tar.Write(ApkSegment.File(name, script, ScriptMode, info.BuildTime));
        }
    }

    private static void WriteData(TarWriter tar, ApkToWrite package)
    {
        var firstNames = new Dictionary<string, TreePath>(StringComparer.Ordinal);
        foreach (var entry in package.Tree.Entries.Where(entry => !entry.Path.IsRoot))
        {
            if (!entry.Path.Value.Contains('/', StringComparison.Ordinal) && entry.Path.Value.StartsWith('.'))
            {
                throw new BothyException($"cannot write package '{package.Info.Name}': '{entry.Path}' would be taken for a control file");
            }

            var written = InOrder(entry, package, firstNames);
            tar.Write(written, Records(written, package.Tree));
        }
    }

    // A hard link must come behind what it links to, so the first name in the order of paths is the file, whichever was before.
    private static TreeEntry InOrder(TreeEntry entry, ApkToWrite package, Dictionary<string, TreePath> firstNames)
    {
        bool isLink = entry.Kind == EntryKind.HardLink;
        if (!isLink && entry.Kind != EntryKind.File)
        {
            return entry;
        }

        var file = isLink ? FileOf(entry, package) : entry;
        if (firstNames.TryAdd(file.Path.Value, entry.Path))
        {
            return file with { Path = entry.Path };
        }

        return file with { Path = entry.Path, Kind = EntryKind.HardLink, Content = null, LinkTarget = firstNames[file.Path.Value].Value };
    }

    private static TreeEntry FileOf(TreeEntry link, ApkToWrite package) =>
        package.Tree.Find(link.Path) is { Kind: EntryKind.File } file
            ? file
            : throw new BothyException($"cannot write package '{package.Info.Name}': '{link.Path}' is a hard link to no file of it");

    private static ImmutableSortedDictionary<string, string> Records(TreeEntry entry, FileTree tree)
    {
        byte[]? checksum = entry.Kind switch
        {
            EntryKind.File => Checksum(entry.Content!),
            EntryKind.HardLink => Checksum(tree.Find(entry.Path)!.Content!),
            EntryKind.SymbolicLink => Checksum(FileContent.Of(entry.LinkTarget!)),
            _ => null,
        };
        return checksum is null ? TarEntry.NoRecords : TarEntry.NoRecords.Add(ChecksumRecord, Convert.ToHexStringLower(checksum));
    }

    private static byte[] Checksum(FileContent content)
    {
        using var bytes = content.OpenRead();
#pragma warning disable CA5350 // what apk compares installed files with
        return SHA1.HashData(bytes);
#pragma warning restore CA5350
    }
}
