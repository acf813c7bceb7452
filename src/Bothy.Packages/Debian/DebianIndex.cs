using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Bothy.Packages.Indexes;
using Bothy.Store;

namespace Bothy.Packages.Debian;

/// <summary>
/// The packages of one index (a Packages file), found by name or by what they provide. The stanzas are kept as bytes, in
/// memory or in the store; one becomes a <see cref="DebianPackage"/> when it is first asked for. Safe for use by several threads.
/// </summary>
public sealed class DebianIndex
{
    internal const int NameTable = 0;
    internal const int ProvidedTable = 1;
    internal const int Tables = 2;

    /// <summary>The facts of its <see cref="CompactIndex"/>: the length of the text.</summary>
    internal const int FactsSize = sizeof(long);

    private const int BlockSize = 512 * 1024;
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly CompactIndex _index;
    private readonly DebianPackage?[] _packages;

    internal DebianIndex(CompactIndex index, DebianIndexOrigin origin)
    {
        _index = index;
        _packages = new DebianPackage?[index.Count];
        Origin = origin;
    }

    /// <summary>Where the index comes from.</summary>
    public DebianIndexOrigin Origin { get; }

    /// <summary>How many packages it lists; those of foreign architectures are not among them.</summary>
    public int Count => _index.Count;

    /// <summary>Every package in file order. Makes an object of each: for reports and tests, not for solving.</summary>
    public IEnumerable<DebianPackage> Packages => Enumerable.Range(0, Count).Select(At);

    /// <summary>The length of the Packages file that it was made from, decompressed.</summary>
    internal long TextLength => _index.Facts.Length == FactsSize
        ? BinaryPrimitives.ReadInt64LittleEndian(_index.Facts.Span)
        : throw _index.Damaged("it lacks the length of its text");

    /// <summary>Reads the decompressed text of a Packages file.</summary>
    /// <exception cref="MalformedDataException">It is not one; packages whose fields are wrong are found out when they are asked for.</exception>
    public static DebianIndex Read(ReadOnlySpan<byte> text, DebianIndexOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var scanner = new DebianIndexScanner(origin, keeper: null);
        int scanned = scanner.Scan(text);
        return scanner.Finish(text[scanned..]);
    }

    /// <summary>
    /// Reads the decompressed text of a Packages file from <paramref name="text"/> to its end. The next block is read, and so
    /// decompressed, on another thread while one is scanned.
    /// </summary>
    /// <exception cref="MalformedDataException">As <see cref="Read(ReadOnlySpan{byte}, DebianIndexOrigin)"/>, or a line is longer than 4 MiB.</exception>
    public static Task<DebianIndex> ReadAsync(Stream text, DebianIndexOrigin origin, CancellationToken cancellationToken) =>
        ReadAsync(text, origin, keeper: null, cancellationToken);

    /// <summary>Reads and, on the way, hands everything to <paramref name="keeper"/>.</summary>
    internal static async Task<DebianIndex> ReadAsync(Stream text, DebianIndexOrigin origin, IndexKeeper? keeper, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(origin);
        var scanner = new DebianIndexScanner(origin, keeper);
        byte[] current = new byte[BlockSize];
        byte[] other = new byte[BlockSize];
        int filled = await text.ReadAtLeastAsync(current, BlockSize, throwOnEndOfStream: false, cancellationToken);
        bool ended = filled < BlockSize;
        while (!ended)
        {
            // A line cut off at the end of a block is carried over to the front of the next one.
            int carried = filled - (current.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1);
            if (carried > other.Length / 2)
            {
                other = carried < LongestLine
                    ? new byte[other.Length * 2]
                    : throw scanner.Malformed(0, "a line is longer than 4 MiB");
            }

            current.AsSpan(filled - carried, carried).CopyTo(other);
            var (target, wanted) = (other.AsMemory(carried), other.Length - carried);
            var reading = Task.Run(
                async () => await text.ReadAtLeastAsync(target, wanted, throwOnEndOfStream: false, cancellationToken),
                cancellationToken);
            try
            {
                scanner.Scan(current.AsSpan(0, filled - carried));
            }
            finally
            {
                // Also when the scanner throws: nobody may dispose a stream that is being read.
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            int read = await reading;
            ended = read < wanted;
            filled = carried + read;
            (current, other) = (other, current);
        }

        int scanned = scanner.Scan(current.AsSpan(0, filled));
        return scanner.Finish(current.AsSpan(scanned, filled - scanned));
    }

    /// <summary>Which index of a source it is for the store: foreign packages are left out, so it depends on the architecture.</summary>
    internal static string KindFor(DebianIndexOrigin origin) => $"debian-{origin.Architecture}";

    /// <summary>Opens what the store has of an index that was read before; null where it has nothing.</summary>
    /// <param name="store">Where to look.</param>
    /// <param name="source">The digest of the file, compressed as it was fetched.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <exception cref="DamagedItemException">It is damaged, as far as opening tells; it was removed.</exception>
    internal static DebianIndex? TryOpen(ContentStore store, Digest source, DebianIndexOrigin origin) =>
        CompactIndex.TryOpen(store, KindFor(origin), source, Tables) is { } index ? new DebianIndex(index, origin) : null;

    /// <summary>The packages named <paramref name="name"/>, in file order.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<DebianPackage> Named(string name) => Collect(NameTable, name);

    /// <summary>The packages that provide <paramref name="name"/>, in file order.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<DebianPackage> Providing(string name) => Collect(ProvidedTable, name);

    /// <summary>The names of all packages, each once, in file order.</summary>
    internal IEnumerable<string> Names()
    {
        string? last = null;
        for (int i = 0; i < Count; i++)
        {
            string name = Encoding.UTF8.GetString(DebianStanzaBytes.Name(WholeStanza(i)));
            if (name != last)
            {
                yield return name;
            }

            last = name;
        }
    }

    private ImmutableArray<DebianPackage> Collect(int table, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > byte.MaxValue)
        {
            return [];
        }

        Span<byte> bytes = stackalloc byte[byte.MaxValue * 3];
        return [.. _index.Find(table, bytes[..Encoding.UTF8.GetBytes(name, bytes)]).Select(At)];
    }

    private DebianPackage At(int number)
    {
        if (_packages[number] is { } known)
        {
            return known;
        }

        var package = new DebianIndexStanza(WholeStanza(number), Origin).ToPackage();
        return Interlocked.CompareExchange(ref _packages[number], package, null) ?? package;
    }

    private ReadOnlySpan<byte> WholeStanza(int number)
    {
        var stanza = _index.Stanza(number).Span;
        return DebianStanzaBytes.IsWhole(stanza) ? stanza : throw _index.Damaged("a stanza of it is not whole");
    }
}
