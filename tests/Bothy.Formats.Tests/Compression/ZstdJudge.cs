namespace Bothy.Formats.Tests.Compression;

/// <summary>The <c>zstd</c> program as the other side.</summary>
internal static class ZstdJudge
{
    public const string Need = Needs.Judges + ":zstd";

    public static byte[] Compress(byte[] content, params string[] options) =>
        Judge.Run("zstd", ["--stdout", "--quiet", "--no-progress", .. options], content).Succeeded().OutputBytes;

    public static byte[] Decompress(byte[] zstd) =>
        Judge.Run("zstd", ["--decompress", "--stdout", "--quiet"], zstd).Succeeded().OutputBytes;
}
