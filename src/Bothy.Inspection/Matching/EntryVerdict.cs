using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching.Versions;

namespace Bothy.Inspection.Matching;

/// <summary>What a statement means for a version.</summary>
internal enum EntryMeaning
{
    /// <summary>It is not affected.</summary>
    Free,

    /// <summary>It is affected.</summary>
    Affected,

    /// <summary>Nobody knows yet.</summary>
    Undetermined,

    /// <summary>The statement names a version that is none.</summary>
    Unreadable,
}

/// <summary>A statement judged for a version.</summary>
/// <param name="Entry">The statement.</param>
/// <param name="Meaning">What it means.</param>
/// <param name="BadVersion">The version of the statement that is none; null where all are.</param>
internal sealed record EntryVerdict(AdvisoryEntry Entry, EntryMeaning Meaning, string? BadVersion)
{
    // OSV's schema, "affected[].ranges[].events": this stands before every version.
    private const string BeforeAll = "0";

    /// <summary>Judges <paramref name="version"/>, which is one of <paramref name="order"/>'s.</summary>
    public static EntryVerdict Of(AdvisoryEntry entry, string version, VersionOrder order)
    {
        switch (entry.State)
        {
            case AdvisoryState.NotAffected or AdvisoryState.Withdrawn:
                return new EntryVerdict(entry, EntryMeaning.Free, null);
            case AdvisoryState.Undetermined:
                return new EntryVerdict(entry, EntryMeaning.Undetermined, null);
        }

        string? bad = null;
        foreach (var range in entry.Ranges)
        {
            if (Contains(range, version, order, ref bad))
            {
                return new EntryVerdict(entry, EntryMeaning.Affected, null);
            }
        }

        // Where there are ranges as well the list was made from them: it may be long, and says nothing more of a version in another spelling.
        if (entry.Versions.Any(listed => listed == version || (entry.Ranges.IsEmpty && order.TryCompare(listed, version, out int sign) && sign == 0)))
        {
            return new EntryVerdict(entry, EntryMeaning.Affected, null);
        }

        return new EntryVerdict(entry, bad is null ? EntryMeaning.Free : EntryMeaning.Unreadable, bad);
    }

    /// <summary>Whether <paramref name="version"/> is in <paramref name="range"/>; <paramref name="bad"/> gets a bound that is no version, which makes the range hold nothing.</summary>
    private static bool Contains(VersionRange range, string version, VersionOrder order, ref string? bad) =>
        Holds(range.Introduced is null or BeforeAll ? null : range.Introduced, version, order, static sign => sign <= 0, ref bad)
        && Holds(range.Fixed, version, order, static sign => sign > 0, ref bad)
        && Holds(range.LastAffected, version, order, static sign => sign >= 0, ref bad);

    private static bool Holds(string? bound, string version, VersionOrder order, Func<int, bool> test, ref string? bad)
    {
        if (bound is null)
        {
            return true;
        }

        if (order.TryCompare(bound, version, out int sign))
        {
            return test(sign);
        }

        bad ??= bound;
        return false;
    }
}
