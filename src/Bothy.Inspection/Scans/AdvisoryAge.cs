using System.Globalization;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Scans;

/// <summary>How old advisories are.</summary>
public static class AdvisoryAge
{
    /// <summary>Their age; null where they have no date. Those of the future are new.</summary>
    public static TimeSpan? Of(IAdvisoryLookup advisories, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(advisories);
        return advisories.Created is { } created ? created > now ? TimeSpan.Zero : now - created : null;
    }

    /// <summary>The age for people.</summary>
    public static string Sentence(IAdvisoryLookup advisories, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(advisories);
        return Of(advisories, now) is { } age
            ? $"by advisories {advisories.Digest}, {Words(age)} old"
            : $"by advisories {advisories.Digest}, which have no date";
    }

    /// <summary>A time span in its largest unit: <c>3 days</c>.</summary>
    public static string Words(TimeSpan age)
    {
        (int number, string unit) = age.TotalDays >= 1 ? ((int)age.TotalDays, "day") : age.TotalHours >= 1 ? ((int)age.TotalHours, "hour") : ((int)age.TotalMinutes, "minute");
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? "" : "s")}");
    }
}
