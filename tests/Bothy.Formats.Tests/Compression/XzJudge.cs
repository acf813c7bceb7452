namespace Bothy.Formats.Tests.Compression;

/// <summary>The <c>xz</c> program as the other side.</summary>
internal static class XzJudge
{
    public const string Need = Needs.Judges + ":xz";

    public static byte[] Compress(byte[] content, params string[] options) =>
        Judge.Run("xz", ["--stdout", .. options], content).Succeeded().OutputBytes;

    public static bool Accepts(byte[] xz) => Judge.Run("xz", ["--test"], xz).ExitCode == 0;
}
