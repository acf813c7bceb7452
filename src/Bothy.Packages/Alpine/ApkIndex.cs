using System.Runtime.InteropServices;
using System.Text;

namespace Bothy.Packages.Alpine;

/// <summary>
/// An index read from its text, <c>APKINDEX</c>, or the package part of an installed database. The text is looked through once for
/// the names in it; a stanza becomes a package when it is asked for.
/// </summary>
public sealed class ApkIndex : IApkIndex
{
    private const int LongestText = 512 * 1024 * 1024;
    private const int LongestStanza = 16 * 1024 * 1024;

    private readonly ReadOnlyMemory<byte> _text;
    private readonly bool _installed;
    private readonly List<(int Position, int Length)> _stanzas = [];
    private readonly Dictionary<string, List<int>> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _provided = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _triggers = new(StringComparer.Ordinal);
    private readonly ApkPackage?[] _packages;

    private ApkIndex(ReadOnlyMemory<byte> text, ApkIndexOrigin origin, bool installed)
    {
        Origin = origin;
        _text = text;
        _installed = installed;
        var reader = new ApkStanzaSplitter(text.Span);
        while (reader.MoveNext())
        {
            if (reader.Length > LongestStanza)
            {
                throw Malformed(reader.Position, "a package's stanza is longer than 16 MiB");
            }

            Note(text.Span.Slice(reader.Position, reader.Length), reader.Position);
        }

        _packages = new ApkPackage?[_stanzas.Count];
    }

    /// <inheritdoc />
    public ApkIndexOrigin Origin { get; }

    /// <inheritdoc />
    public int Count => _stanzas.Count;

    /// <inheritdoc />
    public ApkPackage this[int entry]
    {
        get
        {
            if (_packages[entry] is { } known)
            {
                return known;
            }

            var (position, length) = _stanzas[entry];
            var package = new ApkStanza(Origin, position).Read(_text.Span.Slice(position, length), _installed);
            return Interlocked.CompareExchange(ref _packages[entry], package, null) ?? package;
        }
    }

    /// <summary>Reads the text of an index. It is kept, and must not change.</summary>
    /// <exception cref="MalformedDataException">It is none; packages whose fields are wrong are found out when they are asked for.</exception>
    public static ApkIndex Read(ReadOnlyMemory<byte> text, ApkIndexOrigin origin) => Read(text, origin, installed: false);

    /// <summary>Reads the packages of an installed database (<c>lib/apk/db/installed</c>); the files it lists are passed over.</summary>
    /// <exception cref="MalformedDataException">As <see cref="Read(ReadOnlyMemory{byte}, ApkIndexOrigin)"/>.</exception>
    public static ApkIndex ReadInstalled(ReadOnlyMemory<byte> text, string architecture) =>
        Read(text, new ApkIndexOrigin("installed", architecture, null), installed: true);

    /// <inheritdoc />
    public ReadOnlySpan<int> Named(string name) => Find(_named, name);

    /// <inheritdoc />
    public ReadOnlySpan<int> Providing(string name) => Find(_provided, name);

    /// <inheritdoc />
    public ReadOnlySpan<int> InstalledIf(string name) => Find(_triggers, name);

    /// <inheritdoc />
    public IEnumerable<string> Names() => _named.Keys;

    private static ApkIndex Read(ReadOnlyMemory<byte> text, ApkIndexOrigin origin, bool installed)
    {
        ArgumentNullException.ThrowIfNull(origin);
        return text.Length <= LongestText
            ? new ApkIndex(text, origin, installed)
            : throw new MalformedDataException($"the package index {origin}", LongestText, "it is larger than 512 MiB");
    }

    private static ReadOnlySpan<int> Find(Dictionary<string, List<int>> table, string name) =>
        table.TryGetValue(name, out var entries) ? CollectionsMarshal.AsSpan(entries) : [];

    // A word is a name up to what bounds its version; a conflict among conditions triggers nothing.
    private static void NoteWords(Dictionary<string, List<int>> table, ReadOnlySpan<byte> words, int entry)
    {
        var lookup = table.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> buffer = stackalloc char[ApkStanzaSplitter.LongestName];
        foreach (var range in words.Split((byte)' '))
        {
            var word = words[range];
            int end = word.IndexOfAny("<>=~@"u8);
            word = end < 0 ? word : word[..end];
            if (!word.IsEmpty && word[0] != '!' && word.Length <= buffer.Length)
            {
                Add(lookup, buffer[..Encoding.UTF8.GetChars(word, buffer)], entry);
            }
        }
    }

    private static void Add(Dictionary<string, List<int>>.AlternateLookup<ReadOnlySpan<char>> table, ReadOnlySpan<char> name, int entry)
    {
        ref var entries = ref CollectionsMarshal.GetValueRefOrAddDefault(table, name, out _);
        entries ??= new List<int>(1);
        if (entries.Count == 0 || entries[^1] != entry)
        {
            entries.Add(entry);
        }
    }

    private void Note(ReadOnlySpan<byte> stanza, int position)
    {
        int entry = _stanzas.Count;
        bool named = false;
        foreach (var range in stanza.Split((byte)'\n'))
        {
            var line = stanza[range];
            if (line.Length < 2 || line[1] != ':')
            {
                throw Malformed(position, "a line is not a letter, a colon and a value");
            }

            switch (line[0])
            {
                case (byte)'P' when !named && line.Length - 2 <= ApkStanzaSplitter.LongestName:
                    NoteWords(_named, line[2..], entry);
                    named = true;
                    break;
                case (byte)'p':
                    NoteWords(_provided, line[2..], entry);
                    break;
                case (byte)'i':
                    NoteWords(_triggers, line[2..], entry);
                    break;
            }
        }

        if (!named)
        {
            throw Malformed(position, "a package lacks a name");
        }

        _stanzas.Add((position, stanza.Length));
    }

    private MalformedDataException Malformed(long offset, string problem) => new($"the package index {Origin}", offset, problem);
}
