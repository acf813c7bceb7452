using System.Collections.Immutable;
using System.Net.Http.Headers;

namespace Bothy.Transfer;

/// <summary>One request of a protocol that is more than fetching.</summary>
/// <param name="Method">What to do.</param>
/// <param name="Address">Where.</param>
public sealed record TransferRequest(HttpMethod Method, Uri Address)
{
    /// <summary>Headers beside those that every request has.</summary>
    public ImmutableArray<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Who we are, for the server of <see cref="Address"/> alone: it goes along with no redirect to another. Nothing else says who we are.</summary>
    public AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>What to send; null for nothing.</summary>
    public TransferBody? Body { get; init; }
}

/// <summary>What a request sends.</summary>
/// <param name="MediaType">What kind of bytes.</param>
/// <param name="Length">How many.</param>
/// <param name="Open">Opens them from the first on; called once for each time that they are sent.</param>
public sealed record TransferBody(string MediaType, long Length, Func<CancellationToken, Task<Stream>> Open)
{
    /// <summary>Told how many of them are on their way.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>Bytes in memory.</summary>
    public static TransferBody Of(string mediaType, ReadOnlyMemory<byte> bytes) =>
        new(mediaType, bytes.Length, _ => Task.FromResult<Stream>(new MemoryStream(bytes.ToArray(), writable: false)));
}
