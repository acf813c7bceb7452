using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Bothy.Store;

/// <summary>What was removed from a store, and what is left.</summary>
/// <param name="RemovedItems">How many items were removed.</param>
/// <param name="RemovedBytes">Their size.</param>
/// <param name="LeftItems">How many are left.</param>
/// <param name="LeftBytes">Their size.</param>
/// <param name="InUseBytes">The size of those left that would have been removed, but are in use.</param>
public sealed record PruneReport(int RemovedItems, long RemovedBytes, int LeftItems, long LeftBytes, long InUseBytes);

/// <summary>What reading a whole store found.</summary>
/// <param name="Items">How many items were read.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Damaged">What is wrong with those that are damaged; they were removed.</param>
public sealed record VerifyReport(int Items, long Bytes, ImmutableArray<string> Damaged);

/// <summary>Looks after a store as a whole, while others may be using it.</summary>
public sealed class StoreUpkeep(ContentStore store)
{
    // As many are removed at a time as keep others waiting for some milliseconds only.
    private const int Batch = 64;

    /// <summary>Every file of the store, by kind and then by name; none where there is no store.</summary>
    public ImmutableArray<StoreItem> List() =>
    [
        .. Items("blobs", _ => "blob", canBePruned: true),
        .. Items("catalogues", name => $"catalogue {Suffix(name)}", canBePruned: true),
        .. Items("results", name => $"result {Suffix(name)}", canBePruned: true),
        .. Items("notes", _ => "note", canBePruned: false),
        .. Items("partial", _ => "unfinished", canBePruned: true),
        .. Items("temporary", _ => "unfinished", canBePruned: false),
    ];

    /// <summary>
    /// Removes the items that were not used for longest until at most <paramref name="keep"/> bytes are left. What a running process uses is left, as are notes, which
    /// remember what must not be forgotten and are small, and what is being written.
    /// </summary>
    /// <param name="keep">How many bytes may stay.</param>
    /// <param name="pinned">The digests of items that stay however long ago they were used: what they were made from is not at hand.</param>
    /// <exception cref="StoreWriteException">An item cannot be removed.</exception>
    public PruneReport Prune(long keep, IReadOnlyCollection<Digest>? pinned = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        var staying = (pinned ?? []).Select(digest => digest.Hex).ToHashSet(StringComparer.Ordinal);
        var items = List();
        long left = items.Sum(item => item.Size);
        var removed = new List<StoreItem>();
        long inUse = 0;
        var oldest = items.Where(item => item.CanBePruned && !staying.Contains(Path.GetFileName(item.Path).Split('.')[0])).OrderBy(item => item.LastUsed).ThenBy(item => item.Path, StringComparer.Ordinal);
        foreach (var batch in oldest.Chunk(Batch))
        {
            if (left <= keep)
            {
                break;
            }

            var (guard, inUseSince) = store.Files.Translated(store.Files.Marks.LockOut);
            using (guard)
            {
                foreach (var item in batch.TakeWhile(_ => left > keep))
                {
                    if (TryRemove(item, inUseSince))
                    {
                        removed.Add(item);
                        left -= item.Size;
                    }
                    else
                    {
                        inUse += item.Size;
                    }
                }
            }
        }

        return new PruneReport(removed.Count, removed.Sum(item => item.Size), items.Length - removed.Count, left, inUse);
    }

    /// <summary>Reads and checks everything, on up to <paramref name="parallelism"/> threads, and removes what is damaged, so that the next build has it made anew.</summary>
    /// <exception cref="BothyException">An item cannot be read.</exception>
    public VerifyReport Verify(int parallelism, CancellationToken cancellationToken)
    {
        var damaged = new ConcurrentBag<string>();
        int items = 0;
        long bytes = 0;
        Parallel.ForEach(List(), new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken }, item =>
        {
            try
            {
                if (ItemReading.TryRead(store.Files, item, cancellationToken))
                {
                    Interlocked.Increment(ref items);
                    Interlocked.Add(ref bytes, item.Size);
                }
            }
            catch (DamagedItemException failure)
            {
                damaged.Add(failure.Message);
            }
        });
        return new VerifyReport(items + damaged.Count, bytes, [.. damaged.Order(StringComparer.Ordinal)]);
    }

    private static string Suffix(string name) => name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];

    // Between the listing and here it may have been used, or removed by others.
    private bool TryRemove(StoreItem item, DateTime? inUseSince)
    {
        var used = File.GetLastWriteTimeUtc(item.Path);
        if (used >= inUseSince || (item.Kind == "unfinished" && !IsAbandoned(item.Path)))
        {
            return false;
        }

        return store.Files.Translated(() =>
        {
            File.Delete(item.Path);
            return true;
        });
    }

    private static bool IsAbandoned(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private List<StoreItem> Items(string room, Func<string, string> kind, bool canBePruned)
    {
        var directory = new DirectoryInfo(Path.Combine(store.Directory, room));
        if (!directory.Exists)
        {
            return [];
        }

        try
        {
            var files = directory.EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal);
            return [.. files.Select(file => Item(file, kind(file.Name), canBePruned)).OfType<StoreItem>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read the store {store.Directory}: {FileFailure.Reason(failure)}", failure);
        }
    }

    // Null where it vanished since it was listed.
    private static StoreItem? Item(FileInfo file, string kind, bool canBePruned)
    {
        try
        {
            return new StoreItem(kind, file.FullName, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) { CanBePruned = canBePruned };
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
