namespace Bothy.Store;

/// <summary>
/// Which items are in use, and when each was used last. A process that uses the store holds a lease: a locked file, whose time of
/// change is when it began. Each item that it uses gets that time as its own, unless its own is later. So an item is in use where its time is not before that of the
/// oldest lease, and the order of the times is the order of last use, by the clock of the file system alone.
/// </summary>
/// <remarks>
/// Marking an item and removing it exclude each other by a lock, shared by those who mark: what was marked is still there, and will be
/// for as long as the lease. An item is marked once a process, so that a warm build pays a few system calls for each.
/// </remarks>
internal sealed class UseMarks(string root)
{
    // A file that is not there has this time.
    private static readonly DateTime Missing = DateTime.FromFileTimeUtc(0);

    // Removing a batch of items takes milliseconds.
    private const int MostAttempts = 2000;

    private readonly Lock _changing = new();
    private FileStream? _lease;
    private DateTime? _began;
    private int _holders;

    private string Leases => Path.Combine(root, "leases");

    private string Guard => Path.Combine(root, "prune.lock");

    /// <summary>Begins a lease, or joins the one that this process holds.</summary>
    public StoreLease Begin(StoreDirectory directory)
    {
        lock (_changing)
        {
            if (_holders++ == 0)
            {
                try
                {
                    directory.Create();

                    // Between being created and being locked it would look like that of a dead process.
                    using var guard = Lock(FileAccess.Read, FileShare.Read);
                    _lease = directory.CreateLease();
                    _began = File.GetLastWriteTimeUtc(_lease.SafeFileHandle);
                }
                catch (Exception failure) when (failure is StoreWriteException or IOException or UnauthorizedAccessException)
                {
                    // A store that cannot be written can be read; what has to be written to it will say so.
                }
            }
        }

        return new StoreLease(this);
    }

    /// <summary>Ends one of the leases.</summary>
    public void End()
    {
        lock (_changing)
        {
            if (--_holders == 0)
            {
                _began = null;
                if (_lease is { } lease)
                {
                    StoreDirectory.Discard(lease);
                    lease.Dispose();
                    _lease = null;
                }
            }
        }
    }

    /// <summary>Whether the file is there; under a lease it then stays there until the lease ends.</summary>
    public bool Use(string path)
    {
        var used = File.GetLastWriteTimeUtc(path);
        if (used == Missing || _began is not { } began || used >= began)
        {
            return used != Missing;
        }

        try
        {
            using var guard = Lock(FileAccess.Read, FileShare.Read);
            File.SetLastWriteTimeUtc(path, began);
            return true;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Somebody else's store. Where it is pruned as well, what vanishes is made again.
            return true;
        }
    }

    /// <summary>Keeps every process from marking items until disposed of, and says from what time on items are in use; null where nothing is.</summary>
    public (FileStream Guard, DateTime? InUseSince) LockOut()
    {
        var guard = Lock(FileAccess.ReadWrite, FileShare.None);
        try
        {
            return (guard, OldestLease());
        }
        catch
        {
            guard.Dispose();
            throw;
        }
    }

    private DateTime? OldestLease()
    {
        DateTime? oldest = null;
        foreach (string lease in Directory.EnumerateFiles(Leases))
        {
            try
            {
                // One that can be locked is the rest of a dead process.
                using var file = new FileStream(lease, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                StoreDirectory.Discard(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                var began = File.GetLastWriteTimeUtc(lease);
                oldest = began != Missing && began < (oldest ?? DateTime.MaxValue) ? began : oldest;
            }
        }

        return oldest;
    }

    private FileStream Lock(FileAccess access, FileShare share)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Guard, FileMode.OpenOrCreate, access, share, bufferSize: 0);
            }
            catch (IOException busy) when (StoreDirectory.IsLocked(busy) && attempt < MostAttempts)
            {
                Thread.Sleep(1 + (attempt & 3));
            }
        }
    }
}
