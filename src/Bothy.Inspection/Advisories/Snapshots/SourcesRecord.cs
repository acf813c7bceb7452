using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The one order of sources.</summary>
internal sealed class SourceOrder : IComparer<SnapshotSource>
{
    public static SourceOrder Instance { get; } = new();

    public int Compare(SnapshotSource? x, SnapshotSource? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        int order = x.Feed.CompareTo(y.Feed);
        order = order != 0 ? order : string.CompareOrdinal(x.Name, y.Name);
        order = order != 0 ? order : string.CompareOrdinal(x.Address, y.Address);
        order = order != 0 ? order : x.Digest.CompareTo(y.Digest);
        return order != 0 ? order : Nullable.Compare(x.Date, y.Date);
    }
}

/// <summary>The last section of a snapshot: what it was made from, and which releases it knows.</summary>
internal static class SourcesRecord
{
    public static ReadOnlyMemory<byte> Write(ImmutableArray<SnapshotSource> sources, ImmutableArray<KnownRelease> releases)
    {
        var to = new ArrayBufferWriter<byte>();
        to.Number(sources.Length);
        foreach (var source in sources)
        {
            to.Number((int)source.Feed);
            to.Text(source.Name);
            to.Text(source.Address);
            to.Text(source.Digest.ToString());
            to.Number(source.Date is { } date ? (date.UtcTicks / TimeSpan.TicksPerSecond) + 1 : 0);
            to.Number(source.Entries);
            to.Number(source.Facts);
            to.Number(source.Skipped);
        }

        to.Number(releases.Length);
        foreach (var release in releases)
        {
            to.Number((int)release.Space);
            to.Text(release.Release);
            to.Number(release.Entries);
        }

        return to.WrittenMemory;
    }

    public static (ImmutableArray<SnapshotSource> Sources, ImmutableArray<KnownRelease> Releases) Read(RecordReader from, AdvisorySnapshot snapshot)
    {
        var sources = ImmutableArray.CreateBuilder<SnapshotSource>();
        for (int count = from.Count(); count > 0; count--)
        {
            var feed = EntryRecord.Known(from.Int(), AdvisoryFeed.Kev, snapshot);
            string name = from.Text();
            string address = from.Text();
            var digest = Digest.TryParse(from.Text(), null, out var parsed) ? parsed : throw snapshot.Damaged("a source has no digest");
            long seconds = from.Number();
            sources.Add(new SnapshotSource(feed, name, address, digest, seconds == 0 ? null : Date(seconds - 1, snapshot), from.Int(), from.Int(), from.Int()));
        }

        var releases = ImmutableArray.CreateBuilder<KnownRelease>();
        for (int count = from.Count(); count > 0; count--)
        {
            releases.Add(new KnownRelease(EntryRecord.Known(from.Int(), AdvisorySpace.CratesIo, snapshot), from.Text(), from.Int()));
        }

        return (sources.ToImmutable(), releases.ToImmutable());
    }

    /// <summary>A time in seconds since the year 1.</summary>
    public static DateTimeOffset Date(long seconds, AdvisorySnapshot snapshot) => seconds <= DateTime.MaxValue.Ticks / TimeSpan.TicksPerSecond
        ? new DateTimeOffset(seconds * TimeSpan.TicksPerSecond, TimeSpan.Zero)
        : throw snapshot.Damaged("it names a time that never comes");
}
