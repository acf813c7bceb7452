using Bothy.Store;

namespace Bothy.Packages.Indexes;

/// <summary>
/// Writes a compact index to the store while it is made, on another thread. It is visible after <see cref="CommitAsync"/>; disposing
/// without it leaves nothing behind.
/// </summary>
internal sealed class IndexKeeper : IAsyncDisposable
{
    private readonly ResultWriter _writer;
    private Task _writing = Task.CompletedTask;

    /// <summary>Begins.</summary>
    /// <param name="store">Where to keep it.</param>
    /// <param name="kind">What index of the source: a distribution, and an architecture where it decides what is in it.</param>
    /// <param name="source">The digest of the bytes that the index is made from.</param>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public IndexKeeper(ContentStore store, string kind, Digest source) => _writer = store.BeginResult(KindOf(kind), source);

    /// <summary>The name of the store for a kind of index as this version writes it.</summary>
    public static string KindOf(string kind) => FormattableString.Invariant($"index-{kind}-{IndexFormat.Version}");

    /// <summary>Writes further bytes, some time soon; they must not change any more.</summary>
    public void Append(ReadOnlyMemory<byte> bytes) => _writing = AppendAsync(_writing, bytes);

    /// <summary>Makes the index visible. Only for one that was made of bytes which turned out to be those of the source.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public async Task CommitAsync()
    {
        await _writing;
        _writer.Commit();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _writer.Dispose();
    }

    private async Task AppendAsync(Task before, ReadOnlyMemory<byte> bytes)
    {
        await before;
        await Task.Run(() => _writer.Content.Write(bytes.Span));
    }
}
