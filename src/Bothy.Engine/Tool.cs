using System.Reflection;
using Bothy.Oci.Layers;

namespace Bothy.Engine;

/// <summary>What this program is, for whatever records it.</summary>
public static class Tool
{
    /// <summary>The version, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(Tool).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>The contract of its layers: the same contract and files give the same bytes.</summary>
    public static string Compression => LayerWriter.Contract;
}
