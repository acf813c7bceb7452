using System.Collections.Immutable;
using Bothy.Oci;

namespace Bothy.Engine.Building;

/// <summary>Where what a build makes is written to; nowhere to learn the digests alone.</summary>
/// <param name="Image">The image.</param>
/// <param name="Debug">Its debug variant, where one is built.</param>
public sealed record BuildPlaces(ImmutableArray<Destination> Image, ImmutableArray<Destination> Debug)
{
    /// <summary>Both.</summary>
    public ImmutableArray<Destination> All => [.. Image, .. Debug];
}
