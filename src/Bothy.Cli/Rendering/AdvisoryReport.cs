using System.Globalization;
using System.Text.Json;
using Bothy.Formats.Text;
using Bothy.Inspection.Advisories;

namespace Bothy.Cli.Rendering;

/// <summary>Advisories at a moment.</summary>
internal sealed record AdvisoryStatus(OpenedAdvisories Opened, Digest? Previous, DateTimeOffset Now)
{
    public AdvisorySnapshot Snapshot => Opened.Lookup;

    /// <summary>How old what they say may be, in whole days; null where nobody says of when it is.</summary>
    public int? AgeInDays => Opened.AsOf is { } time ? Math.Max(0, (int)(Now - time).TotalDays) : null;
}

/// <summary>Prints which advisories there are, and what taking some led to.</summary>
internal static class AdvisoryReport
{
    public static string Text(AdvisoryStatus status)
    {
        var snapshot = status.Snapshot;
        var sources = new TextTable("SOURCE", "DATE", "STATEMENTS", "FACTS", "NOT READ", "FROM").AlignRight(2).AlignRight(3).AlignRight(4);
        foreach (var source in snapshot.Sources)
        {
            sources.Add(source.Name, Day(source.Date), Number(source.Entries), Number(source.Facts), Number(source.Skipped), source.Address);
        }

        var releases = new TextTable("PACKAGES OF", "RELEASE", "STATEMENTS").AlignRight(2);
        foreach (var release in snapshot.Releases)
        {
            releases.Add(release.Space.Name(), release.Release.Length == 0 ? "-" : release.Release, Number(release.Entries));
        }

        string age = status.AgeInDays is { } days ? $"of {Day(status.Opened.AsOf)}, {(days == 1 ? "1 day" : $"{Number(days)} days")} old" : "of no known date";
        string previous = status.Previous is { } before ? $"\nbefore: {before}" : "";
        return $"{snapshot.Digest}: {ByteSize.Text(snapshot.Length)}, {age}{previous}\n\n{sources}\n\n{releases}";
    }

    public static string Json(AdvisoryStatus status) => JsonText.Of(writer =>
    {
        var snapshot = status.Snapshot;
        writer.WriteStartObject();
        writer.WriteString("digest", snapshot.Digest.ToString());
        writer.WriteNumber("bytes", snapshot.Length);
        WriteTime(writer, "created", snapshot.Created);
        WriteTime(writer, "checked", status.Opened.Checked);
        if (status.AgeInDays is { } days)
        {
            writer.WriteNumber("ageInDays", days);
        }
        else
        {
            writer.WriteNull("ageInDays");
        }

        writer.WriteString("previous", status.Previous?.ToString());
        writer.WriteStartArray("sources");
        foreach (var source in snapshot.Sources)
        {
            writer.WriteStartObject();
            WriteSource(writer, source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("releases");
        foreach (var release in snapshot.Releases)
        {
            writer.WriteStartObject();
            writer.WriteString("packages", release.Space.Name());
            writer.WriteString("release", release.Release);
            writer.WriteNumber("statements", release.Entries);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static string Json(AdvisoryChange change) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("digest", change.Digest.ToString());
        writer.WriteNumber("bytes", change.Length);
        writer.WriteBoolean("isNew", change.IsNew);
        writer.WriteStartArray("sources");
        foreach (var (source, state) in change.Sources)
        {
            writer.WriteStartObject();
            writer.WriteString("state", state.ToString().ToLowerInvariant());
            WriteSource(writer, source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("passedOver");
        foreach (string file in change.PassedOver)
        {
            writer.WriteStringValue(file);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void WriteSource(Utf8JsonWriter writer, SnapshotSource source)
    {
        writer.WriteString("name", source.Name);
        writer.WriteString("feed", source.Feed.ToString());
        writer.WriteString("from", source.Address);
        writer.WriteString("digest", source.Digest.ToString());
        WriteTime(writer, "date", source.Date);
        writer.WriteNumber("statements", source.Entries);
        writer.WriteNumber("facts", source.Facts);
        writer.WriteNumber("notRead", source.Skipped);
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time) =>
        writer.WriteString(name, time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
