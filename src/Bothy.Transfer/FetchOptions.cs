namespace Bothy.Transfer;

/// <summary>What to ask of a small document.</summary>
public sealed record FetchOptions
{
    /// <summary>The options of a document that nothing is known about yet.</summary>
    public static FetchOptions Default { get; } = new();

    /// <summary>The most bytes it may have.</summary>
    public int MaxBytes { get; init; } = 64 << 20;

    /// <summary>Ask for it only where it is newer than this.</summary>
    public DateTimeOffset? IfModifiedSince { get; init; }

    /// <summary>Ask for it only where its entity tag, quotes included, is another.</summary>
    public string? IfNoneMatch { get; init; }
}

/// <summary>What to expect of a download.</summary>
public sealed record DownloadOptions
{
    /// <summary>Its exact size in bytes, where known; anything else is refused.</summary>
    public long? ExpectedSize { get; init; }

    /// <summary>The most bytes it may have, where the exact size is not known.</summary>
    public long MaxBytes { get; init; } = 8L << 30;
}

/// <summary>The answer to asking for a small document.</summary>
public abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>The document.</summary>
    /// <param name="Bytes">All of it.</param>
    /// <param name="LastModified">When it last changed, where the server says.</param>
    /// <param name="EntityTag">Its entity tag with quotes, where the server gives one.</param>
    public sealed record Found(ReadOnlyMemory<byte> Bytes, DateTimeOffset? LastModified, string? EntityTag) : FetchResult;

    /// <summary>It is as old as <see cref="FetchOptions.IfModifiedSince"/> or has the tag of <see cref="FetchOptions.IfNoneMatch"/>.</summary>
    public sealed record NotModified : FetchResult;

    /// <summary>The server has no such document.</summary>
    /// <param name="Failure">The exception to throw where it is needed after all.</param>
    public sealed record NotFound(BothyException Failure) : FetchResult;
}
