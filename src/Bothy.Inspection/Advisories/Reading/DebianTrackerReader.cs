using System.Text.Json;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>
/// The JSON of Debian's security tracker: for each source package and vulnerability its state in each release. The version <c>0</c> says
/// that a release never had it; a package that left Debian has no releases.
/// </summary>
internal static class DebianTrackerReader
{
    public static void Read(JsonTokens json, AdvisoryGathering gathering)
    {
        gathering.Name = AdvisorySpace.Debian.Name();
        json.Next();
        foreach (var _ in json.MembersHere("the document"))
        {
            string package = json.Text();
            foreach (var vulnerability in json.Members("a source package"))
            {
                ReadVulnerability(json, package, json.Text(), gathering);
            }
        }

        json.End();
    }

    private static void ReadVulnerability(JsonTokens json, string package, string id, AdvisoryGathering gathering)
    {
        foreach (var _ in json.Members("a vulnerability"))
        {
            if (json.Is("description"u8))
            {
                gathering.Describe(id, json.OptionalText("'description'"));
            }
            else if (json.Is("releases"u8))
            {
                json.Next();
                if (json.Kind == JsonTokenType.StartObject)
                {
                    foreach (var release in json.MembersHere("'releases'"))
                    {
                        ReadRelease(json, package, id, gathering);
                    }
                }
                else if (json.Kind != JsonTokenType.StartArray || json.ItemsHere().Any())
                {
                    // An empty list is how it writes an empty object.
                    throw json.Malformed("'releases' is not an object");
                }
            }
            else
            {
                json.Skip();
            }
        }
    }

    private static void ReadRelease(JsonTokens json, string package, string id, AdvisoryGathering gathering)
    {
        string release = json.Text();
        string? status = null;
        string? fixedIn = null;
        string? urgency = null;
        bool noNotice = false;
        string? words = null;
        string? reason = null;
        foreach (var _ in json.Members("a release"))
        {
            if (json.Is("status"u8))
            {
                status = json.RequiredText("'status'");
            }
            else if (json.Is("fixed_version"u8))
            {
                fixedIn = json.OptionalText("'fixed_version'");
            }
            else if (json.Is("urgency"u8))
            {
                urgency = json.OptionalText("'urgency'");
            }
            else if (json.Is("nodsa"u8))
            {
                words = json.OptionalText("'nodsa'");
                noNotice = words is not null;
            }
            else if (json.Is("nodsa_reason"u8))
            {
                reason = json.OptionalText("'nodsa_reason'");
            }
            else
            {
                json.Skip();
            }
        }

        if (gathering.Release(AdvisorySpace.Debian, release) is not { } known)
        {
            gathering.Skipped++;
            return;
        }

        gathering.Add(new AdvisoryEntry
        {
            Id = id,
            Feed = AdvisoryFeed.DebianTracker,
            Space = AdvisorySpace.Debian,
            Release = known,
            Package = package,
            State = StateOf(json, status, fixedIn, urgency),
            Ranges = status == "undetermined" || fixedIn == "0" ? [] : [fixedIn is { Length: > 0 } ? VersionRange.Before(gathering.Check(fixedIn)) : VersionRange.All],
            Urgency = urgency,
            NoNotice = !noNotice ? NoNotice.None : reason switch
            {
                "ignored" => NoNotice.Ignored,
                "postponed" => NoNotice.Postponed,
                _ => NoNotice.Minor,
            },
            NoNoticeReason = AdvisoryGathering.Summary(words),
        });
    }

    private static AdvisoryState StateOf(JsonTokens json, string? status, string? fixedIn, string? urgency) => status switch
    {
        "undetermined" => AdvisoryState.Undetermined,
        "open" or "resolved" when fixedIn == "0" => AdvisoryState.NotAffected,
        "open" when urgency == "end-of-life" => AdvisoryState.EndOfLife,
        "open" => AdvisoryState.Affected,
        "resolved" when fixedIn is { Length: > 0 } => AdvisoryState.Affected,
        "resolved" => throw json.Malformed("something is resolved without a version that resolved it"),
        null => throw json.Malformed("a release has no status"),
        _ => throw json.Malformed($"'{Formats.Text.VisibleText.Of(AdvisoryGathering.Summary(status) ?? "")}' is no status"),
    };
}
