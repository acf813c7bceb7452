namespace Bothy.Testing;

/// <summary>
/// The real apk of an Alpine root filesystem from <see cref="RealData"/>, run in it by chroot and without a network. Each instance has a
/// root of its own, removed in the end. Needs <see cref="Need"/>.
/// </summary>
public sealed class ApkJudge : IDisposable
{
    /// <summary>What tests with this judge need: root, the data, and the program that takes the network away.</summary>
    public const string Need = "judges:unshare";

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Unpacks the root filesystem of Alpine <paramref name="release"/> (3.10.3, 3.10.9 or 3.20.3) for x86_64, with no repository.</summary>
    public ApkJudge(string release = "3.20.3")
    {
        string archive = Path.Combine(RealData.Directory, "alpine", "minirootfs", $"alpine-minirootfs-{release}-x86_64.tar.gz");
        Judge.Run("tar", "-xzf", archive, "-C", _directory.Path).Succeeded();

        // Nobody here answers under Alpine's own addresses.
        File.WriteAllText(this["etc/apk/repositories"], "");
    }

    /// <summary>The root that the judge sees.</summary>
    public string Root => _directory.Path;

    /// <summary>The path on the machine of <paramref name="path"/> in the judge's root.</summary>
    public string this[string path] => _directory[path.TrimStart('/')];

    /// <summary>Runs <c>/sbin/apk</c>.</summary>
    public JudgeResult Apk(params string[] arguments) => Run(["/sbin/apk", .. arguments]);

    /// <summary>Runs a program of the root with <paramref name="command"/>'s arguments.</summary>
    public JudgeResult Run(params string[] command) => Judge.Run("unshare", ["-n", "chroot", Root, .. command]);

    /// <inheritdoc />
    public void Dispose() => _directory.Dispose();
}
