using Bothy.Formats.Trees;

namespace Bothy.Oci;

/// <summary>A blob of an image: what it is, and where its bytes are.</summary>
/// <param name="Descriptor">What it is.</param>
/// <param name="Content">Its bytes.</param>
public sealed record Blob(Descriptor Descriptor, FileContent Content)
{
    /// <summary>A blob in memory.</summary>
    public static Blob Of(string mediaType, byte[] bytes)
    {
        var content = FileContent.Of(bytes);
        return new Blob(new Descriptor(mediaType, content.Digest, bytes.Length), content);
    }
}
