using System.Globalization;

namespace Bothy.Inspection.Advisories.Reading;

/// <summary>CISA's catalogue of vulnerabilities that are known to be exploited.</summary>
internal static class KevReader
{
    public static void Read(JsonTokens json, AdvisoryGathering gathering)
    {
        gathering.Name = "KEV";
        json.Next();
        foreach (var _ in json.MembersHere("the document"))
        {
            if (json.Is("dateReleased"u8))
            {
                gathering.Dated(json.Time("'dateReleased'"));
            }
            else if (json.Is("vulnerabilities"u8))
            {
                foreach (var member in json.Items("'vulnerabilities'"))
                {
                    ReadVulnerability(json, gathering);
                }
            }
            else
            {
                json.Skip();
            }
        }

        json.End();
    }

    private static void ReadVulnerability(JsonTokens json, AdvisoryGathering gathering)
    {
        string? id = null;
        string? added = null;
        string? description = null;
        bool ransomware = false;
        foreach (var _ in json.MembersHere("a vulnerability"))
        {
            if (json.Is("cveID"u8))
            {
                id = json.RequiredText("'cveID'");
            }
            else if (json.Is("dateAdded"u8))
            {
                added = json.RequiredText("'dateAdded'");
            }
            else if (json.Is("shortDescription"u8))
            {
                description = json.OptionalText("'shortDescription'");
            }
            else if (json.Is("knownRansomwareCampaignUse"u8))
            {
                ransomware = json.OptionalText("'knownRansomwareCampaignUse'") == "Known";
            }
            else
            {
                json.Skip();
            }
        }

        gathering.Add(new AdvisoryFacts
        {
            Id = id ?? throw json.Malformed("a vulnerability has no 'cveID'"),
            Summary = AdvisoryGathering.Summary(description),
            KnownExploited = DateOnly.TryParseExact(added, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw json.Malformed("'dateAdded' is not a day"),
            KnownRansomwareUse = ransomware,
        });
    }
}
