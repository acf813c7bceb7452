namespace Bothy.Store;

/// <summary>A file of the store.</summary>
/// <param name="Kind">What it is: <c>blob</c>, <c>catalogue deb-1</c>, <c>result index-1</c>, <c>note</c>, <c>unfinished</c>.</param>
/// <param name="Path">Its full path.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="LastUsed">When it was used last, or written where it has not been used.</param>
public sealed record StoreItem(string Kind, string Path, long Size, DateTimeOffset LastUsed)
{
    /// <summary>Whether pruning may take it: it can be had or made again, and nothing is lost with it.</summary>
    internal bool CanBePruned { get; init; }
}
