using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>The full indexes of Alpine 3.19, taken out of their archives by tar.</summary>
internal static class RealApkIndex
{
    public static ApkIndex Read(string repository, string? tag)
    {
        string archive = Path.Combine(RealData.Directory, "alpine", "index", $"v3.19-{repository}-x86_64.APKINDEX.tar.gz");
        byte[] text = Judge.Run("tar", "-xOzf", archive, "APKINDEX").Succeeded().OutputBytes;
        return ApkIndex.Read(text, new ApkIndexOrigin(repository, "x86_64", tag));
    }
}
