using System.Collections.Immutable;
using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>
/// Writes the pieces of an apk v2 file: each a gzip member, and together one tar archive, so that all but the last have no end of archive.
/// </summary>
internal static class ApkSegment
{
    private static readonly Origin Written = new Origin.Effect("package");

    /// <summary>A gzip member with what <paramref name="write"/> puts into a tar archive, and the archive's end where it is the <paramref name="last"/>.</summary>
    public static void Write(Stream output, bool last, int parallelism, Action<TarWriter> write)
    {
        using var member = new GzipEncodingStream(output, parallelism, leaveOpen: true);
        var tar = new TarWriter(member);
        write(tar);
        if (last)
        {
            tar.Finish();
        }
        else
        {
            tar.Cut();
        }
    }

    /// <summary>The signatures over the bytes of <paramref name="signed"/>, which stands and is left at its start. Nothing without signers.</summary>
    public static void WriteSignatures(Stream output, Stream signed, ImmutableArray<ApkSigner> signers, long modifiedTime)
    {
        var signatures = ImmutableArray.CreateBuilder<(string, byte[])>();
        foreach (var signer in signers)
        {
            signatures.Add((signer.EntryName, signer.Sign(signed)));
            signed.Position = 0;
        }

        WriteSignatures(output, signatures.ToImmutable(), modifiedTime);
    }

    /// <summary>Signatures by the names of their entries. Nothing without any.</summary>
    public static void WriteSignatures(Stream output, ImmutableArray<(string EntryName, byte[] Bytes)> signatures, long modifiedTime)
    {
        if (signatures.IsEmpty)
        {
            return;
        }

        Write(output, last: false, parallelism: 1, tar =>
        {
            foreach (var (name, bytes) in signatures)
            {
                tar.Write(File(name, bytes, TreeEntry.DefaultFileMode, modifiedTime) with { UserName = null, GroupName = null });
            }
        });
    }

    /// <summary>A file of root's at the top of a segment.</summary>
    public static TreeEntry File(string name, ReadOnlyMemory<byte> content, int mode, long modifiedTime) =>
        TreeEntry.File(TreePath.Parse(name), FileContent.Of(content), Written, mode) with
        {
            UserName = "root",
            GroupName = "root",
            ModifiedTime = modifiedTime,
        };
}
