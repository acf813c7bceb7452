using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Bothy.Packages.Indexes;
using Bothy.Store;

namespace Bothy.Packages.Alpine;

/// <summary>
/// An index read from its text, <c>APKINDEX</c>, or the package part of an installed database. The text is looked through once for
/// the names in it, and what was found is kept in the store; a stanza becomes a package when it is asked for.
/// </summary>
public sealed class ApkIndex : IApkIndex
{
    internal const int NameTable = 0;
    internal const int ProvidedTable = 1;
    internal const int ConditionTable = 2;
    internal const int Tables = 3;

    /// <summary>Which index of a source it is for the store.</summary>
    internal const string Kind = "apk";

    private readonly CompactIndex _index;
    private readonly ApkPackage?[] _packages;

    internal ApkIndex(CompactIndex index, ApkIndexOrigin origin)
    {
        _index = index;
        _packages = new ApkPackage?[index.Count];
        Origin = origin;
    }

    /// <inheritdoc />
    public ApkIndexOrigin Origin { get; }

    /// <inheritdoc />
    public int Count => _index.Count;

    /// <inheritdoc />
    public ApkPackage this[int entry]
    {
        get
        {
            if (_packages[entry] is { } known)
            {
                return known;
            }

            var stanza = Stanza(entry);
            var package = new ApkStanza(Origin, BinaryPrimitives.ReadInt64LittleEndian(stanza)).Read(stanza[ApkIndexScanner.LinesAt..]);
            return Interlocked.CompareExchange(ref _packages[entry], package, null) ?? package;
        }
    }

    /// <summary>Reads the text of an index.</summary>
    /// <exception cref="MalformedDataException">It is none; packages whose fields are wrong are found out when they are asked for.</exception>
    public static ApkIndex Read(ReadOnlyMemory<byte> text, ApkIndexOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        return new ApkIndexScanner(origin, installed: false, keeper: null).Scan(text.Span);
    }

    /// <summary>Reads the packages of an installed database (<c>lib/apk/db/installed</c>); the files it lists are passed over.</summary>
    /// <exception cref="MalformedDataException">As <see cref="Read(ReadOnlyMemory{byte}, ApkIndexOrigin)"/>.</exception>
    public static ApkIndex ReadInstalled(ReadOnlyMemory<byte> text, string architecture) =>
        new ApkIndexScanner(new ApkIndexOrigin("installed", architecture, null), installed: true, keeper: null).Scan(text.Span);

    /// <summary>Opens what <paramref name="store"/> has of an index that was read before, else reads its text and keeps what comes of it.</summary>
    /// <param name="store">Where to look and to keep.</param>
    /// <param name="source">The digest of the file that the text is from. It must have been verified.</param>
    /// <param name="text">Gives the text, where it is needed.</param>
    /// <param name="origin">Where the index comes from.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DamagedItemException">What the store has is damaged, as far as opening tells; it was removed. Asking for packages can throw this too.</exception>
    /// <exception cref="MalformedDataException">The text is no index; packages whose fields are wrong are found out when they are asked for.</exception>
    /// <exception cref="BothyException">The store cannot be written.</exception>
    public static async Task<ApkIndex> OpenAsync(
        ContentStore store, Digest source, Func<ReadOnlyMemory<byte>> text, ApkIndexOrigin origin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(origin);
        if (CompactIndex.TryOpen(store, Kind, source, Tables) is { } known)
        {
            return new ApkIndex(known, origin);
        }

        await using var keeper = new IndexKeeper(store, Kind, source);
        var read = await Task.Run(() => new ApkIndexScanner(origin, installed: false, keeper).Scan(text().Span), cancellationToken);
        await keeper.CommitAsync();
        return read;
    }

    /// <inheritdoc />
    public ReadOnlySpan<int> Named(string name) => Find(NameTable, name);

    /// <inheritdoc />
    public ReadOnlySpan<int> Providing(string name) => Find(ProvidedTable, name);

    /// <inheritdoc />
    public ReadOnlySpan<int> InstalledIf(string name) => Find(ConditionTable, name);

    /// <inheritdoc />
    public IEnumerable<string> Names()
    {
        for (int entry = 0; entry < Count; entry++)
        {
            var name = ApkIndexScanner.NameIn(Stanza(entry)[ApkIndexScanner.LinesAt..]);
            yield return Encoding.UTF8.GetString(name);
        }
    }

    private ReadOnlySpan<int> Find(int table, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > ApkStanzaSplitter.LongestName)
        {
            return [];
        }

        Span<byte> bytes = stackalloc byte[ApkStanzaSplitter.LongestName * 3];
        return CollectionsMarshal.AsSpan(_index.Find(table, bytes[..Encoding.UTF8.GetBytes(name, bytes)]));
    }

    private ReadOnlySpan<byte> Stanza(int entry)
    {
        var stanza = _index.Stanza(entry).Span;
        return stanza.Length > ApkIndexScanner.LinesAt ? stanza : throw _index.Damaged("a stanza of it is too short");
    }
}
