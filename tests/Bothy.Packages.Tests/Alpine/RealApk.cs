using System.Text;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>The real apk-tools 2.14.4, in a root file system of Alpine's that is unpacked for one test and has no network.</summary>
internal sealed class RealApk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private RealApk()
    {
    }

    /// <summary>The root file system.</summary>
    public string Root => _directory.Path;

    public static RealApk Unpack()
    {
        var apk = new RealApk();
        string archive = Path.Combine(RealData.Directory, "alpine", "minirootfs", "alpine-minirootfs-3.20.3-x86_64.tar.gz");
        Judge.Run("tar", "-xzf", archive, "-C", apk.Root).Succeeded();
        return apk;
    }

    /// <summary>Runs <paramref name="program"/> of the root file system in it.</summary>
    public JudgeResult Run(string program, IEnumerable<string> arguments, string input = "") =>
        Judge.Run("unshare", ["-n", "chroot", Root, program, .. arguments], Encoding.UTF8.GetBytes(input));

    public void Dispose() => _directory.Dispose();
}
