using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Store;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>Writes <c>lib/apk/db/installed</c> (apk-package(5), apk-index(5)): for each package its stanza of the index, and the files it has.</summary>
internal sealed class InstalledDatabase(FileTree tree, ApkOverlay overlay)
{
    private readonly StringBuilder _text = new();

    // apk 2.14 writes these lines with the first directory of a package. Those of one without any come before those of the next
    // package that has one, and at the end are lost.
    private readonly StringBuilder _pending = new();

    /// <summary>The file for <paramref name="packages"/> and for those that were there <paramref name="before"/>, whose stanzas stay as they are.</summary>
    public string Text(IEnumerable<(string Name, string Text)> before, ImmutableArray<UnpackedApk> packages)
    {
        var all = packages.Select(static package => (package.Name, Package: (UnpackedApk?)package, Text: ""))
            .Concat(before.Select(static stanza => (stanza.Name, Package: (UnpackedApk?)null, stanza.Text)));
        foreach (var (_, package, text) in all.OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            if (package is null)
            {
                _text.Append(text);
            }
            else
            {
                Append(package);
            }
        }

        return _text.ToString();
    }

    private void Append(UnpackedApk package)
    {
        var info = package.Info with { Architecture = package.Id.Architecture };
        _text.Append(info.ToIndexStanza(ApkChecksum.Parse(package.Facts.Checksum), package.Facts.Size));
        if (!info.Replaces.IsEmpty)
        {
            _pending.Append("r:").AppendJoin(' ', info.Replaces).Append('\n');
        }

        if (info.ReplacesPriority != 0)
        {
            _pending.Append(CultureInfo.InvariantCulture, $"q:{info.ReplacesPriority}\n");
        }

        if (package.Facts.Tag is { } tag)
        {
            _pending.Append("s:").Append(tag).Append('\n');
        }

        foreach (var (directory, files) in Directories(package))
        {
            _text.Append(_pending);
            _pending.Clear();
            AppendDirectory(directory.Path, directory.Entry);
            foreach (var file in files)
            {
                AppendFile(package, file);
            }
        }

        _text.Append('\n');
    }

    // A directory comes where the archive first has it or a file of it, with all its files wherever those are.
    private IEnumerable<((TreePath Path, ApkPlacedEntry? Entry) Directory, List<ApkPlacedEntry> Files)> Directories(UnpackedApk package)
    {
        var order = new List<TreePath>();
        var byPath = new Dictionary<TreePath, (ApkPlacedEntry? Entry, List<ApkPlacedEntry> Files)>();
        foreach (var placed in package.Placed)
        {
            bool isDirectory = placed.Shipped.Kind == EntryKind.Directory;
            var path = isDirectory ? placed.Shipped.Path : placed.Shipped.Path.Parent;
            if (isDirectory && !tree.Contains(placed.Place))
            {
                continue;
            }

            if (!byPath.TryGetValue(path, out var known))
            {
                order.Add(path);
                byPath[path] = known = (isDirectory ? placed : null, []);
            }

            if (!isDirectory && overlay.Owns(package, placed.Place))
            {
                known.Files.Add(placed);
            }
        }

        return order.Select(path => ((path, byPath[path].Entry), byPath[path].Files));
    }

    private void AppendDirectory(TreePath path, ApkPlacedEntry? directory)
    {
        _text.Append("F:").Append(path.Value).Append('\n');
        if (directory is not null)
        {
            AppendAttributes("M:", directory, TreeEntry.DefaultDirectoryMode);
        }
    }

    private void AppendFile(UnpackedApk package, ApkPlacedEntry file)
    {
        _text.Append("R:").Append(file.Shipped.Path.Name).Append('\n');
        AppendAttributes("a:", file, TreeEntry.DefaultFileMode);
        if (Checksum(package, file.Shipped) is { } checksum)
        {
            _text.Append("Z:").Append(checksum).Append('\n');
        }
    }

    private void AppendAttributes(string field, ApkPlacedEntry placed, int usualMode)
    {
        var entry = placed.Shipped;
        if (placed.UserId == 0 && placed.GroupId == 0 && entry.Mode == usualMode && entry.ExtendedAttributes.IsEmpty)
        {
            return;
        }

        _text.Append(CultureInfo.InvariantCulture, $"{field}{placed.UserId}:{placed.GroupId}:{Convert.ToString(entry.Mode, 8)}");
        if (!entry.ExtendedAttributes.IsEmpty)
        {
            _text.Append(':').Append(ApkChecksum.FromHash(HashAttributes(entry)));
        }

        _text.Append('\n');
    }

#pragma warning disable CA5350 // the format's own checksum
    private static ApkChecksum? Checksum(UnpackedApk package, TreeEntry entry) => entry.Kind switch
    {
        EntryKind.SymbolicLink => ApkChecksum.FromHash(SHA1.HashData(Encoding.UTF8.GetBytes(entry.LinkTarget!))),
        EntryKind.HardLink when package.Contents.Tree.Find(entry.Path) is { Content: { } content } => Checksum(content),
        EntryKind.File => Checksum(entry.Content!),
        _ => null,
    };

    private static ApkChecksum Checksum(FileContent content) =>
        ApkChecksum.FromHash(content is PackedFile packed ? packed.Sha1.Span : SHA1.HashData(content.ReadAll()));

    // Each attribute in the order of their names: the length of its name, the name, the length of its value, the value.
    private static byte[] HashAttributes(TreeEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        foreach (var (name, value) in entry.ExtendedAttributes)
        {
            AppendCounted(hash, Encoding.UTF8.GetBytes(name));
            AppendCounted(hash, value.Span);
        }

        return hash.GetHashAndReset();
    }
#pragma warning restore CA5350

    private static void AppendCounted(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
