using System.Collections.Immutable;
using Bothy.Formats.Text;
using Bothy.Packages.Slices;

namespace Bothy.Cli.Rendering;

/// <summary>Says what was found in a release of slices.</summary>
internal static class SlicesReport
{
    private const int MostPaths = 3;

    /// <summary>A line for each mistake, as compilers write them.</summary>
    public static string Text(ImmutableArray<SliceFinding> findings) => string.Join('\n', findings.Select(static finding => VisibleText.Of(finding.ToString())));

    /// <summary>How much was looked at, and how much is wrong with it.</summary>
    public static string Summary(SliceRelease release, ImmutableArray<SliceFinding> findings) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{release.PackageNames.Length} packages, {SliceCount(release)} slices: {(findings.Length == 1 ? "1 mistake" : $"{(findings.IsEmpty ? "no" : findings.Length)} mistakes")}");

    public static string Json(SliceRelease release, ImmutableArray<SliceFinding> findings) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("release", release.Name);
        writer.WriteString("format", release.Format);
        writer.WriteNumber("packages", release.PackageNames.Length);
        writer.WriteNumber("slices", SliceCount(release));
        writer.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("file", finding.Place.File);
            writer.WriteNumber("line", finding.Place.Line);
            writer.WriteNumber("column", finding.Place.Column);
            writer.WriteString("kind", Kind(finding.Mistake));
            writer.WriteString("text", finding.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    /// <summary>A row for each slice.</summary>
    public static string Text(ImmutableArray<FoundSlice> found)
    {
        var table = new TextTable("SLICE", "HINT", "PATHS");
        foreach (var (slice, paths) in found)
        {
            string shown = string.Join(' ', paths.Take(MostPaths)) + (paths.Length > MostPaths ? FormattableString.Invariant($" … {paths.Length - MostPaths} more") : "");
            table.Add(slice.Name.ToString(), slice.Hint ?? "", shown);
        }

        return table.ToString();
    }

    public static string Json(ImmutableArray<FoundSlice> found) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("slices");
        foreach (var (slice, paths) in found)
        {
            writer.WriteStartObject();
            writer.WriteString("name", slice.Name.ToString());
            if (slice.Hint is { } hint)
            {
                writer.WriteString("hint", hint);
            }

            writer.WriteString("file", slice.Place.File);
            writer.WriteNumber("line", slice.Place.Line);
            writer.WriteStartArray("paths");
            foreach (string path in paths)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static int SliceCount(SliceRelease release) => release.ReadablePackages().Sum(static package => package.Slices.Length);

    private static string Kind(SliceMistake mistake) => mistake switch
    {
        SliceMistake.Format => "format",
        SliceMistake.UnknownReference => "unknown-reference",
        SliceMistake.Cycle => "cycle",
        SliceMistake.Conflict => "conflict",
        SliceMistake.Prefer => "prefer",
        SliceMistake.Script => "script",
        _ => throw new ArgumentOutOfRangeException(nameof(mistake)),
    };
}
