using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Store;

namespace Bothy.Engine.LocalFiles;

/// <summary>
/// The digests of files of this machine. What was hashed before is remembered by what the kernel says of the file, so that files which have not changed
/// since are not read again.
/// </summary>
/// <remarks>
/// As with git's index, a file that was changed when it was hashed, or shortly before, could be changed again within the same tick of the file
/// system's clock and look the same: it is not remembered, and hashed again by the next build.
/// </remarks>
/// <param name="store">Where digests are remembered.</param>
/// <param name="time">The clock that tells what was changed lately.</param>
/// <param name="parallelism">How many files are read at once.</param>
internal sealed class FileDigests(ContentStore store, TimeProvider time, int parallelism)
{
    private const string Kind = "local-files-1";
    private const int Attempts = 3;
    private const int BufferLength = 128 << 10;

    // The coarsest clock of a file system in use, FAT's.
    private const long Tick = 2_000_000_000;

    /// <summary>How many bytes were read, of how many there are.</summary>
    public (long Read, long Total) Bytes { get; private set; }

    /// <summary>The content of each of <paramref name="files"/>, in their order.</summary>
    /// <param name="what">What the files are together, the same in each build: where they are, and how they were chosen.</param>
    /// <param name="files">Regular files.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">One of them changes all the time.</exception>
    /// <exception cref="IOException">One of them cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One of them must not be read.</exception>
    public ImmutableArray<LocalContent> Of(string what, IReadOnlyList<FoundFile> files, IProgress<long> progress, CancellationToken cancellationToken)
    {
        var key = Digest.Of(Encoding.UTF8.GetBytes(what));
        var known = Recall(key);
        long settled = (time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000) - Tick;
        var hashed = new HashedFile[files.Count];
        var unknown = new List<int>();
        for (int i = 0; i < hashed.Length; i++)
        {
            if (known.TryGetValue(files[i].Relative, out var before) && before.Status.IsSameContent(files[i].Status))
            {
                hashed[i] = before;
            }
            else
            {
                unknown.Add(i);
            }
        }

        long done = 0;
        Run(unknown, i =>
        {
            hashed[i] = Hash(files[i]);
            progress.Report(Interlocked.Add(ref done, hashed[i].Status.Size));
        }, cancellationToken);
        Bytes = (Bytes.Read + done, Bytes.Total + hashed.Sum(file => file.Status.Size));
        if (unknown.Exists(i => hashed[i].Status.Changed < settled) || known.Count > hashed.Length)
        {
            Remember(key, files.Zip(hashed).Where(file => file.Second.Status.Changed < settled));
        }

        return [.. files.Zip(hashed, static (file, hash) => new LocalContent(file.FullPath, hash.Status.Size, hash.Digest, hash.MayBeElf))];
    }

    private void Run(List<int> numbers, Action<int> body, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.ForEach(numbers, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, parallelism), CancellationToken = cancellationToken }, body);
        }
        catch (AggregateException failures)
        {
            // Of several the one with the first message, not the one whose thread was faster.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions.OrderBy(static failure => failure.Message, StringComparer.Ordinal).First());
        }
    }

    private static HashedFile Hash(FoundFile file)
    {
        var before = file.Status;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            var (digest, length, mayBeElf) = Read(file.FullPath);
            var after = FileStatus.Of(file.FullPath);
            if (after.IsSameContent(before) && length == after.Size)
            {
                return new HashedFile(after, digest, mayBeElf);
            }

            before = after;
        }

        throw LocalContent.Changed(file.FullPath);
    }

    private static (Digest Digest, long Length, bool MayBeElf) Read(string path)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            bool mayBeElf = false;
            long length = 0;
            for (int read; (read = stream.Read(buffer)) > 0; length += read)
            {
                // A file system that gives less than four bytes at a time is not one that programs lie on.
                mayBeElf |= length == 0 && buffer.AsSpan(0, read).StartsWith("\u007fELF"u8);
                hash.AppendData(buffer, 0, read);
            }

            return (Digest.FromHash(hash.GetHashAndReset()), length, mayBeElf);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {FileFailure.Reason(failure)}", failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Dictionary<string, HashedFile> Recall(Digest key)
    {
        var known = new Dictionary<string, HashedFile>(StringComparer.Ordinal);
        if (store.TryReadResult(Kind, key) is not { } record)
        {
            return known;
        }

        using var reader = new BinaryReader(new MemoryStream(record));
        int count = reader.ReadInt32();
        known.EnsureCapacity(count);
        for (int i = 0; i < count; i++)
        {
            string path = reader.ReadString();
            var status = new FileStatus(0, reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt64());
            known[path] = new HashedFile(status, Digest.FromHash(reader.ReadBytes(SHA256.HashSizeInBytes)), reader.ReadBoolean());
        }

        return known;
    }

    private void Remember(Digest key, IEnumerable<(FoundFile File, HashedFile Hashed)> files)
    {
        var kept = files.ToList();
        using var record = new MemoryStream();
        using (var writer = new BinaryWriter(record, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(kept.Count);
            foreach (var (file, hashed) in kept)
            {
                writer.Write(file.Relative);
                writer.Write(hashed.Status.Size);
                writer.Write(hashed.Status.Modified);
                writer.Write(hashed.Status.Changed);
                writer.Write(hashed.Status.Inode);
                writer.Write(Convert.FromHexString(hashed.Digest.Hex));
                writer.Write(hashed.MayBeElf);
            }
        }

        store.AddResult(Kind, key, record.GetBuffer().AsSpan(0, (int)record.Length));
    }

    private readonly record struct HashedFile(FileStatus Status, Digest Digest, bool MayBeElf);
}
