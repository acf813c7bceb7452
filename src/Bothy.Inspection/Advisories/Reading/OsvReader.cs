using System.Text.Json;
using Bothy.Formats.Zip;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>Records of the Open Source Vulnerability format (ossf.github.io/osv-schema, 1.7): one, a list of them, or an archive with one in each file.</summary>
internal static class OsvReader
{
    private const int MaxRecord = 64 << 20;

    // Of half a million records, more than there are of npm's packages.
    private const int MaxDirectory = 64 << 20;
    private const int MostNames = 10_000;
    private const int MostVersions = 1_000_000;
    private const int MostEvents = 100_000;
    private const int MostReferences = 4;

    /// <summary>Reads a record or a list of them.</summary>
    public static void Read(JsonTokens json, AdvisoryGathering gathering)
    {
        var spaces = new SortedSet<AdvisorySpace>();
        json.Next();
        if (json.Kind == JsonTokenType.StartArray)
        {
            foreach (var _ in json.ItemsHere())
            {
                ReadRecord(json, gathering, spaces);
            }
        }
        else
        {
            ReadRecord(json, gathering, spaces);
        }

        json.End();
        Name(gathering, spaces);
    }

    /// <summary>Reads the records of an archive.</summary>
    /// <param name="archive">The archive; it seeks, and stays the caller's.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="gathering">Where they go.</param>
    /// <param name="limit">The most bytes that they may unpack to together.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static void ReadArchive(Stream archive, string source, AdvisoryGathering gathering, long limit, CancellationToken cancellationToken)
    {
        if (!ZipReader.TryOpen(archive, source, out var zip, MaxDirectory))
        {
            throw new MalformedDataException(source, 0, "it begins like a zip archive and does not end like one");
        }

        var spaces = new SortedSet<AdvisorySpace>();
        var recent = new RecentTexts();
        long left = limit;
        foreach (var member in zip.Members(static name => name.EndsWith(".json", StringComparison.Ordinal)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            left -= member.Size;
            if (left < 0)
            {
                throw new MalformedDataException(source, member.Offset, FormattableString.Invariant($"it unpacks to more than {limit} bytes"));
            }

            var json = new JsonTokens(zip.Read(member, MaxRecord), $"{source}: {Formats.Text.VisibleText.Of(member.Name)}", recent);
            json.Next();
            ReadRecord(json, gathering, spaces);
            json.End();
        }

        Name(gathering, spaces);
    }

    private static void Name(AdvisoryGathering gathering, SortedSet<AdvisorySpace> spaces) =>
        gathering.Name = spaces.Count == 0 ? "OSV" : $"OSV {string.Join(", ", spaces.Select(space => space.Name()))}";

    private static void ReadRecord(JsonTokens json, AdvisoryGathering gathering, SortedSet<AdvisorySpace> spaces)
    {
        var record = new OsvRecord();
        foreach (var _ in json.MembersHere("a record"))
        {
            ReadMember(json, record);
        }

        if (record.Id.Length == 0)
        {
            throw json.Malformed("a record has no 'id'");
        }

        gathering.Dated(record.Modified);
        if (record.AddTo(gathering, spaces))
        {
            gathering.Add(record.ToFacts(MostReferences));
        }
    }

    private static void ReadMember(JsonTokens json, OsvRecord record)
    {
        if (json.Is("id"u8))
        {
            record.Id = json.RequiredText("'id'");
        }
        else if (json.Is("summary"u8))
        {
            record.Summary = json.OptionalText("'summary'");
        }
        else if (json.Is("details"u8))
        {
            record.Details = json.OptionalText("'details'");
        }
        else if (json.Is("modified"u8))
        {
            record.Modified = json.Time("'modified'");
        }
        else if (json.Is("published"u8))
        {
            record.Published = json.Time("'published'");
        }
        else if (json.Is("withdrawn"u8))
        {
            record.Withdrawn = json.Time("'withdrawn'");
        }
        else if (json.Is("aliases"u8))
        {
            record.Aliases = json.Texts("'aliases'", MostNames);
        }
        else if (json.Is("upstream"u8))
        {
            record.Upstream = json.Texts("'upstream'", MostNames);
        }
        else if (json.Is("related"u8))
        {
            record.Related = json.Texts("'related'", MostNames);
        }
        else
        {
            ReadObject(json, record);
        }
    }

    private static void ReadObject(JsonTokens json, OsvRecord record)
    {
        if (json.Is("severity"u8))
        {
            record.Urgency = ReadSeverity(json, record.Vectors) ?? record.Urgency;
        }
        else if (json.Is("references"u8))
        {
            foreach (var _ in json.Items("'references'"))
            {
                ReadText(json, "url"u8, "a reference", url => record.References.Add(url));
            }
        }
        else if (json.Is("affected"u8))
        {
            foreach (var _ in json.Items("'affected'"))
            {
                record.Affected.Add(ReadAffected(json));
            }
        }
        else if (json.Is("database_specific"u8))
        {
            json.Next();
            ReadLoose(json, "severity"u8, word => record.SeverityWord = word);
        }
        else
        {
            json.Skip();
        }
    }

    private static OsvAffected ReadAffected(JsonTokens json)
    {
        var affected = new OsvAffected();
        foreach (var _ in json.MembersHere("a member of 'affected'"))
        {
            if (json.Is("package"u8))
            {
                foreach (var member in json.Members("'package'"))
                {
                    if (json.Is("ecosystem"u8))
                    {
                        affected.Ecosystem = json.RequiredText("'ecosystem'");
                    }
                    else if (json.Is("name"u8))
                    {
                        affected.Name = json.RequiredText("'name'");
                    }
                    else
                    {
                        json.Skip();
                    }
                }
            }
            else if (json.Is("ranges"u8))
            {
                foreach (var range in json.Items("'ranges'"))
                {
                    ReadRange(json, affected.Ranges);
                }
            }
            else if (json.Is("versions"u8))
            {
                affected.Versions = json.Texts("'versions'", MostVersions);
            }
            else if (json.Is("severity"u8))
            {
                affected.Urgency = ReadSeverity(json, affected.Vectors) ?? affected.Urgency;
            }
            else if (json.Is("ecosystem_specific"u8))
            {
                json.Next();
                ReadLoose(json, "urgency"u8, word => affected.Urgency = word);
            }
            else
            {
                json.Skip();
            }
        }

        return affected;
    }

    private static void ReadRange(JsonTokens json, List<VersionRange> ranges)
    {
        string? type = null;
        var events = new List<(bool Introduced, bool Last, string Version)>();
        foreach (var _ in json.MembersHere("a range"))
        {
            if (json.Is("type"u8))
            {
                type = json.RequiredText("'type'");
            }
            else if (json.Is("events"u8))
            {
                foreach (var item in json.Items("'events'"))
                {
                    ReadEvent(json, events);
                }
            }
            else
            {
                json.Skip();
            }
        }

        // Commits say nothing of packages.
        if (type is "ECOSYSTEM" or "SEMVER")
        {
            Pair(events, ranges);
        }
    }

    private static void ReadEvent(JsonTokens json, List<(bool Introduced, bool Last, string Version)> events)
    {
        foreach (var _ in json.MembersHere("an event"))
        {
            if (json.Is("introduced"u8))
            {
                events.Add((true, false, json.RequiredText("'introduced'")));
            }
            else if (json.Is("fixed"u8))
            {
                events.Add((false, false, json.RequiredText("'fixed'")));
            }
            else if (json.Is("last_affected"u8))
            {
                events.Add((false, true, json.RequiredText("'last_affected'")));
            }
            else
            {
                json.Skip();
            }
        }

        if (events.Count > MostEvents)
        {
            throw json.Malformed("a range has too many events");
        }
    }

    // Events come in the order of versions: what is introduced lasts until the next end. An end that comes first belongs to the introduction behind it.
    private static void Pair(List<(bool Introduced, bool Last, string Version)> events, List<VersionRange> ranges)
    {
        VersionRange? open = null;
        (bool Last, string Version)? early = null;
        foreach (var (introduced, last, version) in events)
        {
            if (!introduced)
            {
                if (open is { } range)
                {
                    ranges.Add(Ended(range, last, version));
                    open = null;
                }
                else
                {
                    early ??= ranges.Count == 0 ? (last, version) : null;
                }

                continue;
            }

            if (open is { } before)
            {
                ranges.Add(before);
            }

            open = new VersionRange(version == "0" ? null : version, null);
            if (early is { } end)
            {
                ranges.Add(Ended(open.Value, end.Last, end.Version));
                (open, early) = (null, null);
            }
        }

        if (open is { } rest)
        {
            ranges.Add(rest);
        }
    }

    private static VersionRange Ended(VersionRange range, bool last, string version) => last ? range with { LastAffected = version } : range with { Fixed = version };

    // Vectors go to the list; a distribution's own word is the answer.
    private static string? ReadSeverity(JsonTokens json, List<string> vectors)
    {
        string? word = null;
        foreach (var _ in json.Items("'severity'"))
        {
            string? type = null;
            string? score = null;
            foreach (var member in json.MembersHere("a member of 'severity'"))
            {
                if (json.Is("type"u8))
                {
                    type = json.OptionalText("'type'");
                }
                else if (json.Is("score"u8))
                {
                    score = json.OptionalText("'score'");
                }
                else
                {
                    json.Skip();
                }
            }

            if (type is not null && score is { Length: > 0 and <= AdvisoryGathering.MaxName })
            {
                if (type.StartsWith("CVSS", StringComparison.Ordinal))
                {
                    vectors.Add(score);
                }
                else
                {
                    word = score;
                }
            }
        }

        return word;
    }

    private static void ReadText(JsonTokens json, ReadOnlySpan<byte> name, string what, Action<string> found)
    {
        foreach (var _ in json.MembersHere(what))
        {
            if (json.Is(name))
            {
                if (json.OptionalText(what) is { Length: > 0 and <= AdvisoryGathering.MaxName } text)
                {
                    found(text);
                }
            }
            else
            {
                json.Skip();
            }
        }
    }

    // What databases put into their own members follows no schema: anything else than the text that is looked for is passed over.
    private static void ReadLoose(JsonTokens json, ReadOnlySpan<byte> name, Action<string> found)
    {
        if (json.Kind != JsonTokenType.StartObject)
        {
            json.SkipHere();
            return;
        }

        foreach (var _ in json.MembersHere(""))
        {
            bool wanted = json.Is(name);
            json.Next();
            if (wanted && json.Kind == JsonTokenType.String && json.Text() is { Length: > 0 and <= AdvisoryGathering.MaxName } text)
            {
                found(text);
            }

            json.SkipHere();
        }
    }
}
