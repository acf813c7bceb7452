using System.Collections.Immutable;

namespace Bothy.Formats.Elf;

/// <summary>The table that the loader works from, with the strings it refers to.</summary>
internal sealed class ElfDynamic
{
    private const int MaxEntries = 65536;
    private const int MaxVersions = 65536;
    private const int MaxStrings = 256 << 20;
    private const int Needed = 1;
    private const int StringTable = 5;
    private const int StringTableSize = 10;
    private const int SoName = 14;
    private const int RPath = 15;
    private const int TextRelocations = 22;
    private const int BindNow = 24;
    private const int RunPath = 29;
    private const int Flags = 30;
    private const int Flags1 = 0x6ffffffb;
    private const int VersionDefinitions = 0x6ffffffc;
    private const int VersionDefinitionCount = 0x6ffffffd;
    private const int VersionNeeds = 0x6ffffffe;
    private const int VersionNeedCount = 0x6fffffff;
    private const ulong FlagTextRelocations = 0x4;
    private const ulong FlagBindNow = 0x8;
    private const ulong Flag1Now = 0x1;
    private const ulong Flag1Pie = 0x08000000;
    private const int WeakVersion = 0x2;

    private readonly ElfBytes _bytes;
    private readonly ImmutableArray<ElfSegment> _segments;
    private readonly List<(ulong Tag, ulong Value)> _entries = [];
    private readonly bool _wide;
    private ulong _strings;
    private ulong _stringsEnd;

    private ElfDynamic(ElfBytes bytes, ImmutableArray<ElfSegment> segments, bool wide)
    {
        _bytes = bytes;
        _segments = segments;
        _wide = wide;
    }

    public static ElfDynamic Read(ElfBytes bytes, ImmutableArray<ElfSegment> segments, ElfSegment segment, bool wide)
    {
        var dynamic = new ElfDynamic(bytes, segments, wide);
        int size = wide ? 16 : 8;
        if (segment.Size > (ulong)(MaxEntries * size))
        {
            throw bytes.Malformed(segment.Offset, FormattableString.Invariant($"more than {MaxEntries} dynamic entries"));
        }

        byte[] table = bytes.Read(segment.Offset, (int)segment.Size, "the dynamic entries");
        for (int at = 0; at + size <= table.Length; at += size)
        {
            ulong tag = wide ? bytes.U64(table, at) : bytes.U32(table, at);
            if (tag == 0)
            {
                break;
            }

            dynamic._entries.Add((tag, wide ? bytes.U64(table, at + 8) : bytes.U32(table, at + 4)));
        }

        if (dynamic.Find(StringTable) is { } address)
        {
            dynamic._strings = dynamic.OffsetOf(address, "the table of strings");
            ulong length = dynamic.Find(StringTableSize) ?? (ulong)bytes.Length;
            dynamic._stringsEnd = dynamic._strings + Math.Min(length, (ulong)bytes.Length - Math.Min(dynamic._strings, (ulong)bytes.Length));
        }

        return dynamic;
    }

    public ElfFacts AddTo(ElfFacts facts, bool relro)
    {
        bool now = Find(BindNow) is not null || Has(Flags, FlagBindNow) || Has(Flags1, Flag1Now);
        string? soName = OptionalText(SoName);
        var dynamic = facts with
        {
            IsDynamic = true,
            SoName = soName,
            Needed = [.. _entries.Where(entry => entry.Tag == Needed).Select(entry => Text(entry.Value))],
            RPath = OptionalText(RPath),
            RunPath = OptionalText(RunPath),
            VersionNeeds = ReadNeeds(),
            VersionDefinitions = ReadDefinitions(),
            BindsNow = now,
            Relro = relro ? now ? ElfRelro.Full : ElfRelro.Partial : ElfRelro.None,
            HasTextRelocations = Find(TextRelocations) is not null || Has(Flags, FlagTextRelocations),
            // Linkers before binutils 2.26 did not set the flag; then a program is told from a library by its loader.
            IsPositionIndependentExecutable = facts.Type == ElfType.Shared && (Has(Flags1, Flag1Pie) || (facts.Interpreter is not null && soName is null)),
        };
        return ElfSymbols.Read(_bytes, this, _wide, facts.Machine) is { } symbols ? symbols.AddTo(dynamic) : dynamic;
    }

    /// <summary>The offset in the file of the table whose address is the value of <paramref name="tag"/>; null where there is none.</summary>
    public ulong? Table(ulong tag, string what) => Find(tag) is { } address ? OffsetOf(address, what) : null;

    /// <summary>The offset at which the table at <paramref name="start"/> has ended at the latest: where another begins, or its segment ends.</summary>
    public ulong EndOf(ulong start)
    {
        var segment = _segments.First(segment => segment.Type == ElfSegment.Load && start >= segment.Offset && start < segment.End);
        var tables = _entries
            .Where(static entry => entry.Tag is >= 4 and <= 8 or >= 17 and <= 36 or >= 0x6ffffe00)
            .Select(entry => segment.OffsetOf(entry.Value))
            .OfType<ulong>()
            .Where(offset => offset > start);
        return tables.Append(segment.End).Min();
    }

    /// <summary>The table of strings, whole.</summary>
    public byte[] Strings() => _stringsEnd - _strings is var length && length <= MaxStrings
        ? _bytes.Read(_strings, (int)length, "the table of strings")
        : throw _bytes.Malformed(_strings, FormattableString.Invariant($"a table of strings of more than {MaxStrings} bytes"));

    private bool Has(ulong tag, ulong flag) => ((Find(tag) ?? 0) & flag) != 0;

    private ulong? Find(ulong tag)
    {
        foreach (var (found, value) in _entries)
        {
            if (found == tag)
            {
                return value;
            }
        }

        return null;
    }

    private string? OptionalText(ulong tag) => Find(tag) is { } offset ? Text(offset) : null;

    private string Text(ulong offset) =>
        offset < _stringsEnd - _strings
            ? _bytes.Text(_strings + offset, _stringsEnd, "a string")
            : throw _bytes.Malformed(_strings, FormattableString.Invariant($"a string at {offset} of its table, which is shorter"));

    private ulong OffsetOf(ulong address, string what)
    {
        foreach (var segment in _segments)
        {
            if (segment.OffsetOf(address) is { } offset)
            {
                return offset;
            }
        }

        throw _bytes.Malformed(0, FormattableString.Invariant($"{what} is at address {address:x}, which no segment loads"));
    }

    private ImmutableArray<ElfVersionNeed> ReadNeeds()
    {
        if (Find(VersionNeeds) is not { } address)
        {
            return [];
        }

        var needs = ImmutableArray.CreateBuilder<ElfVersionNeed>();
        ulong at = OffsetOf(address, "the table of needed versions");
        int left = MaxVersions;
        for (ulong i = 0, count = Find(VersionNeedCount) ?? 0; i < count; i++)
        {
            byte[] need = _bytes.Read(at, 16, "the needed versions");
            var versions = ImmutableArray.CreateBuilder<string>();
            var weak = ImmutableArray.CreateBuilder<string>();
            ulong aux = at + _bytes.U32(need, 8);
            for (int j = _bytes.U16(need, 2); j > 0; j--)
            {
                CheckCount(ref left, aux);
                byte[] version = _bytes.Read(aux, 16, "a needed version");
                bool isWeak = (_bytes.U16(version, 4) & WeakVersion) != 0;
                (isWeak ? weak : versions).Add(Text(_bytes.U32(version, 8)));
                aux += _bytes.U32(version, 12);
            }

            CheckCount(ref left, at);
            needs.Add(new ElfVersionNeed(Text(_bytes.U32(need, 4)), versions.ToImmutable()) { WeakVersions = weak.ToImmutable() });
            at += _bytes.U32(need, 12);
        }

        return needs.ToImmutable();
    }

    private ImmutableArray<string> ReadDefinitions()
    {
        if (Find(VersionDefinitions) is not { } address)
        {
            return [];
        }

        var definitions = ImmutableArray.CreateBuilder<string>();
        ulong at = OffsetOf(address, "the table of defined versions");
        int left = MaxVersions;
        for (ulong i = 0, count = Find(VersionDefinitionCount) ?? 0; i < count; i++)
        {
            CheckCount(ref left, at);
            byte[] definition = _bytes.Read(at, 20, "the defined versions");
            bool isFile = (_bytes.U16(definition, 2) & 1) != 0;
            if (!isFile && _bytes.U16(definition, 6) > 0)
            {
                byte[] name = _bytes.Read(at + _bytes.U32(definition, 12), 8, "a defined version");
                definitions.Add(Text(_bytes.U32(name, 0)));
            }

            at += _bytes.U32(definition, 16);
        }

        return definitions.ToImmutable();
    }

    private void CheckCount(ref int left, ulong at)
    {
        if (--left < 0)
        {
            throw _bytes.Malformed(at, FormattableString.Invariant($"more than {MaxVersions} symbol versions"));
        }
    }
}
