using System.Collections.Immutable;
using Bothy.Oci.Registry;

namespace Bothy.Oci.Sources;

/// <summary>What opening an image may need of the machine and the network.</summary>
/// <param name="TemporaryDirectory">Where a copy may lie while it is read, such as of an image in podman's storage.</param>
/// <param name="Registry">Opens an image in a registry.</param>
public sealed record ImageAccess(string TemporaryDirectory, Func<ImageReference, ImageSource> Registry)
{
    /// <summary>Options before podman's own command, such as where its storage is.</summary>
    internal ImmutableArray<string> PodmanOptions { get; init; } = [];
}
