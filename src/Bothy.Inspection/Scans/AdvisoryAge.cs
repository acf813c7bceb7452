using System.Globalization;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Scans;

/// <summary>How old advisories are.</summary>
public static class AdvisoryAge
{
    /// <summary>The age for people.</summary>
    public static string Sentence(OpenedAdvisories advisories, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(advisories);
        return advisories.AsOf is { } asOf
            ? $"by advisories {advisories.Lookup.Digest}, {(asOf > now ? "of the future" : $"{Words(now - asOf)} old")}"
            : $"by advisories {advisories.Lookup.Digest}, which have no date";
    }

    /// <summary>A time span in its largest unit: <c>3 days</c>.</summary>
    public static string Words(TimeSpan age)
    {
        (int number, string unit) = age.TotalDays >= 1 ? ((int)age.TotalDays, "day") : age.TotalHours >= 1 ? ((int)age.TotalHours, "hour") : ((int)age.TotalMinutes, "minute");
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? "" : "s")}");
    }
}
