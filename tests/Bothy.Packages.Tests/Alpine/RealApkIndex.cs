using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>The full indexes of Alpine 3.19, taken out of their archives by tar.</summary>
internal static class RealApkIndex
{
    public static ApkIndex Read(string repository, string? tag) => ApkIndex.Read(Text(repository), new ApkIndexOrigin(repository, "x86_64", tag));

    public static byte[] Text(string repository)
    {
        string archive = Path.Combine(RealData.Directory, "alpine", "index", $"v3.19-{repository}-x86_64.APKINDEX.tar.gz");
        return Judge.Run("tar", "-xOzf", archive, "APKINDEX").Succeeded().OutputBytes;
    }
}
