using System.Collections.Immutable;
using System.Text;

namespace Bothy.Packages.Debian;

/// <summary>
/// The packages of one index (a Packages file), found by name or by what they provide. The whole index is kept as compact text;
/// a stanza becomes a <see cref="DebianPackage"/> when it is first asked for. Safe for use by several threads.
/// </summary>
public sealed class DebianIndex
{
    private const int BlockSize = 512 * 1024;
    private const int LongestLine = 4 * 1024 * 1024;

    private readonly DebianIndexText _text;
    private readonly DebianStanza[] _stanzas;
    private readonly DebianIndexNames _names;
    private readonly DebianIndexNames _provided;
    private readonly DebianPackage?[] _packages;

    internal DebianIndex(DebianIndexOrigin origin, DebianIndexText text, DebianStanza[] stanzas, DebianIndexNames names, DebianIndexNames provided)
    {
        Origin = origin;
        _text = text;
        _stanzas = stanzas;
        _names = names;
        _provided = provided;
        _packages = new DebianPackage?[stanzas.Length];
    }

    /// <summary>Where the index comes from.</summary>
    public DebianIndexOrigin Origin { get; }

    /// <summary>How many packages it lists; those of foreign architectures are not among them.</summary>
    public int Count => _stanzas.Length;

    /// <summary>Every package in file order. Makes an object of each: for reports and tests, not for solving.</summary>
    public IEnumerable<DebianPackage> Packages => Enumerable.Range(0, Count).Select(At);

    /// <summary>Reads the decompressed text of a Packages file.</summary>
    /// <exception cref="MalformedDataException">It is not one; packages whose fields are wrong are found out when they are asked for.</exception>
    public static DebianIndex Read(ReadOnlySpan<byte> text, DebianIndexOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var scanner = new DebianIndexScanner(origin);
        int scanned = scanner.Scan(text);
        return scanner.Finish(text[scanned..]);
    }

    /// <summary>
    /// Reads the decompressed text of a Packages file from <paramref name="text"/> to its end. The next block is read, and so
    /// decompressed, on another thread while one is scanned.
    /// </summary>
    /// <exception cref="MalformedDataException">As <see cref="Read(ReadOnlySpan{byte}, DebianIndexOrigin)"/>, or a line is longer than 4 MiB.</exception>
    public static async Task<DebianIndex> ReadAsync(Stream text, DebianIndexOrigin origin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(origin);
        var scanner = new DebianIndexScanner(origin);
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

    /// <summary>The packages named <paramref name="name"/>, in file order.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<DebianPackage> Named(string name) => Collect(_names, name);

    /// <summary>The packages that provide <paramref name="name"/>, in file order.</summary>
    /// <exception cref="MalformedDataException">A field of one of them is wrong.</exception>
    public ImmutableArray<DebianPackage> Providing(string name) => Collect(_provided, name);

    /// <summary>The names of all packages, each once, in file order.</summary>
    internal IEnumerable<string> Names()
    {
        string? last = null;
        foreach (var stanza in _stanzas)
        {
            string name = Encoding.UTF8.GetString(_text.Name(stanza.Position));
            if (name != last)
            {
                yield return name;
            }

            last = name;
        }
    }

    private ImmutableArray<DebianPackage> Collect(DebianIndexNames names, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > byte.MaxValue)
        {
            return [];
        }

        Span<byte> bytes = stackalloc byte[byte.MaxValue * 3];
        var found = ImmutableArray.CreateBuilder<DebianPackage>();
        foreach (int stanza in names.Find(bytes[..Encoding.UTF8.GetBytes(name, bytes)]))
        {
            var package = At(stanza);
            if (found.Count == 0 || found[^1] != package)
            {
                found.Add(package);
            }
        }

        return found.DrainToImmutable();
    }

    private DebianPackage At(int index)
    {
        if (_packages[index] is { } known)
        {
            return known;
        }

        var stanza = _stanzas[index];
        var fields = new DebianIndexStanza(_text.Fields(stanza.Position, stanza.Length), Origin, stanza.Offset);
        return Interlocked.CompareExchange(ref _packages[index], fields.ToPackage(), null) ?? _packages[index]!;
    }
}
