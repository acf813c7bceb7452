namespace Bothy.Store;

/// <summary>
/// Verified bytes on disk, by digest: blobs as they were fetched, catalogues of what is in them, and notes beside them.
/// Safe for concurrent use by threads and processes; a process that dies at any point leaves nothing half-written visible.
/// </summary>
public sealed class ContentStore
{
    private readonly StoreDirectory _directory;

    /// <summary>The store in <paramref name="directory"/>, which is created on the first write.</summary>
    public ContentStore(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = new StoreDirectory(directory);
        Notes = new Notes(_directory);
    }

    /// <summary>The full path of its directory.</summary>
    public string Directory => _directory.Root;

    /// <summary>Small records by name.</summary>
    public Notes Notes { get; }

    /// <summary><c>$BOTHY_STORE</c>, else <c>$XDG_CACHE_HOME/bothy</c>, else <c>$HOME/.cache/bothy</c>.</summary>
    /// <exception cref="BothyException">None of them is set.</exception>
    public static string DefaultDirectory(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return Value("BOTHY_STORE")
            // The XDG specification: a relative path there is to be ignored.
            ?? (Value("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache) ? Path.Combine(cache, "bothy") : null)
            ?? (Value("HOME") is { } home ? Path.Combine(home, ".cache", "bothy") : null)
            ?? throw new BothyException("cannot tell where the store is: neither BOTHY_STORE nor HOME is set") { Hint = "Set BOTHY_STORE to a directory." };

        string? Value(string name) => environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    /// <summary>
    /// Told of each item that was found damaged, once it is removed and whatever becomes of it: a result is simply made again, while a
    /// missing package ends what needs it. Called from several threads.
    /// </summary>
    public Action<DamagedItemException>? DamageFound
    {
        get => _directory.DamageFound;
        set => _directory.DamageFound = value;
    }

    internal StoreDirectory Files => _directory;

    /// <summary>
    /// Says that what is used from here on, until the lease is disposed of, must not be pruned by other processes. Take one before looking for
    /// anything. A process that dies ends its leases. Where the store cannot be written nothing is held.
    /// </summary>
    public StoreLease BeginLease() => _directory.Marks.Begin(_directory);

    /// <summary>
    /// Waits until nobody else, in this process or another, is making <paramref name="item"/>, and then keeps others from making it until the
    /// claim is disposed of. Look for the item again before making it: whoever was waited for has probably made it. A process that dies
    /// gives up its claims.
    /// </summary>
    /// <param name="item">Its name, whatever it is, the same for all that make it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public async Task<ItemClaim> ClaimAsync(string item, CancellationToken cancellationToken)
    {
        var waiting = new ClaimWait(_directory, item);
        while (!waiting.TryClaim())
        {
            await Task.Delay(waiting.Delay, cancellationToken);
        }

        return waiting.Claim;
    }

    /// <summary>Claims an item as <see cref="ClaimAsync"/> does, on this thread.</summary>
    /// <inheritdoc cref="ClaimAsync" path="/param"/>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public ItemClaim Claim(string item, CancellationToken cancellationToken)
    {
        var waiting = new ClaimWait(_directory, item);
        while (!waiting.TryClaim())
        {
            cancellationToken.WaitHandle.WaitOne(waiting.Delay);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return waiting.Claim;
    }

    /// <summary>Whether there is a blob with this digest; its bytes are not looked at.</summary>
    public bool Contains(Digest digest) => _directory.Marks.Use(_directory.Blob(digest));

    /// <summary>Opens a blob without checking its bytes, or returns null. The stream is the caller's.</summary>
    public FileStream? TryOpen(Digest digest)
    {
        try
        {
            return !Contains(digest) ? null : new FileStream(_directory.Blob(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreDirectory.Unreadable(digest.ToString(), failure);
        }
    }

    /// <summary>
    /// Opens a blob, or returns null. Its bytes are hashed as they are read, forward and once; the read that reaches the end
    /// throws <see cref="DamagedItemException"/> where they are not the blob's, so use nothing before the end was seen.
    /// </summary>
    public Stream? TryOpenVerified(Digest digest) =>
        TryOpen(digest) is { } file
            ? new VerifyingStream(file, file.Length, digest, () => Damaged(digest))
            : null;

    /// <summary>Reads and checks a whole blob, or returns null.</summary>
    /// <exception cref="DamagedItemException">The bytes are not those of the digest; the blob was removed.</exception>
    /// <exception cref="BothyException">It has more than <paramref name="limit"/> bytes, or cannot be read.</exception>
    public byte[]? TryRead(Digest digest, int limit = 256 << 20)
    {
        using var file = TryOpen(digest);
        if (file is null)
        {
            return null;
        }

        if (file.Length > limit)
        {
            throw new BothyException(FormattableString.Invariant($"cannot read {digest} from the store: it has {file.Length} bytes, more than {limit}"));
        }

        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Digest.Of(bytes) == digest ? bytes : throw Damaged(digest);
    }

    /// <summary>Removes a blob if it is there.</summary>
    public void Remove(Digest digest) => RemoveFile(_directory.Blob(digest));

    /// <summary>Puts bytes into the store that are in memory, and returns their digest.</summary>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public Digest AddBytes(ReadOnlySpan<byte> bytes)
    {
        var digest = Digest.Of(bytes);
        if (!Contains(digest))
        {
            _directory.WriteFile(_directory.Blob(digest), bytes);
        }

        return digest;
    }

    /// <summary>
    /// Begins to receive the blob with digest <paramref name="expected"/>, continuing where an earlier attempt stopped.
    /// </summary>
    /// <param name="expected">The digest that the bytes must have.</param>
    /// <param name="size">The size that they must have, where known.</param>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public Reception BeginReception(Digest expected, long? size) => Reception.Begin(_directory, expected, size);

    /// <summary>
    /// Begins to receive a blob whose digest nobody knows yet, continuing where an earlier attempt of the same <paramref name="name"/> stopped.
    /// Whoever commits it judges its bytes.
    /// </summary>
    /// <param name="name">What it is, for messages and to find the earlier attempt.</param>
    /// <param name="size">The size that it must have, where known.</param>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public Reception BeginReception(string name, long? size)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Reception.Begin(_directory, name, size);
    }

    /// <summary>Begins to freeze a tree of files, made from the bytes with digest <paramref name="source"/>.</summary>
    /// <param name="source">What the tree is made from: a package, a layer.</param>
    /// <param name="kind">How it was read, so that one source can have several: lower-case letters, digits and dashes.</param>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public CatalogueWriter BeginCatalogue(Digest source, string kind) => new(_directory, kind, source);

    /// <summary>Begins to freeze a tree of files, made from bytes whose digest is known only when they have all been seen: whoever commits it says it.</summary>
    /// <param name="kind">How they are read, as in <see cref="BeginCatalogue(Digest, string)"/>.</param>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public CatalogueWriter BeginCatalogue(string kind) => new(_directory, kind, source: null);

    /// <summary>Opens a catalogue, or returns null where there is none, or only one of another version of the format.</summary>
    /// <exception cref="DamagedItemException">Its table is damaged; the catalogue was removed.</exception>
    public Catalogue? TryOpenCatalogue(Digest source, string kind) => Catalogue.TryOpen(_directory, new CatalogueName(source, kind));

    /// <summary>
    /// The derived result <paramref name="kind"/> of <paramref name="key"/>, verified, or null where there is none. One that is damaged is
    /// removed and counts as none: what was derived can be derived again.
    /// </summary>
    /// <param name="kind">What the result is and how it is made, with a number to be raised when that changes: lower-case letters, digits and dashes.</param>
    /// <param name="key">The digest of everything that the result depends on.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <exception cref="BothyException">It has more than <paramref name="limit"/> bytes, or cannot be read.</exception>
    /// <remarks>
    /// Results are the store's caches: a compact index, the compressed part of a layer, the digest of an image. They may vanish
    /// between any two processes, since pruning takes them with the rest, and never hold what cannot be made anew.
    /// <code>
    /// byte[] index = store.TryReadResult("index-1", digestOfRelease) ?? Make();   // and in Make: store.AddResult("index-1", digestOfRelease, bytes)
    /// </code>
    /// </remarks>
    public byte[]? TryReadResult(string kind, Digest key, int limit = 256 << 20) => StoredResult.TryRead(_directory, new ResultName(key, kind), limit);

    /// <summary>
    /// Opens a derived result, or returns null. Its bytes are checked, block by block, before they are given away: a read throws
    /// <see cref="DamagedItemException"/> where they are not those that were added. The stream knows its length, and is the caller's.
    /// </summary>
    /// <inheritdoc cref="TryReadResult" path="/param"/>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public Stream? TryOpenResult(string kind, Digest key) => StoredResult.TryOpen(_directory, new ResultName(key, kind));

    /// <summary>Copies the beginning of a derived result into an empty file, each part checked before it is written.</summary>
    /// <param name="kind">What the result is.</param>
    /// <param name="key">What it was made from.</param>
    /// <param name="length">How many bytes; no more than it has.</param>
    /// <param name="destination">The file.</param>
    /// <param name="threads">How many threads may work at it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether there is such a result; where not, nothing was written.</returns>
    /// <exception cref="DamagedItemException">It is not what was added; it was removed.</exception>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public bool TryCopyResult(string kind, Digest key, long length, FileStream destination, int threads, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var file = ResultFile.TryOpen(_directory, new ResultName(key, kind));
        if (file is null)
        {
            return false;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, file.Length);
        ResultCopy.Run(file, length, destination.SafeFileHandle, threads, cancellationToken);
        return true;
    }

    /// <summary>Opens a derived result to read it in places, or returns null where there is none.</summary>
    /// <inheritdoc cref="TryReadResult" path="/param"/>
    /// <exception cref="DamagedItemException">It is damaged, as far as opening tells; it was removed.</exception>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public ResultParts? TryOpenResultParts(string kind, Digest key) =>
        ResultFile.TryOpen(_directory, new ResultName(key, kind)) is { } file ? new ResultParts(file) : null;

    /// <summary>Keeps a derived result that is in memory, in place of an earlier one; see <see cref="TryReadResult"/>.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public void AddResult(string kind, Digest key, ReadOnlySpan<byte> content)
    {
        using var writer = BeginResult(kind, key);
        writer.Content.Write(content);
        writer.Commit();
    }

    /// <summary>Begins to keep a derived result that is written piece by piece; see <see cref="TryReadResult"/>.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written.</exception>
    public ResultWriter BeginResult(string kind, Digest key) => new(_directory, new ResultName(key, kind));

    /// <summary>Opens a catalogue, and has <paramref name="make"/> make it where there is none that is good and nobody else is making it.</summary>
    /// <exception cref="BothyException">It cannot be made.</exception>
    public Catalogue OpenOrMakeCatalogue(Digest source, string kind, Func<Catalogue> make, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(make);
        return TryOpenIntactCatalogue(source, kind) ?? MakeOnce();

        Catalogue MakeOnce()
        {
            using var claim = Claim($"catalogue {source} {kind}", cancellationToken);
            return TryOpenIntactCatalogue(source, kind) ?? make();
        }
    }

    /// <summary>Opens a catalogue as <see cref="TryOpenCatalogue"/> does, or returns null also where it was damaged: it is gone, and can be made again.</summary>
    public Catalogue? TryOpenIntactCatalogue(Digest source, string kind)
    {
        try
        {
            return TryOpenCatalogue(source, kind);
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    private DamagedItemException Damaged(Digest digest) => _directory.Damaged(_directory.Blob(digest), digest.ToString(), "its bytes have another digest");

    private void RemoveFile(string path) => _directory.Translated(() =>
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // A store that was never written has nothing to remove.
        }

        return true;
    });
}
