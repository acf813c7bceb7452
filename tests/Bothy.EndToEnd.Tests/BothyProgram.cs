using System.Globalization;

namespace Bothy.EndToEnd.Tests;

/// <summary>The program as a process of its own, as users run it.</summary>
internal static class BothyProgram
{
    private static readonly string Path = System.IO.Path.Combine(AppContext.BaseDirectory, "bothy.dll");

    /// <summary>Runs it with <paramref name="store"/> as its store and nothing of the developer's environment that could matter.</summary>
    public static JudgeResult Run(string store, IEnumerable<string> arguments, string? directory = null, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        variables["BOTHY_STORE"] = store;
        return Judge.Run("dotnet", [Path, .. arguments], directory: directory ?? RealData.Project, environment: variables);
    }

    /// <summary>Builds an image file of the project into <paramref name="destination"/> and returns the digest it printed.</summary>
    public static string Build(string store, string imageFile, string destination, params string[] more) =>
        Run(store, ["build", imageFile, "-o", destination, .. more]).Succeeded().Output.Trim();

    /// <summary>The shell command that runs it under another umask.</summary>
    public static JudgeResult RunWithMask(string store, int octalMask, IEnumerable<string> arguments, string directory, params (string Name, string Value)[] environment)
    {
        var variables = environment.ToDictionary(variable => variable.Name, variable => variable.Value, StringComparer.Ordinal);
        variables["BOTHY_STORE"] = store;
        string mask = octalMask.ToString("D3", CultureInfo.InvariantCulture);
        return Judge.Run("sh", ["-c", $"umask {mask}; exec \"$@\"", "sh", "dotnet", Path, .. arguments], directory: directory, environment: variables);
    }
}
