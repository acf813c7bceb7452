namespace Bothy.Engine.Rebuilding;

/// <summary>The first thing in which two images differ.</summary>
/// <param name="Place">Where it is, such as <c>linux/amd64, layer 2, usr/bin/x: mode</c>.</param>
/// <param name="Original">What the first image has there.</param>
/// <param name="Rebuilt">What the second one has there.</param>
public sealed record ImageDifference(string Place, string Original, string Rebuilt)
{
    /// <summary>What is known to explain it, as a sentence without a full stop; null where nothing is.</summary>
    public string? Reason { get; init; }
}
