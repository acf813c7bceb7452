using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bothy.Formats.Compression;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>A package as a manifest states it.</summary>
public sealed record ManifestPackage(string Name, string Version, Digest Digest, string Architecture);

/// <summary>
/// chisel's manifest of a tree: which packages and slices it is made of, and which slices named each path. A jsonwall (one JSON value a line, sorted,
/// after a header that counts the lines), compressed with zstd.
/// </summary>
public static class ManifestWall
{
    /// <summary>The name of its file.</summary>
    public const string FileName = "manifest.wall";

    private const string Version = "1.0";

    // The format's own writer escapes what HTML would take for markup too; readers take either.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Puts a manifest of <paramref name="tree"/>, in which <paramref name="cuts"/> lie after their scripts have run, into each directory that
    /// <paramref name="selection"/> names for it, with the directories above; does nothing where none is named. Paths are stated as slices name them.
    /// </summary>
    public static void Lay(
        SliceSelection selection, IEnumerable<ManifestPackage> packages, IEnumerable<SliceCut> cuts, MutationOutcome mutation, FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(tree);
        if (selection.ManifestDirectories.IsEmpty)
        {
            return;
        }

        var content = FileContent.Of(Write(selection, packages, cuts, mutation, tree));
        foreach (var directory in selection.ManifestDirectories)
        {
            var place = tree.Follow(directory) ?? directory;
            var origin = new Origin.Effect("slices");
            for (var parent = place; !parent.IsRoot && !tree.Contains(parent); parent = parent.Parent)
            {
                tree.Set(TreeEntry.Directory(parent, origin));
            }

            tree.Set(TreeEntry.File(place.Append(FileName), content, origin));
        }
    }

    /// <summary>The bytes of the manifest of <paramref name="tree"/>, in which <paramref name="cuts"/> lie after their scripts have run.</summary>
    public static byte[] Write(
        SliceSelection selection, IEnumerable<ManifestPackage> packages, IEnumerable<SliceCut> cuts, MutationOutcome mutation, FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(packages);
        ArgumentNullException.ThrowIfNull(cuts);
        ArgumentNullException.ThrowIfNull(mutation);
        ArgumentNullException.ThrowIfNull(tree);
        var lines = new List<byte[]>();
        lines.AddRange(packages.Where(package => selection.Packages.Contains(package.Name, StringComparer.Ordinal)).Select(OfPackage));
        lines.AddRange(selection.Slices.Select(static selected => OfSlice(selected.Slice.Name)));
        foreach (var path in Paths(selection, cuts, mutation, tree))
        {
            lines.Add(OfPath(path));
            lines.AddRange(path.Slices.Select(slice => OfContent(slice, path.Path)));
        }

        lines.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return Compress(lines.Prepend(Header(lines.Count + 1)));
    }

    private static byte[] Compress(IEnumerable<byte[]> lines)
    {
        using var bytes = new MemoryStream();
        using (var zstd = new ZstdEncodingStream(bytes, parallelism: 1, leaveOpen: true))
        {
            foreach (byte[] line in lines)
            {
                zstd.Write(line);
                zstd.Write("\n"u8);
            }
        }

        return bytes.ToArray();
    }

    // What is removed after scripts is not stated, nor a directory that is there for what lies in it.
    private static IEnumerable<StatedPath> Paths(SliceSelection selection, IEnumerable<SliceCut> cuts, MutationOutcome mutation, FileTree tree)
    {
        foreach (var same in cuts.SelectMany(static cut => cut.Entries).Where(static cut => !cut.Slices.IsEmpty).GroupBy(static cut => cut.Entry.Path))
        {
            if (tree.Follow(same.Key, last: false) is { } place && tree.TryGet(place, out var entry))
            {
                ImmutableArray<SliceName> slices = [.. same.SelectMany(static cut => cut.Slices).Distinct().Order()];
                var file = entry.Kind is EntryKind.File or EntryKind.HardLink ? tree.Find(place) : null;
                var before = file is not null && mutation.Written.TryGetValue(file.Path, out var digest) ? digest : file?.Content?.Digest;
                yield return new StatedPath(same.Key + (entry.Kind == EntryKind.Directory ? "/" : ""), entry, slices, before, file?.Content);
            }
        }

        foreach (var directory in selection.ManifestDirectories)
        {
            ImmutableArray<SliceName> slices = [.. selection.Slices
                .Where(selected => selected.Slice.Contents.Any(rule => rule.Kind == ContentKind.Manifest && rule.Path == $"{directory}/**"))
                .Select(static selected => selected.Slice.Name)
                .Order()];
            var path = directory.Append(FileName);
            yield return new StatedPath(path.ToString(), TreeEntry.File(path, FileContent.Empty, new Origin.Effect("slices")), slices, null, null);
        }
    }

    private static byte[] Header(int count) => Line(writer =>
    {
        writer.WriteString("jsonwall", Version);
        writer.WriteString("schema", Version);
        writer.WriteNumber("count", count);
    });

    private static byte[] OfPackage(ManifestPackage package) => Line(writer =>
    {
        writer.WriteString("kind", "package");
        writer.WriteString("name", package.Name);
        writer.WriteString("version", package.Version);
        writer.WriteString("sha256", package.Digest.Hex);
        writer.WriteString("arch", package.Architecture);
    });

    private static byte[] OfSlice(SliceName name) => Line(writer =>
    {
        writer.WriteString("kind", "slice");
        writer.WriteString("name", name.ToString());
    });

    private static byte[] OfContent(SliceName slice, string path) => Line(writer =>
    {
        writer.WriteString("kind", "content");
        writer.WriteString("slice", slice.ToString());
        writer.WriteString("path", path);
    });

    private static byte[] OfPath(StatedPath path) => Line(writer =>
    {
        writer.WriteString("kind", "path");
        writer.WriteString("path", path.Path);
        writer.WriteString("mode", string.Create(CultureInfo.InvariantCulture, $"0{Convert.ToString(path.Entry.Mode, 8)}"));
        writer.WriteStartArray("slices");
        foreach (var slice in path.Slices)
        {
            writer.WriteStringValue(slice.ToString());
        }

        writer.WriteEndArray();
        if (path.Content is { } content)
        {
            writer.WriteString("sha256", path.Before!.Value.Hex);
            if (path.Before != content.Digest)
            {
                writer.WriteString("final_sha256", content.Digest.Hex);
            }

            if (content.Length > 0)
            {
                writer.WriteNumber("size", content.Length);
            }
        }

        if (path.Entry.Kind == EntryKind.SymbolicLink)
        {
            writer.WriteString("link", path.Entry.LinkTarget);
        }
    });

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private sealed record StatedPath(string Path, TreeEntry Entry, ImmutableArray<SliceName> Slices, Digest? Before, FileContent? Content);
}
