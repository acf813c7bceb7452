using System.Runtime.CompilerServices;
using Xunit;

namespace Bothy.Testing;

/// <summary>Compares text with a file under <c>Testdata</c> beside the test. <c>./build golden</c> rewrites the files; review the diff.</summary>
public static class Golden
{
    /// <summary>Asserts that <paramref name="actual"/> is the content of <c>Testdata/<paramref name="file"/></c>.</summary>
    public static void Matches(string actual, string file, [CallerFilePath] string caller = "") =>
        MatchesFile(actual, Path.Combine(Path.GetDirectoryName(caller)!, "Testdata", file));

    /// <summary>Asserts that <paramref name="actual"/> is the content of the file at <paramref name="path"/>.</summary>
    public static void MatchesFile(string actual, string path)
    {
        if (Environment.GetEnvironmentVariable("BOTHY_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }
}
