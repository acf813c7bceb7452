using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>
/// Debian's list of security notices: a heading with day, name and package, the vulnerabilities in braces, and a line for each release with
/// the version that brings the correction.
/// </summary>
/// <remarks>
/// <code>
/// [29 Mar 2023] DSA-5380-1 xorg-server - security update
///     {CVE-2023-1393}
///     [bullseye] - xorg-server 2:1.20.11-1+deb11u6
/// </code>
/// </remarks>
internal static class DebianNoticesReader
{
    private const int MaxLine = 64 << 10;

    /// <summary>Whether a document that begins so is such a list.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start)
    {
        string line = Encoding.UTF8.GetString(start[..Math.Min(start.Length, 256)]).TrimStart('\uFEFF', '\n', '\r', ' ').Split('\n')[0];
        return Heading(line) is not null;
    }

    public static void Read(Stream stream, string source, AdvisoryGathering gathering)
    {
        gathering.Name = $"{AdvisorySpace.Debian.Name()} notices";
        var lines = new LineReader(stream, source, MaxLine);
        (string Name, DateTimeOffset Date)? notice = null;
        ImmutableArray<string> vulnerabilities = [];
        while (lines.Read() is { } line)
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                notice = Heading(line) ?? throw lines.Malformed("neither the heading of a notice nor a line of one");
                vulnerabilities = [];
                gathering.Check(notice.Value.Name);
                gathering.Dated(notice.Value.Date);
                continue;
            }

            string text = line.Trim();
            if (text.StartsWith('{'))
            {
                vulnerabilities = Names(text, gathering) ?? throw lines.Malformed("vulnerabilities without a brace at their end");
            }
            else if (text.StartsWith('['))
            {
                Add(text, notice ?? throw lines.Malformed("a line of a notice that has no heading"), vulnerabilities, gathering);
            }

            // Anything else is a note.
        }
    }

    private static (string Name, DateTimeOffset Date)? Heading(string line)
    {
        int close = line.IndexOf(']', StringComparison.Ordinal);
        return line.StartsWith('[') && close > 0
            && DateTimeOffset.TryParseExact(line[1..close], ["dd MMM yyyy", "d MMM yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && line[(close + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is [var name, ..]
                ? (name, date)
                : null;
    }

    private static ImmutableArray<string>? Names(string text, AdvisoryGathering gathering) => text.EndsWith('}')
        ? [.. text[1..^1].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(gathering.Check).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
        : null;

    // "[bullseye] - xen 4.14.5-1"; instead of the version there may be a word in angle brackets.
    private static void Add(string text, (string Name, DateTimeOffset Date) notice, ImmutableArray<string> vulnerabilities, AdvisoryGathering gathering)
    {
        int close = text.IndexOf(']', StringComparison.Ordinal);
        string[] words = close < 0 ? [] : text[(close + 1)..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["-", var package, var version, ..] || gathering.Release(AdvisorySpace.Debian, text[1..close]) is not { } release)
        {
            gathering.Skipped++;
            return;
        }

        var state = version switch
        {
            "<not-affected>" => AdvisoryState.NotAffected,
            "<undetermined>" => AdvisoryState.Undetermined,
            "<end-of-life>" => AdvisoryState.EndOfLife,
            _ => AdvisoryState.Affected,
        };
        gathering.Add(new AdvisoryEntry
        {
            Id = notice.Name,
            Upstream = vulnerabilities,
            Feed = AdvisoryFeed.DebianNotices,
            Space = AdvisorySpace.Debian,
            Release = release,
            Package = package,
            State = state,
            Ranges = state is AdvisoryState.NotAffected or AdvisoryState.Undetermined ? []
                : version.StartsWith('<') ? [VersionRange.All]
                : [VersionRange.Before(gathering.Check(version))],
        });
    }
}
