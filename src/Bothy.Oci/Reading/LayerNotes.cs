using System.Collections.Immutable;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Json;
using Bothy.Store;

namespace Bothy.Oci.Reading;

/// <summary>What a layer's archive says beside its entries, kept as attachments of its catalogue.</summary>
/// <param name="UncompressedSize">The size of the archive in bytes.</param>
/// <param name="IsEStargz">Whether it is an eStargz layer.</param>
/// <param name="Whiteouts">The paths it removes.</param>
/// <param name="OpaqueDirectories">The directories it makes opaque.</param>
/// <param name="Duplicates">The paths that come more than once.</param>
/// <param name="Dropped">The paths whose entries do not count: what was in a directory that the archive replaces, and eStargz's own.</param>
internal sealed record LayerNotes(
    long UncompressedSize,
    bool IsEStargz,
    ImmutableArray<TreePath> Whiteouts,
    ImmutableArray<TreePath> OpaqueDirectories,
    ImmutableArray<TreePath> Duplicates,
    ImmutableArray<TreePath> Dropped)
{
    private const string Facts = "layer";

    public void AttachTo(CatalogueWriter writer)
    {
        writer.Attach(Facts, OciJson.Write(json =>
        {
            json.WriteNumber("uncompressedSize", UncompressedSize);
            json.WriteBoolean("estargz", IsEStargz);
        }));
        AttachPaths(writer, "whiteouts", Whiteouts);
        AttachPaths(writer, "opaque", OpaqueDirectories);
        AttachPaths(writer, "duplicates", Duplicates);
        AttachPaths(writer, "dropped", Dropped);
    }

    /// <summary>Reads what <see cref="AttachTo"/> attached.</summary>
    /// <exception cref="MalformedDataException">It is not what was attached.</exception>
    public static LayerNotes Of(Catalogue catalogue, string source)
    {
        if (!catalogue.Attachments.TryGetValue(Facts, out var facts))
        {
            throw new MalformedDataException(source, 0, "its catalogue is not that of a layer");
        }

        var (size, isEStargz) = OciJson.Read(facts, source, fields => (fields.Size("uncompressedSize"), fields.Flag("estargz")));
        return new LayerNotes(size, isEStargz, Paths("whiteouts"), Paths("opaque"), Paths("duplicates"), Paths("dropped"));

        ImmutableArray<TreePath> Paths(string name) => catalogue.Attachments.TryGetValue(name, out var bytes) ? PathsOf(bytes.Span, source) : [];
    }

    // Names are bytes of any value but NUL. The root, which may be opaque, has an empty one, so each path ends with a NUL.
    private static void AttachPaths(CatalogueWriter writer, string name, ImmutableArray<TreePath> paths)
    {
        if (!paths.IsEmpty)
        {
            writer.Attach(name, [.. paths.SelectMany(path => (byte[])[.. TarText.Encode(path.Value), 0])]);
        }
    }

    private static ImmutableArray<TreePath> PathsOf(ReadOnlySpan<byte> bytes, string source)
    {
        var paths = ImmutableArray.CreateBuilder<TreePath>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)0);
            if (end < 0 || !TreePath.TryParse(TarText.Decode(bytes[..end]), null, out var path))
            {
                throw new MalformedDataException(source, 0, "its catalogue holds a path that is none");
            }

            paths.Add(path);
            bytes = bytes[(end + 1)..];
        }

        return paths.DrainToImmutable();
    }
}
