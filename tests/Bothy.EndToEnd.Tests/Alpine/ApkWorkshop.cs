using Bothy.EndToEnd.Tests.Synthetic;

namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>A workshop with a small signed repository of apk packages instead of a Debian archive.</summary>
internal static class ApkWorkshop
{
    /// <summary>The image file of <see cref="Create"/>, with <c>REPOSITORIES</c> and <c>PACKAGES</c> to be filled in.</summary>
    private const string Image = "contents:\n  repositories: [REPOSITORIES]\n  keyring: [keys/test@example.test-00000001.rsa.pub]\n  packages: [PACKAGES]\narchs: [x86_64]\n";

    /// <summary>A repository of <c>hello</c>, which needs <c>greet</c>, in <c>repository</c>, its key in <c>keys</c>, and the image file of it.</summary>
    public static Workshop Create()
    {
        var workshop = new Workshop();
        workshop.WriteRepository();
        new ApkRepositoryBuilder(workshop["repository"]).WriteKey(workshop["keys"]);
        workshop.WriteApkImage();
        return workshop;
    }

    public static void WriteRepository(this Workshop workshop, string hello = "1.0-r0", bool signed = true, long time = 1_700_000_000, string name = "repository", string? description = "v1.0")
    {
        if (Directory.Exists(workshop[name]))
        {
            Directory.Delete(workshop[name], recursive: true);
        }

        new ApkRepositoryBuilder(workshop[name]) { SignIndex = signed, SignPackages = signed, IndexTime = time, Description = description }
            .Add(
                new ApkBuilder("hello", hello).Depends("greet").Directory("usr").Directory("usr/bin").File("usr/bin/hello", "#!/usr/bin/greet\n", 0b111_101_101),
                new ApkBuilder("greet").Directory("usr").Directory("usr/bin").File("usr/bin/greet", "greet", 0b111_101_101))
            .Write();
    }

    public static void WriteApkImage(this Workshop workshop, string repositories = "repository", string packages = "hello", string more = "") =>
        workshop.WriteImageText(Image.Replace("REPOSITORIES", repositories, StringComparison.Ordinal).Replace("PACKAGES", packages, StringComparison.Ordinal) + more);
}
