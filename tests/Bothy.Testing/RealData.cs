using System.Runtime.CompilerServices;

namespace Bothy.Testing;

/// <summary>Real data published by others, read from beside the project and never copied into it.</summary>
public static class RealData
{
    /// <summary>The root of the checkout.</summary>
    public static string Project { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));

    /// <summary>The directory of the data; need not exist.</summary>
    public static string Directory { get; } = Environment.GetEnvironmentVariable("BOTHY_TEST_DATA")
        ?? Path.GetFullPath(Path.Combine(Project, "..", "shared", "data"));

    private static string Here([CallerFilePath] string path = "") => path;
}
