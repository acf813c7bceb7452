using System.Globalization;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>FIRST's scores as it publishes them each day: a comment with model and date, a heading, and a line for each CVE.</summary>
internal static class EpssReader
{
    private const int MaxLine = 4096;

    /// <summary>Whether a document that begins so is such a table.</summary>
    public static bool IsOne(ReadOnlySpan<byte> start) => start.StartsWith("#model_version"u8) || start.StartsWith("cve,epss"u8);

    public static void Read(Stream stream, string source, AdvisoryGathering gathering)
    {
        gathering.Name = "EPSS";
        var lines = new LineReader(stream, source, MaxLine);
        bool headed = false;
        while (lines.Read() is { } line)
        {
            if (line.StartsWith('#'))
            {
                ReadComment(line, gathering, lines);
            }
            else if (!headed)
            {
                headed = line.StartsWith("cve,epss,percentile", StringComparison.Ordinal) ? true : throw lines.Malformed("no heading 'cve,epss,percentile'");
            }
            else if (line.Length > 0)
            {
                gathering.Add(line.Split(',') is [var id, var score, var percentile, ..] && Share(score) is { } epss && Share(percentile) is { } share
                    ? new AdvisoryFacts { Id = id, Epss = epss, EpssPercentile = share }
                    : throw lines.Malformed("a line that is not a name and two shares"));
            }
        }

        if (!headed)
        {
            throw lines.Malformed("it ends too early");
        }
    }

    // #model_version:v2023.03.01,score_date:2023-11-21T00:00:00+0000
    private static void ReadComment(string line, AdvisoryGathering gathering, LineReader lines)
    {
        const string key = "score_date:";
        int at = line.IndexOf(key, StringComparison.Ordinal);
        if (at < 0)
        {
            return;
        }

        string date = line[(at + key.Length)..].Split(',')[0];
        gathering.Date = DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw lines.Malformed("its 'score_date' is not a time");
    }

    private static double? Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double share) && share is >= 0 and <= 1 ? share : null;
}
