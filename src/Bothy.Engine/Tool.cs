using System.Reflection;
using Bothy.Formats.Compression;

namespace Bothy.Engine;

/// <summary>What this program is, for whatever records it.</summary>
public static class Tool
{
    /// <summary>The version, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(Tool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The contract of its compression: the same contract and input give the same bytes.</summary>
    public static string Compression => GzipEncodingStream.Contract;
}
