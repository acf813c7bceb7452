using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bothy.Inspection.Advisories.Snapshots;

namespace Bothy.Inspection.Advisories;

/// <summary>
/// Gathers what sources say and makes a snapshot of it. The same sources make the same bytes, in whatever order they come. Not for
/// concurrent use.
/// </summary>
public sealed class AdvisorySnapshotBuilder
{
    private readonly List<SnapshotSource> _sources = [];
    private readonly List<(AdvisoryEntry Entry, int Source)> _entries = [];
    private readonly List<(AdvisoryFacts Facts, int Source)> _facts = [];

    /// <summary>The sources so far.</summary>
    public IReadOnlyList<SnapshotSource> Sources => _sources;

    /// <summary>Takes what a source says. What it says twice, or another source says in the same words, is kept once.</summary>
    /// <param name="source">The source; its counts are made to fit.</param>
    /// <param name="entries">What it says of packages.</param>
    /// <param name="facts">What it says of vulnerabilities.</param>
    public void Add(SnapshotSource source, IEnumerable<AdvisoryEntry> entries, IEnumerable<AdvisoryFacts>? facts = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(entries);
        int number = _sources.Count;
        (int before, int factsBefore) = (_entries.Count, _facts.Count);
        _entries.AddRange(entries.Select(entry => (entry, number)));
        _facts.AddRange((facts ?? []).Select(fact => (fact, number)));
        _sources.Add(source with { Entries = _entries.Count - before, Facts = _facts.Count - factsBefore });
    }

    /// <summary>Takes over what an earlier snapshot has from those of its sources that <paramref name="keep"/> accepts.</summary>
    /// <exception cref="BothyException">The snapshot is damaged.</exception>
    public void Keep(AdvisorySnapshot snapshot, Func<SnapshotSource, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(keep);
        int[] numbers = [.. snapshot.Sources.Select(source => keep(source) ? AddSource(source) : -1)];
        if (numbers.All(number => number < 0))
        {
            return;
        }

        foreach (var (entry, sources) in snapshot.AllEntries())
        {
            _entries.AddRange(sources.Where(source => numbers[source] >= 0).Select(source => (entry, numbers[source])));
        }

        foreach (var (facts, sources) in snapshot.AllFacts())
        {
            _facts.AddRange(sources.Where(source => numbers[source] >= 0).Select(source => (facts, numbers[source])));
        }
    }

    /// <summary>The snapshot as a file holds it.</summary>
    /// <exception cref="BothyException">It would have more than two gigabytes.</exception>
    public byte[] ToBytes()
    {
        var strings = new StringPool();
        var texts = new List<int>(_entries.Count * 8);
        int[] starts = new int[_entries.Count];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = texts.Count;
            EntryRecord.Collect(_entries[i].Entry, strings, texts);
        }

        int[] factNames = [.. _facts.Select(fact => strings.Add(fact.Facts.Id))];
        strings.Sort();

        // The order in which sources were added says nothing.
        ImmutableArray<SnapshotSource> sources = [.. _sources.Distinct().Order(SourceOrder.Instance)];
        int[] numbers = [.. _sources.Select(source => sources.IndexOf(source))];
        var sections = new ReadOnlyMemory<byte>[SnapshotFormat.SectionCount];
        (sections[(int)SnapshotSection.StringPlaces], sections[(int)SnapshotSection.StringBytes]) = strings.ToSections();
        WriteEntries(strings, texts, starts, numbers, sections, out var releases);
        WriteFacts(strings, factNames, numbers, sections);
        sections[(int)SnapshotSection.Sources] = SourcesRecord.Write(sources, releases);
        return Join(sections);
    }

    /// <summary>The snapshot, in memory.</summary>
    /// <exception cref="BothyException">It would have more than two gigabytes.</exception>
    public AdvisorySnapshot ToSnapshot() => AdvisorySnapshot.Open(ToBytes(), "a snapshot of advisories");

    private int AddSource(SnapshotSource source)
    {
        _sources.Add(source);
        return _sources.Count - 1;
    }

    private void WriteEntries(
        StringPool strings, List<int> texts, int[] starts, int[] numbers, ReadOnlyMemory<byte>[] sections, out ImmutableArray<KnownRelease> releases)
    {
        var bodies = new ArrayBufferWriter<byte>(1 << 16);
        var rows = new EntryRow[_entries.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            var (entry, source) = _entries[i];
            int start = bodies.WrittenCount;
            var own = CollectionsMarshal.AsSpan(texts)[starts[i]..];
            EntryRecord.Write(entry, strings, own, bodies);
            var package = new PackageKey((int)entry.Space, strings.Rank(own[0]), strings.Rank(own[1]));
            rows[i] = new EntryRow(package, strings.Rank(own[2]), start, bodies.WrittenCount - start, numbers[source], i);
        }

        var table = new RecordTable(bodies.WrittenMemory);
        table.Sort(rows);
        var packages = new ArrayBufferWriter<byte>();
        var records = new ArrayBufferWriter<byte>();
        var names = new List<(int Name, int Package)>();
        var counts = new SortedDictionary<(AdvisorySpace Space, string Release), int>(Comparer<(AdvisorySpace Space, string Release)>.Create(
            static (a, b) => a.Space != b.Space ? a.Space.CompareTo(b.Space) : string.CompareOrdinal(a.Release, b.Release)));
        for (int i = 0; i < rows.Length;)
        {
            var key = rows[i].Package;
            var first = _entries[rows[i].Entry].Entry;
            int package = packages.WrittenCount / SnapshotFormat.PackageRow;
            WriteRow(packages, [key.Space, key.Release, key.Name, records.WrittenCount]);
            int count = 0;
            for (; i < rows.Length && rows[i].Package == key; count++)
            {
                Name(rows[i].Entry, package);
                i = table.Write(rows, i, records);
            }

            var release = (first.Space, first.Release);
            counts[release] = counts.GetValueOrDefault(release) + count;
        }

        sections[(int)SnapshotSection.Packages] = packages.WrittenMemory;
        sections[(int)SnapshotSection.Entries] = records.WrittenMemory;
        (sections[(int)SnapshotSection.Names], sections[(int)SnapshotSection.Postings]) = WriteNames(names);
        releases = [.. counts.Select(pair => new KnownRelease(pair.Key.Space, pair.Key.Release, pair.Value))];

        // The name itself, its aliases and what it is about come first of its strings.
        void Name(int row, int package)
        {
            var own = CollectionsMarshal.AsSpan(texts)[(starts[row] + 2)..];
            foreach (int text in own[..(1 + _entries[row].Entry.Aliases.Length + _entries[row].Entry.Upstream.Length)])
            {
                names.Add((strings.Rank(text), package));
            }
        }
    }

    private static (ReadOnlyMemory<byte> Names, ReadOnlyMemory<byte> Postings) WriteNames(List<(int Name, int Package)> pairs)
    {
        pairs.Sort();
        var names = new ArrayBufferWriter<byte>();
        var postings = new ArrayBufferWriter<byte>();
        var packages = new List<int>();
        for (int i = 0; i < pairs.Count;)
        {
            int name = pairs[i].Name;
            packages.Clear();
            for (; i < pairs.Count && pairs[i].Name == name; i++)
            {
                if (packages.Count == 0 || packages[^1] != pairs[i].Package)
                {
                    packages.Add(pairs[i].Package);
                }
            }

            WriteRow(names, [name, postings.WrittenCount]);
            postings.Number(packages.Count);
            int before = 0;
            foreach (int package in packages)
            {
                postings.Number(package - before);
                before = package;
            }
        }

        return (names.WrittenMemory, postings.WrittenMemory);
    }

    private void WriteFacts(StringPool strings, int[] factNames, int[] numbers, ReadOnlyMemory<byte>[] sections)
    {
        var bodies = new ArrayBufferWriter<byte>(1 << 16);
        var rows = new EntryRow[_facts.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            var (facts, source) = _facts[i];
            int start = bodies.WrittenCount;
            FactsRecord.Write(facts, _sources[source].Feed, bodies);
            rows[i] = new EntryRow(default, strings.Rank(factNames[i]), start, bodies.WrittenCount - start, numbers[source], i);
        }

        var table = new RecordTable(bodies.WrittenMemory);
        table.Sort(rows);
        var names = new ArrayBufferWriter<byte>();
        var records = new ArrayBufferWriter<byte>();
        for (int i = 0; i < rows.Length;)
        {
            int name = rows[i].Id;
            WriteRow(names, [name, records.WrittenCount]);
            while (i < rows.Length && rows[i].Id == name)
            {
                i = table.Write(rows, i, records);
            }
        }

        sections[(int)SnapshotSection.FactNames] = names.WrittenMemory;
        sections[(int)SnapshotSection.Facts] = records.WrittenMemory;
    }

    private static void WriteRow(ArrayBufferWriter<byte> to, ReadOnlySpan<int> numbers)
    {
        var span = to.GetSpan(numbers.Length * sizeof(int));
        for (int i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[(i * sizeof(int))..], numbers[i]);
        }

        to.Advance(numbers.Length * sizeof(int));
    }

    private static byte[] Join(ReadOnlyMemory<byte>[] sections)
    {
        long length = SnapshotFormat.HeaderSize + sections.Sum(section => (long)section.Length) + SnapshotFormat.EndSize;
        if (length > Array.MaxLength)
        {
            throw new BothyException("cannot make a snapshot of advisories: it would have more than two gigabytes") { Hint = "Take fewer sources." };
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length);
        SnapshotFormat.Header([.. sections.Select(section => section.Length)]).CopyTo(bytes, 0);
        int at = SnapshotFormat.HeaderSize;
        foreach (var section in sections)
        {
            section.Span.CopyTo(bytes.AsSpan(at));
            at += section.Length;
        }

        SHA256.HashData(bytes.AsSpan(0, at), bytes.AsSpan(at));
        return bytes;
    }

    private readonly record struct PackageKey(int Space, int Release, int Name);

    private readonly record struct EntryRow(PackageKey Package, int Id, int BodyStart, int BodyLength, int Source, int Entry) : IComparable<EntryRow>
    {
        /// <summary>By package and name alone; a comparison that needs nothing else is not called through a delegate.</summary>
        public int CompareTo(EntryRow other)
        {
            int order = Package.Space.CompareTo(other.Package.Space);
            order = order != 0 ? order : Package.Release.CompareTo(other.Package.Release);
            order = order != 0 ? order : Package.Name.CompareTo(other.Package.Name);
            return order != 0 ? order : Id.CompareTo(other.Id);
        }
    }

    private sealed class RecordTable(ReadOnlyMemory<byte> bodies)
    {
        private readonly List<int> _sources = [];

        public ReadOnlySpan<byte> Body(in EntryRow row) => bodies.Span.Slice(row.BodyStart, row.BodyLength);

        /// <summary>Sorts rows by package, name, body and source.</summary>
        public void Sort(EntryRow[] rows)
        {
            Array.Sort(rows);
            for (int i = 0; i < rows.Length;)
            {
                int end = i + 1;
                while (end < rows.Length && rows[end].CompareTo(rows[i]) == 0)
                {
                    end++;
                }

                if (end - i > 1)
                {
                    rows.AsSpan(i, end - i).Sort((a, b) => Body(a).SequenceCompareTo(Body(b)) is not 0 and var order ? order : a.Source.CompareTo(b.Source));
                }

                i = end;
            }
        }

        /// <summary>Writes the record of the rows from <paramref name="first"/> on that say the same, and returns the row behind them.</summary>
        public int Write(EntryRow[] rows, int first, ArrayBufferWriter<byte> to)
        {
            ref readonly var row = ref rows[first];
            _sources.Clear();
            int next = first;
            for (; next < rows.Length && rows[next].Package == row.Package && rows[next].Id == row.Id && Body(rows[next]).SequenceEqual(Body(row)); next++)
            {
                if (_sources.Count == 0 || _sources[^1] != rows[next].Source)
                {
                    _sources.Add(rows[next].Source);
                }
            }

            to.Number(row.BodyLength);
            to.Write(Body(row));
            to.Number(_sources.Count);
            foreach (int source in _sources)
            {
                to.Number(source);
            }

            return next;
        }
    }
}
