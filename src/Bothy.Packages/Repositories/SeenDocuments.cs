using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>Asks whether documents that were seen are still the ones that are served, without reading them where the server can tell.</summary>
/// <param name="transfer">The way to them; asked for only where one is not a local file.</param>
/// <param name="store">The store that remembers them.</param>
/// <param name="offline">Whether what the store remembers is all there is to ask.</param>
public sealed class SeenDocuments(Func<TransferClient> transfer, ContentStore store, bool offline)
{
    private const int MaxLength = 64 << 20;

    /// <summary>Whether each of <paramref name="documents"/> is still what was seen.</summary>
    /// <exception cref="BothyException">One of them cannot be asked for.</exception>
    public async Task<bool> AreCurrentAsync(IReadOnlyCollection<SeenDocument> documents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var remote = documents.Where(static document => !document.IsLocal).ToList();
        if (!documents.All(document => IsRemembered(document) && (!document.IsLocal || IsCurrent(document))))
        {
            return false;
        }

        if (offline || remote.Count == 0)
        {
            return true;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var client = transfer();
        var answers = await Together.AllAsync([.. remote.Select(document => IsServedAsync(client, document, stop.Token))], stop);
        return Array.TrueForAll(answers, static isServed => isServed);
    }

    // Whoever has seen another one since goes by that.
    private bool IsRemembered(SeenDocument document) => document.Note switch
    {
        SeenNote.OfRepository(var key) => RepositoryNote.TryRead(store, key)?.Release == document.Digest,
        SeenNote.Copy(var key) => store.Notes.TryRead(key) is { } copy && Digest.Of(copy) == document.Digest,
        _ => throw new InvalidOperationException("a kind of note that did not exist"),
    };

    private static bool IsCurrent(SeenDocument document)
    {
        foreach (var address in document.Addresses)
        {
            try
            {
                using var file = new FileStream(address.LocalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                return Digest.FromHash(System.Security.Cryptography.SHA256.HashData(file)) == document.Digest;
            }
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
            {
                // It may be at the next address.
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        return false;
    }

    private async Task<bool> IsServedAsync(TransferClient client, SeenDocument document, CancellationToken cancellationToken)
    {
        var note = document.Note is SeenNote.OfRepository(var key) ? RepositoryNote.TryRead(store, key) : null;
        var conditions = new FetchOptions { MaxBytes = MaxLength, IfModifiedSince = note?.LastModified, IfNoneMatch = note?.EntityTag };
        foreach (var address in document.Addresses)
        {
            // What has its signature beside it is not at the first address, and its date says nothing of what may be there by now.
            bool isOther = note?.Signature is not null && address != document.Addresses[^1];
            switch (await client.FetchAsync(address, isOther ? new FetchOptions { MaxBytes = MaxLength } : conditions, cancellationToken))
            {
                case FetchResult.NotModified:
                    return true;
                case FetchResult.Found found:
                    return Digest.Of(found.Bytes.Span) == document.Digest;
                default:
                    continue;
            }
        }

        return false;
    }
}
