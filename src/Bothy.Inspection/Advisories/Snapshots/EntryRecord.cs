using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The body of an entry's record: everything but its package and its sources.</summary>
internal static class EntryRecord
{
    public static void Collect(AdvisoryEntry entry, StringPool strings)
    {
        strings.Add(entry.Id);
        strings.Add(entry.Release);
        strings.Add(entry.Package);
        strings.Add(entry.Aliases);
        strings.Add(entry.Upstream);
        strings.Add(entry.Versions);
        strings.Add(entry.Urgency);
        strings.Add(entry.NoNoticeReason);
        foreach (var range in entry.Ranges)
        {
            strings.Add(range.Introduced);
            strings.Add(range.Fixed);
            strings.Add(range.LastAffected);
        }
    }

    public static void Write(AdvisoryEntry entry, StringPool strings, ArrayBufferWriter<byte> to)
    {
        to.Number(strings[entry.Id]);
        to.Number((int)entry.Feed);
        to.Number((int)entry.State);
        to.Number((int)entry.NoNotice);
        Texts(entry.Aliases);
        Texts(entry.Upstream);
        to.Number(entry.Ranges.Length);
        foreach (var range in entry.Ranges)
        {
            to.Number(strings.Optional(range.Introduced));
            to.Number(strings.Optional(range.Fixed));
            to.Number(strings.Optional(range.LastAffected));
        }

        Texts(entry.Versions);
        to.Number(strings.Optional(entry.Urgency));
        to.Number(strings.Optional(entry.NoNoticeReason));

        void Texts(ImmutableArray<string> texts)
        {
            to.Number(texts.Length);
            foreach (string text in texts)
            {
                to.Number(strings[text]);
            }
        }
    }

    public static AdvisoryEntry Read(ref RecordReader from, AdvisorySnapshot snapshot, (AdvisorySpace Space, string Release, string Package) package)
    {
        string id = snapshot.Text(from.Int());
        var feed = Known<AdvisoryFeed>(from.Int(), AdvisoryFeed.Kev, snapshot);
        var state = Known<AdvisoryState>(from.Int(), AdvisoryState.Withdrawn, snapshot);
        var noNotice = Known<NoNotice>(from.Int(), NoNotice.Ignored, snapshot);
        return new AdvisoryEntry
        {
            Id = id,
            Feed = feed,
            Space = package.Space,
            Release = package.Release,
            Package = package.Package,
            State = state,
            NoNotice = noNotice,
            Aliases = Texts(ref from, snapshot),
            Upstream = Texts(ref from, snapshot),
            Ranges = Ranges(ref from, snapshot),
            Versions = Texts(ref from, snapshot),
            Urgency = snapshot.OptionalText(from.Int()),
            NoNoticeReason = snapshot.OptionalText(from.Int()),
        };
    }

    /// <summary>The member of an enumeration with this number.</summary>
    public static T Known<T>(int number, T last, AdvisorySnapshot snapshot)
        where T : struct, Enum =>
        number >= 0 && System.Runtime.CompilerServices.Unsafe.BitCast<int, T>(number) is var value && Comparer<T>.Default.Compare(value, last) <= 0
            ? value
            : throw snapshot.Damaged("it says something that no version of the format knows");

    private static ImmutableArray<string> Texts(ref RecordReader from, AdvisorySnapshot snapshot)
    {
        int count = from.Count();
        if (count == 0)
        {
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>(count);
        for (; count > 0; count--)
        {
            texts.Add(snapshot.Text(from.Int()));
        }

        return texts.MoveToImmutable();
    }

    private static ImmutableArray<VersionRange> Ranges(ref RecordReader from, AdvisorySnapshot snapshot)
    {
        int count = from.Count();
        var ranges = ImmutableArray.CreateBuilder<VersionRange>(count);
        for (; count > 0; count--)
        {
            ranges.Add(new VersionRange(snapshot.OptionalText(from.Int()), snapshot.OptionalText(from.Int()), snapshot.OptionalText(from.Int())));
        }

        return ranges.MoveToImmutable();
    }
}
