using Bothy.Packages.Debian;

namespace Bothy.Packages.Repositories;

/// <summary>What is said and done where a mirror serves an index that is older than one that is known. Signed it may be: replaying an old state needs no key.</summary>
internal static class Rollback
{
    /// <summary>The warning that a newer index, seen before, is used in place of the one served.</summary>
    public static string Kept(string repository, DateTimeOffset served, DateTimeOffset seen) =>
        $"{repository}: the mirror serves an index of {DebianRelease.Show(served)}; using the one of {DebianRelease.Show(seen)} that was seen before";

    /// <summary>The warning that an older index is used since the user asked for it. The lock keeps the sentence.</summary>
    public static string Accepted(string repository, DateTimeOffset used, DateTimeOffset floor, string what) =>
        $"{repository}: went back, as --allow-rollback asks, to its index of {DebianRelease.Show(used)} from that of {DebianRelease.Show(floor)} which {what}";

    /// <summary>Holds an index against the date that a lock records; the warning where it is older and may be.</summary>
    /// <exception cref="BothyException">It is older, and may not be.</exception>
    public static string? CheckFloor(string repository, DateTimeOffset date, DateTimeOffset? floor, bool allowOlder)
    {
        if (floor is not { } earliest || date >= earliest)
        {
            return null;
        }

        return allowOlder
            ? Accepted(repository, date, earliest, "the lock recorded")
            : throw new BothyException($"cannot use {repository}: its index is of {DebianRelease.Show(date)}, older than that of {DebianRelease.Show(earliest)} which the lock records")
            {
                Hint = "The mirror lags behind, or somebody replays an old state of it: use another mirror, try again later, or accept it with --allow-rollback.",
            };
    }
}
