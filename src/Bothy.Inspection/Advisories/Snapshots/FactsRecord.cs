using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Inspection.Advisories.Snapshots;

/// <summary>The body of a record of facts: everything but the name and the sources. What is not said takes no room.</summary>
internal static class FactsRecord
{
    private const int MostReferences = 4;

    [Flags]
    private enum Said
    {
        None = 0,
        Summary = 1,
        Vectors = 2,
        Word = 4,
        Scores = 8,
        Exploited = 16,
        Published = 32,
        Withdrawn = 64,
        References = 128,
    }

    public static void Write(AdvisoryFacts facts, AdvisoryFeed feed, ArrayBufferWriter<byte> to)
    {
        to.Number((int)feed);
        to.Number((int)Of(facts));
        if (facts.Summary is { } summary)
        {
            to.Text(summary);
        }

        Texts(facts.CvssVectors);
        if (facts.SeverityWord is { } word)
        {
            to.Text(word);
        }

        if (facts.Epss is { } score)
        {
            to.Fraction(score);
            to.Fraction(facts.EpssPercentile ?? 0);
        }

        if (facts.KnownExploited is { } since)
        {
            to.Number(since.DayNumber);
            to.Number(facts.KnownRansomwareUse ? 1 : 0);
        }

        Time(facts.Published);
        Time(facts.Withdrawn);
        Texts(facts.References);

        void Texts(ImmutableArray<string> texts)
        {
            if (texts.IsEmpty)
            {
                return;
            }

            to.Number(texts.Length);
            foreach (string text in texts)
            {
                to.Text(text);
            }
        }

        void Time(DateTimeOffset? time)
        {
            if (time is { } value)
            {
                to.Number(value.UtcTicks / TimeSpan.TicksPerSecond);
            }
        }
    }

    public static (AdvisoryFeed Feed, AdvisoryFacts Facts) Read(string id, ref RecordReader from, AdvisorySnapshot snapshot)
    {
        var feed = EntryRecord.Known(from.Int(), AdvisoryFeed.Kev, snapshot);
        var said = EntryRecord.Known(from.Int(), (Said)255, snapshot);
        var facts = new AdvisoryFacts { Id = id };
        facts = !said.HasFlag(Said.Summary) ? facts : facts with { Summary = from.Text() };
        facts = !said.HasFlag(Said.Vectors) ? facts : facts with { CvssVectors = Texts(ref from) };
        facts = !said.HasFlag(Said.Word) ? facts : facts with { SeverityWord = from.Text() };
        facts = !said.HasFlag(Said.Scores) ? facts : facts with { Epss = from.Fraction(), EpssPercentile = from.Fraction() };
        facts = !said.HasFlag(Said.Exploited) ? facts : facts with { KnownExploited = Day(from.Number(), snapshot), KnownRansomwareUse = from.Number() != 0 };
        facts = !said.HasFlag(Said.Published) ? facts : facts with { Published = SourcesRecord.Date(from.Number(), snapshot) };
        facts = !said.HasFlag(Said.Withdrawn) ? facts : facts with { Withdrawn = SourcesRecord.Date(from.Number(), snapshot) };
        return (feed, !said.HasFlag(Said.References) ? facts : facts with { References = Texts(ref from) });
    }

    /// <summary>
    /// What all sources say together: of what can only be said once the word of the first in order, of the rest everything. It is
    /// withdrawn where each record of it was taken back, so that one distribution's copy does not hide the rest; scores are no records.
    /// </summary>
    public static AdvisoryFacts Merge(IReadOnlyList<(AdvisoryFeed Feed, AdvisoryFacts Facts)> said)
    {
        if (said.Count == 1)
        {
            return said[0].Facts;
        }

        AdvisoryFacts[] all = [.. said.Select(one => one.Facts)];
        AdvisoryFacts[] records = [.. said.Where(one => one.Feed is not (AdvisoryFeed.Epss or AdvisoryFeed.Kev)).Select(one => one.Facts)];
        var exploited = all.FirstOrDefault(facts => facts.KnownExploited is not null);
        var scored = all.FirstOrDefault(facts => facts.Epss is not null);
        return new AdvisoryFacts
        {
            Id = all[0].Id,
            Summary = First(facts => facts.Summary),
            CvssVectors = Union(facts => facts.CvssVectors),
            SeverityWord = First(facts => facts.SeverityWord),
            Epss = scored?.Epss,
            EpssPercentile = scored?.EpssPercentile,
            KnownExploited = exploited?.KnownExploited,
            KnownRansomwareUse = all.Any(facts => facts.KnownRansomwareUse),
            Published = all.Min(facts => facts.Published),
            Withdrawn = records.All(facts => facts.Withdrawn is not null) ? records.Max(facts => facts.Withdrawn) : null,
            References = [.. Union(facts => facts.References).Take(MostReferences)],
        };

        string? First(Func<AdvisoryFacts, string?> what) => all.Select(what).FirstOrDefault(text => text is not null);

        ImmutableArray<string> Union(Func<AdvisoryFacts, ImmutableArray<string>> what) => [.. all.SelectMany(facts => what(facts)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static Said Of(AdvisoryFacts facts) =>
        (facts.Summary is null ? Said.None : Said.Summary)
        | (facts.CvssVectors.IsEmpty ? Said.None : Said.Vectors)
        | (facts.SeverityWord is null ? Said.None : Said.Word)
        | (facts.Epss is null ? Said.None : Said.Scores)
        | (facts.KnownExploited is null ? Said.None : Said.Exploited)
        | (facts.Published is null ? Said.None : Said.Published)
        | (facts.Withdrawn is null ? Said.None : Said.Withdrawn)
        | (facts.References.IsEmpty ? Said.None : Said.References);

    private static ImmutableArray<string> Texts(ref RecordReader from)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        for (int count = from.Count(); count > 0; count--)
        {
            texts.Add(from.Text());
        }

        return texts.ToImmutable();
    }

    private static DateOnly Day(long number, AdvisorySnapshot snapshot) =>
        number <= DateOnly.MaxValue.DayNumber ? DateOnly.FromDayNumber((int)number) : throw snapshot.Damaged("it names a day that never comes");
}
