namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>The examples of Alpine images, and the real packages that they can be built from without the network.</summary>
internal static class AlpineExamples
{
    public const string Host = "dl-cdn.alpinelinux.org";
    public const string KeyHost = "alpinelinux.org";

    private const string RepositoryPath = "/alpine/v3.19/main";

    /// <summary>The official boot medium's repository, closed under dependencies.</summary>
    public static string Repository { get; } = Path.Combine(RealData.Directory, "alpine", "v3.19.1-boot");

    public static string Keys { get; } = Path.Combine(RealData.Directory, "alpine", "keys");

    /// <summary>Writes <paramref name="example"/> to <paramref name="file"/>, its repository and keys being the local ones.</summary>
    public static string WriteLocal(string example, string file)
    {
        string text = File.ReadAllText(Path.Combine(RealData.Project, "examples", example + ".yaml"))
            .Replace($"https://{Host}{RepositoryPath}", Repository, StringComparison.Ordinal)
            .Replace($"https://{KeyHost}/keys", Keys, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", text, StringComparison.Ordinal);
        File.WriteAllText(file, text);
        return file;
    }

    /// <summary>Serves packages, index and keys where Alpine has them.</summary>
    public static void Serve(FakeHttpServer server)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Repository, "x86_64")))
        {
            server.Serve($"{RepositoryPath}/x86_64/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        }

        foreach (string file in Directory.GetFiles(Keys))
        {
            server.Serve($"/keys/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        }
    }
}
