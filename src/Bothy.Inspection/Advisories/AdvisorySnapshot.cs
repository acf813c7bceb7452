using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Bothy.Inspection.Advisories.Snapshots;
using Bothy.Store;

namespace Bothy.Inspection.Advisories;

/// <summary>
/// Advisories in one compact file, which its digest names. What is asked is looked up in place: nothing is loaded but the parts that the
/// answers lie in. Safe for concurrent use.
/// </summary>
/// <remarks>See docs/adr/0021 for the format and why it is read and not mapped.</remarks>
public sealed class AdvisorySnapshot : IAdvisoryLookup, IDisposable
{
    private readonly SnapshotBytes _bytes;
    private readonly (int Start, int Length)[] _sections = new (int, int)[SnapshotFormat.SectionCount];

    private AdvisorySnapshot(SnapshotBytes bytes, Digest digest)
    {
        _bytes = bytes;
        Digest = digest;
        ReadHeader();
        var (start, length) = _sections[(int)SnapshotSection.Sources];
        (Sources, Releases) = SourcesRecord.Read(new RecordReader(_bytes.Read(start, length).Span, _bytes), this);
    }

    /// <inheritdoc />
    public Digest Digest { get; }

    /// <inheritdoc />
    public DateTimeOffset? Created => Sources.Max(source => source.Date);

    /// <inheritdoc />
    public ImmutableArray<SnapshotSource> Sources { get; }

    /// <inheritdoc />
    public ImmutableArray<KnownRelease> Releases { get; }

    /// <summary>How many bytes it has.</summary>
    public long Length => _bytes.Length;

    /// <summary>Opens a snapshot that is in memory, once all of it is checked.</summary>
    /// <param name="bytes">Its bytes, which nobody changes from here on.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <exception cref="MalformedDataException">They are no snapshot, damaged, or of another version of the format.</exception>
    public static AdvisorySnapshot Open(ReadOnlyMemory<byte> bytes, string source) => new(new SnapshotBytes.InMemory(bytes, source), Digest.Of(bytes.Span));

    /// <summary>Opens a snapshot of the store; each part of it is checked when it is first needed. Null where there is none with this digest.</summary>
    /// <exception cref="DamagedItemException">It is damaged, as far as opening tells; it was removed.</exception>
    public static AdvisorySnapshot? TryOpen(ContentStore store, Digest digest)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.TryOpenResultParts(StoreKind, digest) is not { } parts)
        {
            return null;
        }

        try
        {
            return new AdvisorySnapshot(new SnapshotBytes.Stored(parts), digest);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>The kind of a store's results that snapshots are kept as.</summary>
    internal const string StoreKind = "advisories-1";

    /// <inheritdoc />
    public IReadOnlyList<AdvisoryEntry> Find(AdvisorySpace space, string release, string package)
    {
        ArgumentNullException.ThrowIfNull(release);
        string name = space.Normalise(package);
        if (FindString(name) is not { } nameNumber || FindString(release) is not { } releaseNumber)
        {
            return [];
        }

        int row = FindRow(SnapshotSection.Packages, SnapshotFormat.PackageRow, [(int)space, releaseNumber, nameNumber]);
        return row < 0 ? [] : [.. EntriesOf(row).Select(one => one.Entry)];
    }

    /// <inheritdoc />
    public AdvisoryFacts? FactsOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (FindString(id) is not { } name)
        {
            return null;
        }

        int row = FindRow(SnapshotSection.FactNames, SnapshotFormat.NameRow, [name]);
        return row < 0 ? null : FactsRecord.Merge([.. FactsOf(row, id).Select(one => (one.Feed, one.Facts))]);
    }

    /// <inheritdoc />
    public IEnumerable<AdvisoryEntry> FindById(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (FindString(id) is not { } name)
        {
            return [];
        }

        int row = FindRow(SnapshotSection.Names, SnapshotFormat.NameRow, [name]);
        return row < 0
            ? []
            : Postings(row).SelectMany(EntriesOf).Select(one => one.Entry).Where(entry => entry.Id == id || entry.Aliases.Contains(id, StringComparer.Ordinal) || entry.Upstream.Contains(id, StringComparer.Ordinal));
    }

    /// <inheritdoc />
    public void Dispose() => _bytes.Dispose();

    /// <summary>Every entry with the numbers of its sources.</summary>
    internal IEnumerable<(AdvisoryEntry Entry, int[] Sources)> AllEntries()
    {
        int rows = _sections[(int)SnapshotSection.Packages].Length / SnapshotFormat.PackageRow;
        for (int row = 0; row < rows; row++)
        {
            foreach (var one in EntriesOf(row))
            {
                yield return one;
            }
        }
    }

    /// <summary>All facts, those of one vulnerability apart, with the numbers of their sources.</summary>
    internal IEnumerable<(AdvisoryFacts Facts, int[] Sources)> AllFacts()
    {
        int rows = _sections[(int)SnapshotSection.FactNames].Length / SnapshotFormat.NameRow;
        for (int row = 0; row < rows; row++)
        {
            foreach (var (_, facts, sources) in FactsOf(row, Text(Cell(SnapshotSection.FactNames, SnapshotFormat.NameRow, row, 0))))
            {
                yield return (facts, sources);
            }
        }
    }

    /// <summary>The whole snapshot, to be written elsewhere; all of it is checked.</summary>
    /// <exception cref="BothyException">It is damaged.</exception>
    public byte[] ToBytes()
    {
        var bytes = _bytes.Read(0, checked((int)_bytes.Length));
        return Bothy.Digest.Of(bytes.Span) == Digest ? bytes.ToArray() : throw Damaged("its bytes have another digest");
    }

    /// <summary>The string with this number.</summary>
    internal string Text(int number) => Encoding.UTF8.GetString(StringAt(number).Span);

    /// <summary>The string with one number less; null for 0.</summary>
    internal string? OptionalText(int number) => number == 0 ? null : Text(number - 1);

    /// <summary>What to throw where a snapshot does not follow its format.</summary>
    internal BothyException Damaged(string problem) => _bytes.Damaged(problem);

    private void ReadHeader()
    {
        if (_bytes.Length < SnapshotFormat.HeaderSize + SnapshotFormat.EndSize)
        {
            throw Damaged("it ends too early for a snapshot of advisories");
        }

        var header = _bytes.Read(0, SnapshotFormat.HeaderSize).Span;
        if (!header.StartsWith(SnapshotFormat.Magic))
        {
            throw Damaged(SnapshotFormat.IsSnapshot(header) ? "it is a snapshot of another version" : "it is no snapshot of advisories");
        }

        long at = SnapshotFormat.HeaderSize;
        for (int section = 0; section < SnapshotFormat.SectionCount; section++)
        {
            int start = BinaryPrimitives.ReadInt32LittleEndian(header[(8 + (section * 8))..]);
            int length = BinaryPrimitives.ReadInt32LittleEndian(header[(12 + (section * 8))..]);
            if (start != at || length < 0)
            {
                throw Damaged("its sections are not where they should be");
            }

            at += length;
            _sections[section] = (start, length);
        }

        if (at + SnapshotFormat.EndSize != _bytes.Length)
        {
            throw Damaged("it is not as long as it says");
        }
    }

    private int StringCount => (_sections[(int)SnapshotSection.StringPlaces].Length / sizeof(int)) - 1;

    private ReadOnlyMemory<byte> StringAt(int number)
    {
        if (number < 0 || number >= StringCount)
        {
            throw Damaged("it refers to a string that it does not have");
        }

        var (places, _) = _sections[(int)SnapshotSection.StringPlaces];
        var (bytes, length) = _sections[(int)SnapshotSection.StringBytes];
        var place = _bytes.Read(places + ((long)number * sizeof(int)), 2 * sizeof(int)).Span;
        int start = BinaryPrimitives.ReadInt32LittleEndian(place);
        int end = BinaryPrimitives.ReadInt32LittleEndian(place[sizeof(int)..]);
        return start >= 0 && end >= start && end <= length ? _bytes.Read((long)bytes + start, end - start) : throw Damaged("a string lies outside of it");
    }

    private int? FindString(string text)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(text);
        (int low, int high) = (0, StringCount - 1);
        while (low <= high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            int order = StringAt(middle).Span.SequenceCompareTo(wanted);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    // The row whose first cells are these; -1 where there is none.
    private int FindRow(SnapshotSection section, int rowSize, ReadOnlySpan<int> wanted)
    {
        var (start, length) = _sections[(int)section];
        (int low, int high) = (0, (length / rowSize) - 1);
        while (low <= high)
        {
            int middle = (int)(((uint)low + (uint)high) / 2);
            var row = _bytes.Read(start + ((long)middle * rowSize), rowSize).Span;
            int order = 0;
            for (int cell = 0; cell < wanted.Length && order == 0; cell++)
            {
                order = BinaryPrimitives.ReadInt32LittleEndian(row[(cell * sizeof(int))..]).CompareTo(wanted[cell]);
            }

            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private int Cell(SnapshotSection section, int rowSize, int row, int cell) =>
        BinaryPrimitives.ReadInt32LittleEndian(_bytes.Read(_sections[(int)section].Start + ((long)row * rowSize) + (cell * sizeof(int)), sizeof(int)).Span);

    // What belongs to a row lies from where its last cell says to where that of the next one does.
    private ReadOnlyMemory<byte> RecordsOf(SnapshotSection table, int rowSize, SnapshotSection records, int row)
    {
        int last = (rowSize / sizeof(int)) - 1;
        var (start, length) = _sections[(int)records];
        int from = Cell(table, rowSize, row, last);
        int to = row + 1 < _sections[(int)table].Length / rowSize ? Cell(table, rowSize, row + 1, last) : length;
        return from >= 0 && to >= from && to <= length ? _bytes.Read((long)start + from, to - from) : throw Damaged("records lie outside of it");
    }

    private List<(AdvisoryEntry Entry, int[] Sources)> EntriesOf(int row)
    {
        if (row >= _sections[(int)SnapshotSection.Packages].Length / SnapshotFormat.PackageRow)
        {
            throw Damaged("it refers to a package that it does not have");
        }

        var package = (
            EntryRecord.Known(Cell(SnapshotSection.Packages, SnapshotFormat.PackageRow, row, 0), AdvisorySpace.CratesIo, this),
            Text(Cell(SnapshotSection.Packages, SnapshotFormat.PackageRow, row, 1)),
            Text(Cell(SnapshotSection.Packages, SnapshotFormat.PackageRow, row, 2)));
        var from = new RecordReader(RecordsOf(SnapshotSection.Packages, SnapshotFormat.PackageRow, SnapshotSection.Entries, row).Span, _bytes);
        var entries = new List<(AdvisoryEntry, int[])>();
        while (!from.AtEnd)
        {
            var body = new RecordReader(from.Take(from.Count()), _bytes);
            entries.Add((EntryRecord.Read(ref body, this, package), SourceNumbers(ref from)));
        }

        return entries;
    }

    private List<(AdvisoryFeed Feed, AdvisoryFacts Facts, int[] Sources)> FactsOf(int row, string id)
    {
        var from = new RecordReader(RecordsOf(SnapshotSection.FactNames, SnapshotFormat.NameRow, SnapshotSection.Facts, row).Span, _bytes);
        var all = new List<(AdvisoryFeed, AdvisoryFacts, int[])>();
        while (!from.AtEnd)
        {
            var body = new RecordReader(from.Take(from.Count()), _bytes);
            var (feed, facts) = FactsRecord.Read(id, ref body, this);
            all.Add((feed, facts, SourceNumbers(ref from)));
        }

        return all;
    }

    private int[] SourceNumbers(ref RecordReader from)
    {
        int[] numbers = new int[from.Count()];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = from.Int();
            if (numbers[i] >= Sources.Length)
            {
                throw Damaged("it refers to a source that it does not have");
            }
        }

        return numbers;
    }

    private List<int> Postings(int row)
    {
        var from = new RecordReader(RecordsOf(SnapshotSection.Names, SnapshotFormat.NameRow, SnapshotSection.Postings, row).Span, _bytes);
        var packages = new List<int>();
        int package = 0;
        for (int count = from.Count(); count > 0; count--)
        {
            package = checked((int)Math.Min(int.MaxValue, (long)package + from.Int()));
            packages.Add(package);
        }

        return packages;
    }
}
