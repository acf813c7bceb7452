using System.Collections.Immutable;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>The symbols that the loader binds: what a file defines, by their hashes, and what it leaves to others, by name.</summary>
internal sealed class ElfSymbols
{
    private const int MaxSymbols = 1 << 22;
    private const ulong HashTable = 4;
    private const ulong SymbolTable = 6;
    private const ulong GnuHashTable = 0x6ffffef5;
    private const int Global = 1;
    private const int Weak = 2;
    private const int Unique = 10;
    private const int NoType = 0;
    private const int Function = 2;
    private const int IndirectFunction = 10;

    private readonly ElfBytes _bytes;
    private readonly bool _wide;
    private readonly ulong _table;
    private List<uint> _hashes = [];
    private int _firstHashed = int.MaxValue;
    private int _count;

    private ElfSymbols(ElfBytes bytes, bool wide, ulong table)
    {
        _bytes = bytes;
        _wide = wide;
        _table = table;
    }

    private int EntrySize => _wide ? 24 : 16;

    private List<uint> Defined { get; } = [];

    private List<(byte[] Name, bool IsStrong, bool IsFunction)> Undefined { get; } = [];

    /// <summary>The symbols of a file; null where it has no table of them.</summary>
    /// <exception cref="MalformedDataException">A table reaches past the end of the file, or holds more than a file can have.</exception>
    public static ElfSymbols? Read(ElfBytes bytes, ElfDynamic dynamic, bool wide, int machine)
    {
        if (dynamic.Table(SymbolTable, "the table of symbols") is not { } table)
        {
            return null;
        }

        var symbols = new ElfSymbols(bytes, wide, table);
        if (dynamic.Table(GnuHashTable, "the table of hashes") is { } gnu)
        {
            symbols.ReadGnuHash(gnu, dynamic);
        }
        else if (dynamic.Table(HashTable, "the table of hashes") is { } hash)
        {
            // IBM Z alone has entries of 8 bytes in it.
            symbols._count = wide && machine == ElfMachine.S390
                ? symbols.Checked(bytes.U64(bytes.Read(hash, 16, "the table of hashes"), 8))
                : symbols.Checked(bytes.U32(bytes.Read(hash, 8, "the table of hashes"), 4));
            symbols._firstHashed = 0;
        }

        symbols.ReadTable(dynamic, fromNames: symbols._firstHashed == 0);
        return symbols;
    }

    public ElfFacts AddTo(ElfFacts facts)
    {
        bool fortified = false;
        bool unfortified = false;
        bool protector = false;
        foreach (var (name, _, isFunction) in Undefined)
        {
            protector |= name.AsSpan().SequenceEqual("__stack_chk_fail"u8);
            if (isFunction)
            {
                fortified |= ElfFortifiedFunctions.IsChecking(name);
                unfortified |= ElfFortifiedFunctions.IsCheckable(name);
            }
        }

        var defined = Defined.Count == 0 ? ElfSymbolSet.Empty : new ElfSymbolSet(Defined);
        return facts with
        {
            DefinedSymbols = defined,
            UndefinedSymbols = [.. Undefined.Where(symbol => symbol.IsStrong).Select(symbol => Encoding.UTF8.GetString(symbol.Name))],
            // A C library calls its own, by another name that nobody sees.
            HasStackProtector = protector ? true : Undefined.Count == 0 || defined.Contains("__stack_chk_fail") ? null : false,
            Fortify = (fortified, unfortified) switch
            {
                (true, false) => ElfFortify.All,
                (true, true) => ElfFortify.Some,
                (false, true) => ElfFortify.None,
                _ => ElfFortify.Unknown,
            },
        };
    }

    private int Checked(ulong count) =>
        count <= MaxSymbols ? (int)count : throw _bytes.Malformed(_table, FormattableString.Invariant($"more than {MaxSymbols} symbols"));

    // The chains hold the hash of each symbol that is defined, in the order of the symbols, which are the last. The end of a chain
    // has its lowest bit set; the chain that begins last ends the table.
    private void ReadGnuHash(ulong at, ElfDynamic dynamic)
    {
        byte[] head = _bytes.Read(at, 16, "the table of hashes");
        int buckets = Checked(_bytes.U32(head, 0));
        uint first = _bytes.U32(head, 4);
        ulong bucketsAt = at + 16 + ((ulong)Checked(_bytes.U32(head, 8)) * (_wide ? 8UL : 4UL));
        byte[] table = _bytes.Read(bucketsAt, 4 * buckets, "the table of hashes");
        uint last = 0;
        for (int i = 0; i < buckets; i++)
        {
            last = Math.Max(last, _bytes.U32(table, 4 * i));
        }

        if (last < first || last == 0)
        {
            // Nothing is defined, and so nothing tells how many symbols there are.
            _count = Checked((dynamic.EndOf(_table) - _table) / (ulong)EntrySize);
            return;
        }

        ulong chains = bucketsAt + (4UL * (ulong)buckets);
        int known = Checked(last - first + 1UL);
        byte[] start = _bytes.Read(chains, 4 * known, "the chains of hashes");
        var hashes = new List<uint>(known + 8);
        for (int i = 0; i < known; i++)
        {
            hashes.Add(_bytes.U32(start, 4 * i));
        }

        while ((hashes[^1] & 1) == 0)
        {
            hashes.Add(_bytes.U32(_bytes.Read(chains + (4UL * (ulong)hashes.Count), 4, "the chains of hashes"), 0));
            Checked((ulong)hashes.Count);
        }

        _hashes = hashes;
        _firstHashed = Math.Max(1, Checked(first));
        _count = Checked(first + (ulong)hashes.Count);
    }

    private void ReadTable(ElfDynamic dynamic, bool fromNames)
    {
        if (_count <= 1)
        {
            return;
        }

        byte[] table = _bytes.Read(_table, checked(_count * EntrySize), "the table of symbols");
        byte[] strings = dynamic.Strings();
        for (int i = 1; i < _count; i++)
        {
            int at = i * EntrySize;
            bool isDefined = _bytes.U16(table, at + (_wide ? 6 : 14)) != 0;
            if (isDefined && i >= _firstHashed && !fromNames)
            {
                Defined.Add(_hashes[i - _firstHashed]);
                continue;
            }

            uint nameAt = _bytes.U32(table, at);
            int info = table[at + (_wide ? 4 : 12)];
            if (info >> 4 is not (Global or Weak or Unique) || nameAt == 0 || nameAt >= strings.Length)
            {
                continue;
            }

            var name = strings.AsSpan((int)nameAt);
            name = name[..Math.Max(0, name.IndexOf((byte)0))];
            if (isDefined && fromNames)
            {
                Defined.Add(ElfSymbolSet.Hash(name));
            }
            else if (!isDefined && name.Length > 0)
            {
                Undefined.Add((name.ToArray(), info >> 4 == Global, (info & 15) is NoType or Function or IndirectFunction));
            }
        }
    }
}
