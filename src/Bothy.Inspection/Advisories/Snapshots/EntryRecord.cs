using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The body of an entry's record: everything but its package and its sources.</summary>
internal static class EntryRecord
{
    private const int Missing = -1;

    /// <summary>Adds the strings of an entry, and their numbers in the order in which <see cref="Write"/> wants them: release, package, then those of the body.</summary>
    public static void Collect(AdvisoryEntry entry, StringPool strings, List<int> numbers)
    {
        numbers.Add(strings.Add(entry.Release));
        numbers.Add(strings.Add(entry.Package));
        numbers.Add(strings.Add(entry.Id));
        All(entry.Aliases);
        All(entry.Upstream);
        foreach (var range in entry.Ranges)
        {
            Optional(range.Introduced);
            Optional(range.Fixed);
            Optional(range.LastAffected);
        }

        All(entry.Versions);
        Optional(entry.Urgency);
        Optional(entry.NoNoticeReason);

        void All(ImmutableArray<string> texts)
        {
            foreach (string text in texts)
            {
                numbers.Add(strings.Add(text));
            }
        }

        void Optional(string? text) => numbers.Add(text is null ? Missing : strings.Add(text));
    }

    /// <summary>Writes the body of an entry; the place of its strings is that in order by now.</summary>
    public static void Write(AdvisoryEntry entry, StringPool strings, ReadOnlySpan<int> numbers, ArrayBufferWriter<byte> to)
    {
        int at = 2;
        to.Number(strings.Rank(numbers[at++]));
        to.Number((int)entry.Feed);
        to.Number((int)entry.State);
        to.Number((int)entry.NoNotice);
        at = All(entry.Aliases.Length, numbers, at);
        at = All(entry.Upstream.Length, numbers, at);
        to.Number(entry.Ranges.Length);
        at = Optional(3 * entry.Ranges.Length, numbers, at);
        at = All(entry.Versions.Length, numbers, at);
        Optional(2, numbers, at);

        int All(int count, ReadOnlySpan<int> numbers, int at)
        {
            to.Number(count);
            for (; count > 0; count--)
            {
                to.Number(strings.Rank(numbers[at++]));
            }

            return at;
        }

        int Optional(int count, ReadOnlySpan<int> numbers, int at)
        {
            for (; count > 0; count--, at++)
            {
                to.Number(numbers[at] == Missing ? 0 : strings.Rank(numbers[at]) + 1);
            }

            return at;
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
