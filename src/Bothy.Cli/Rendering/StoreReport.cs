using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Store;

namespace Bothy.Cli.Rendering;

/// <summary>Prints what is in a store, and what was done to it.</summary>
internal static class StoreReport
{
    public static string Text(string directory, ImmutableArray<StoreItem> items)
    {
        var table = new TextTable("KIND", "ITEMS", "SIZE", "USED FIRST", "USED LAST").AlignRight(1).AlignRight(2);
        foreach (var kind in ByKind(items))
        {
            table.Add(kind.Key, Number(kind.Count()), ByteSize.Text(kind.Sum(item => item.Size)), Time(kind.Min(item => item.LastUsed)), Time(kind.Max(item => item.LastUsed)));
        }

        return $"{directory}: {Number(items.Length)} items, {ByteSize.Text(items.Sum(item => item.Size))}{(items.IsEmpty ? "" : $"\n{table}")}";
    }

    public static string Json(string directory, ImmutableArray<StoreItem> items) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("directory", directory);
        writer.WriteNumber("items", items.Length);
        writer.WriteNumber("bytes", items.Sum(item => item.Size));
        writer.WriteStartArray("kinds");
        foreach (var kind in ByKind(items))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", kind.Key);
            writer.WriteNumber("items", kind.Count());
            writer.WriteNumber("bytes", kind.Sum(item => item.Size));
            writer.WriteString("usedFirst", Time(kind.Min(item => item.LastUsed)));
            writer.WriteString("usedLast", Time(kind.Max(item => item.LastUsed)));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    public static string Text(PruneReport report)
    {
        string inUse = report.InUseBytes > 0 ? $"; {ByteSize.Text(report.InUseBytes)} could not be removed, being in use" : "";
        return $"removed {Number(report.RemovedItems)} items, {ByteSize.Text(report.RemovedBytes)}; left are {Number(report.LeftItems)}, {ByteSize.Text(report.LeftBytes)}{inUse}";
    }

    public static string Json(PruneReport report) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("removedItems", report.RemovedItems);
        writer.WriteNumber("removedBytes", report.RemovedBytes);
        writer.WriteNumber("leftItems", report.LeftItems);
        writer.WriteNumber("leftBytes", report.LeftBytes);
        writer.WriteNumber("inUseBytes", report.InUseBytes);
        writer.WriteEndObject();
    });

    public static string Text(VerifyReport report) => string.Join(
        '\n',
        report.Damaged.Append($"checked {Number(report.Items)} items, {ByteSize.Text(report.Bytes)}; damaged and removed: {Number(report.Damaged.Length)}"));

    public static string Json(VerifyReport report) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("items", report.Items);
        writer.WriteNumber("bytes", report.Bytes);
        writer.WriteStartArray("damaged");
        foreach (string message in report.Damaged)
        {
            writer.WriteStringValue(message);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static IEnumerable<IGrouping<string, StoreItem>> ByKind(ImmutableArray<StoreItem> items) => items.GroupBy(item => item.Kind, StringComparer.Ordinal);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
