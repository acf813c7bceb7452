using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Bothy.Store;

/// <summary>
/// The directories of a store and the one way anything gets into them: written under a temporary name, then renamed.
/// </summary>
/// <remarks>
/// Nothing is flushed to the disk before it is renamed. After a power cut an item can therefore be short or empty, but each is
/// checked against a digest when it is read, and made again when it fails; flushing hundreds of packages costs
/// seconds on every build to save a download after a rare accident.
/// </remarks>
internal sealed class StoreDirectory(string path)
{
    public const UnixFileMode FileMode644 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode DirectoryMode755 = FileMode644 | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // A temporary file that no process holds is the rest of a dead one; the hour is for file systems whose locks do not reach other machines.
    private static readonly TimeSpan TemporaryAge = TimeSpan.FromHours(1);
    private static readonly TimeSpan PartialAge = TimeSpan.FromDays(7);

    private readonly Lock _creating = new();
    private volatile bool _created;

    // What was reported: several that read a damaged item at once all find out.
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);

    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>What is in use, so that pruning leaves it.</summary>
    public UseMarks Marks { get; } = new(Path.GetFullPath(path));

    /// <summary>Told of each damaged item.</summary>
    public Action<DamagedItemException>? DamageFound { get; set; }

    private string Temporary => Path.Combine(Root, "temporary");

    public string Blob(Digest digest) => Path.Combine(Root, "blobs", digest.Hex);

    public string Partial(Digest digest) => Path.Combine(Root, "partial", digest.Hex);

    public string Note(string key) => Path.Combine(Root, "notes", Digest.Of(Encoding.UTF8.GetBytes(key)).Hex);

    public string Catalogue(CatalogueName name) => Path.Combine(Root, "catalogues", $"{name.Source.Hex}.{name.Kind}");

    public string Result(ResultName name) => Path.Combine(Root, "results", $"{name.Key.Hex}.{name.Kind}");

    /// <summary>A new file under a name of its own, locked for as long as it is open.</summary>
    public FileStream CreateTemporary()
    {
        Create();
        return Translated(() => OpenLocked(TemporaryName(), FileMode.CreateNew));
    }

    /// <summary>The file of an unfinished item, kept from process to process; null where another process is writing it.</summary>
    public FileStream? TryOpenPartial(Digest digest)
    {
        Create();
        return TryOpenOwn(Partial(digest));
    }

    /// <summary>The file whose lock says that <paramref name="item"/> is being made; null where somebody else is making it.</summary>
    public FileStream? TryOpenClaim(string item)
    {
        Create();
        return TryOpenOwn(Path.Combine(Root, "claims", Digest.Of(Encoding.UTF8.GetBytes(item)).Hex));
    }

    /// <summary>A new file whose lock says that this process uses the store.</summary>
    public FileStream CreateLease()
    {
        Create();
        return Translated(() => OpenLocked(Path.Combine(Root, "leases", UniqueName()), FileMode.CreateNew));
    }

    /// <summary>
    /// Closes a finished file and makes it visible. It takes the place of one that is there: both have what was promised.
    /// </summary>
    public void Publish(FileStream file, string target) => Translated(() =>
    {
        string name = file.Name;
        if (Path.GetDirectoryName(name) != Temporary)
        {
            // A reader cannot open a file that is still locked, and one that is unlocked under its partial name can be
            // taken by another process: so the name goes first, then the lock.
            string own = TemporaryName();
            File.Move(name, own);
            name = own;
        }

        file.Dispose();
        File.Move(name, target, overwrite: true);
        return true;
    });

    /// <summary>Writes a whole file that is in memory.</summary>
    public void WriteFile(string target, ReadOnlySpan<byte> content)
    {
        using var file = CreateTemporary();
        try
        {
            file.Write(content);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Discard(file);
            throw Failure(failure);
        }

        Publish(file, target);
    }

    /// <summary>Opens the file of <paramref name="item"/>; null where there is none.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public SafeFileHandle? TryOpenRead(string path, string item)
    {
        try
        {
            return Marks.Use(path) ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete) : null;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(item, failure);
        }
    }

    /// <summary>What is to be thrown where a file of the store is there and cannot be read.</summary>
    public static BothyException Unreadable(string item, Exception failure) =>
        new($"cannot read {item} from the store: {FileFailure.Reason(failure)}", failure);

    /// <summary>Removes an unfinished file, which is still open and so still ours.</summary>
    public static void Discard(FileStream file) => RemoveQuietly(file.Name);

    /// <summary>Removes a file that is of no use; where that fails, what led here is what is worth reporting.</summary>
    public static void RemoveQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A store that cannot be written can still be read; whoever makes the item anew will hear of it.
        }
    }

    /// <summary>Removes a damaged item, says so to whoever listens, and returns the exception to throw.</summary>
    public DamagedItemException Damaged(string path, string item, string problem, Exception? inner = null)
    {
        RemoveQuietly(path);
        var damaged = new DamagedItemException(item, problem, inner);
        if (_reported.TryAdd(damaged.Message, true))
        {
            DamageFound?.Invoke(damaged);
        }

        return damaged;
    }

    /// <summary>Creates the directories and, once, removes what dead processes left.</summary>
    public void Create()
    {
        if (_created)
        {
            return;
        }

        lock (_creating)
        {
            if (_created)
            {
                return;
            }

            Translated(() =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Root) ?? Root);
                CreateOne(Root);
                foreach (string name in (string[])["blobs", "catalogues", "claims", "leases", "notes", "partial", "results", "temporary"])
                {
                    CreateOne(Path.Combine(Root, name));
                }

                return true;
            });
            _created = true;
            Sweep();
        }
    }

    /// <summary>Runs <paramref name="write"/>; what the file system refuses becomes a message about the store.</summary>
    public T Translated<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failure(failure);
        }
    }

    public StoreWriteException Failure(Exception failure) => new(Root, failure);

    public static bool IsLocked(IOException failure) => failure.GetType() == typeof(IOException) && failure.HResult is 11 or 35;

    // Null where another process has it.
    private FileStream? TryOpenOwn(string name) => Translated(() =>
    {
        FileStream file;
        try
        {
            file = OpenLocked(name, FileMode.OpenOrCreate);
        }
        catch (IOException busy) when (IsLocked(busy))
        {
            return null;
        }

        // Between opening and locking, its owner may have finished and renamed or removed it: then this is another file.
        if (!StillHas(file, name))
        {
            file.Dispose();
            return null;
        }

        return file;
    });

    // Explicit modes, whatever the umask: a store may be shared, and its content is public packages.
    private static FileStream OpenLocked(string name, FileMode mode)
    {
        var file = new FileStream(name, mode, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        if (file.Length == 0 && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.SafeFileHandle, FileMode644);
        }

        return file;
    }

    private static bool StillHas(FileStream file, string name)
    {
        string? now = new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget;
        return now is null
            ? File.Exists(name)
            : now.EndsWith($"/{Path.GetFileName(Path.GetDirectoryName(name))}/{Path.GetFileName(name)}", StringComparison.Ordinal);
    }

    private static void CreateOne(string directory)
    {
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(directory, DirectoryMode755);
            }
        }
    }

    private string TemporaryName() => Path.Combine(Temporary, UniqueName());

    private static string UniqueName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private void Sweep()
    {
        try
        {
            using var probe = OpenLocked(TemporaryName(), FileMode.CreateNew);
            // The file system's own clock, which is the one that dated the others.
            var now = File.GetLastWriteTimeUtc(probe.SafeFileHandle);
            Sweep("temporary", now - TemporaryAge);
            Sweep("claims", now - TemporaryAge);
            Sweep("leases", now - TemporaryAge);
            Sweep("partial", now - PartialAge);
            File.Delete(probe.Name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Tidying must not fail what the store was opened for; what follows reports a store that cannot be written.
        }
    }

    private void Sweep(string directory, DateTime before)
    {
        foreach (string name in Directory.EnumerateFiles(Path.Combine(Root, directory)))
        {
            if (File.GetLastWriteTimeUtc(name) >= before)
            {
                continue;
            }

            try
            {
                using var file = new FileStream(name, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                File.Delete(name);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // Somebody holds it, or has just removed it.
            }
        }
    }
}
