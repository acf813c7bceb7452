using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>Writes <c>APKINDEX.tar.gz</c>: a signature, where there is one, and a tar archive of <c>DESCRIPTION</c> and <c>APKINDEX</c>, each a gzip member.</summary>
public static class ApkIndexWriter
{
    /// <summary>The name of the file in a repository.</summary>
    public const string FileName = "APKINDEX.tar.gz";

    /// <summary>The longest description that apk keeps, in bytes.</summary>
    public const int MaxDescriptionLength = 160;

    /// <summary>Writes an index.</summary>
    /// <param name="stanzas">The stanzas of the packages, as <see cref="ApkPkgInfo.ToIndexStanza"/> makes them, in the order they are to have.</param>
    /// <param name="description">What the repository is, such as its release; null for none.</param>
    /// <param name="modifiedTime">The time of the entries, in seconds since 1970: the index's own date.</param>
    /// <param name="signers">Who signs, in this order; none for an unsigned index.</param>
    /// <param name="output">Where the index goes; stays the caller's.</param>
    /// <exception cref="BothyException">The description is too long, or has a line feed.</exception>
    public static void Write(IEnumerable<string> stanzas, string? description, long modifiedTime, ImmutableArray<ApkSigner> signers, Stream output)
    {
        ArgumentNullException.ThrowIfNull(stanzas);
        ArgumentNullException.ThrowIfNull(output);
        using var index = new MemoryStream();
        var text = new StringBuilder();
        foreach (string stanza in stanzas)
        {
            text.Append(stanza).Append('\n');
        }

        ApkSegment.Write(index, last: true, parallelism: 1, tar =>
        {
            if (description is not null)
            {
                tar.Write(ApkSegment.File("DESCRIPTION", Description(description), TreeEntry.DefaultFileMode, modifiedTime));
            }

            tar.Write(ApkSegment.File("APKINDEX", Encoding.UTF8.GetBytes(text.ToString()), TreeEntry.DefaultFileMode, modifiedTime));
        });
        index.Position = 0;
        ApkSegment.WriteSignatures(output, index, signers, modifiedTime);
        index.CopyTo(output);
    }

    private static byte[] Description(string description)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(description);
        return bytes.Length <= MaxDescriptionLength && !description.Contains('\n', StringComparison.Ordinal)
            ? bytes
            : throw new BothyException(FormattableString.Invariant($"cannot describe an index: want one line of at most {MaxDescriptionLength} bytes"));
    }
}
