using System.IO.Compression;
using System.Text;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Tests.Advisories;

/// <summary>A small document of each format.</summary>
internal static class AdvisorySamples
{
    public const string Secdb = """
        {"apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["x86_64"], "reponame": "main",
         "urlprefix": "https://dl-cdn.alpinelinux.org/alpine", "distroversion": "v3.19",
         "packages": [
          {"pkg": {"name": "xen", "secfixes": {"4.7.0-r0": ["CVE-2016-6258 XSA-182"], "0": ["CVE-2021-1"], "4.8.0-r0": null}}},
          {"pkg": {"name": "none", "secfixes": {}}},
          {"pkg": {"secfixes": {"1.2-r0": ["CVE-2020-2", "ALPINE-13661"]}, "name": "zlib"}}]}
        """;

    public const string Wolfi = """
        {"packages": [{"pkg": {"name": "openssl", "secfixes": {"3.1.0-r1": ["CVE-2023-0464", "GHSA-w2w6-xp88-5cvw"], "0": ["CVE-2023-1"]}}}],
         "apkurl": "{{urlprefix}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk", "archs": ["x86_64"], "reponame": "os", "urlprefix": "https://packages.wolfi.dev"}
        """;

    public const string Tracker = """
        {"openssl": {"CVE-2023-1": {"description": "A flaw\nin it.", "scope": "remote", "debianbug": 7,
           "releases": {
             "bookworm": {"status": "resolved", "repositories": {"bookworm": "3.0.9-1"}, "fixed_version": "3.0.9-1", "urgency": "not yet assigned"},
             "bullseye": {"status": "open", "repositories": {"bullseye": "1.1.1-1"}, "urgency": "low", "nodsa": "Minor issue", "nodsa_reason": "postponed"},
             "buster": {"status": "open", "repositories": {"buster": "1.1.0-1"}, "urgency": "end-of-life"},
             "trixie": {"status": "resolved", "repositories": {"trixie": "3.5.0-1"}, "fixed_version": "0", "urgency": "unimportant"},
             "sid": {"status": "undetermined", "repositories": {"sid": "3.5.0-1"}, "urgency": "not yet assigned"}}},
          "TEMP-0000000-ABCDEF": {"releases": {"sid": {"status": "open", "repositories": {}, "urgency": "not yet assigned", "nodsa": "", "nodsa_reason": ""}}}},
         "gone": {"CVE-2023-2": {"releases": []}}}
        """;

    public const string Notices = """
        [29 Mar 2023] DSA-5380-1 xorg-server - security update
        	{CVE-2023-1393 CVE-2023-1394}
        	[bullseye] - xorg-server 2:1.20.11-1+deb11u6
        	NOTE: a note
        [17 Mar 2023] DSA-5356-2 sox - regression update
        	[bullseye] - sox 14.4.2+git20190427-2+deb11u2
        	[buster] - sox <not-affected> (Vulnerable code not present)
        	[stretch] - sox <end-of-life>
        	[jessie] - sox <unfixed>

        """;

    public const string Osv = """
        [{"schema_version": "1.6.0", "id": "DEBIAN-CVE-2023-1", "modified": "2023-05-01T00:00:00Z", "published": "2023-04-01T10:00:00Z", "upstream": ["CVE-2023-1"],
          "details": "Of Debian.", "affected": [
            {"package": {"ecosystem": "Debian:12", "name": "openssl", "purl": "pkg:deb/debian/openssl?arch=source"}, "versions": ["3.0.7-1", "3.0.8-1"],
             "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.9-1"}]}], "ecosystem_specific": {"urgency": "low"}},
            {"package": {"ecosystem": "Debian", "name": "openssl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]},
         {"id": "GHSA-aaaa", "modified": "2024-01-02T00:00:00Z", "aliases": ["CVE-2023-7", "PYSEC-2023-1"], "summary": "A flaw", "details": "Long.",
          "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}], "database_specific": {"severity": "CRITICAL", "cwe_ids": [{"severity": 1}]},
          "references": [{"type": "WEB", "url": "https://example.org/b"}, {"type": "WEB", "url": "https://example.org/a"}],
          "affected": [{"package": {"ecosystem": "PyPI", "name": "Some_Thing"}, "versions": ["1.1", "1.0"],
            "ranges": [{"type": "GIT", "repo": "https://example.org", "events": [{"introduced": "0"}]},
                       {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"last_affected": "2.3"}, {"introduced": "3.0"}]}]}]},
         {"id": "GO-2023-1", "modified": "2023-01-01T00:00:00Z", "withdrawn": "2023-02-01T00:00:00Z",
          "affected": [{"package": {"ecosystem": "Go", "name": "example.org/m"}, "ranges": [{"type": "SEMVER", "events": [{"fixed": "1.2.3"}, {"introduced": "0"}]}]}]},
         {"id": "USN-1-1", "modified": "2023-01-01T00:00:00Z", "related": ["CVE-2023-8"], "upstream": ["UBUNTU-CVE-2023-9"],
          "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "curl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "7.81"}]}]},
                       {"package": {"ecosystem": "Ubuntu:Pro:18.04:LTS", "name": "curl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]},
         {"id": "UBUNTU-CVE-2023-3", "modified": "2023-01-01T00:00:00Z", "severity": [{"type": "Ubuntu", "score": "medium"}],
          "affected": [{"package": {"ecosystem": "Ubuntu:22.04:LTS", "name": "curl"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]},
         {"id": "OSV-2023-1", "modified": "2023-01-01T00:00:00Z", "affected": [{"package": {"ecosystem": "OSS-Fuzz", "name": "x"}, "versions": ["1"]}]}]
        """;

    public const string Epss = "#model_version:v2023.03.01,score_date:2023-11-21T00:00:00+0000\ncve,epss,percentile\nCVE-2023-1,0.97565,0.99996\nCVE-2023-2,0.00043,0.07\n";

    public const string Kev = """
        {"title": "CISA Catalog", "catalogVersion": "2023.11.21", "dateReleased": "2023-11-21T16:02:30.4571Z", "count": 2, "vulnerabilities": [
          {"cveID": "CVE-2023-1", "vendorProject": "OpenSSL", "product": "OpenSSL", "vulnerabilityName": "x", "dateAdded": "2023-11-01", "shortDescription": "Short.", "knownRansomwareCampaignUse": "Known"},
          {"cveID": "CVE-2023-3", "dateAdded": "2022-01-02", "knownRansomwareCampaignUse": "Unknown", "cwes": ["CWE-1"]}]}
        """;

    public const string Vex = """
        {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex/1", "author": "Me", "timestamp": "2024-01-08T18:02:03.647787998-06:00", "version": 3,
         "statements": [
          {"vulnerability": {"name": "CVE-2023-1", "aliases": ["GHSA-2", "GHSA-1"]}, "status": "not_affected", "justification": "vulnerable_code_not_present",
           "products": [{"@id": "pkg:oci/app@sha256%3Aaa", "identifiers": {"purl": "pkg:oci/app"}, "hashes": {"sha-256": "aa"}, "subcomponents": [{"@id": "pkg:deb/debian/openssl@3.0.7-1"}]}]},
          {"vulnerability": "CVE-2023-2", "products": ["pkg:oci/app"], "status": "affected", "action_statement": "Upgrade.", "timestamp": "2024-02-01T00:00:00Z"}]}
        """;

    public static IEnumerable<(string Name, byte[] Bytes)> All =>
    [
        ("secdb", Utf8(Secdb)), ("wolfi", Utf8(Wolfi)), ("tracker", Utf8(Tracker)), ("notices", Utf8(Notices)), ("osv", Utf8(Osv)),
        ("osv.zip", Zip(Osv)), ("epss", Utf8(Epss)), ("epss.gz", Gzip(Epss)), ("kev", Utf8(Kev)),
    ];

    public static AdvisoryDocument Read(string text, string address = "sample") => Read(Utf8(text), address);

    public static AdvisoryDocument Read(byte[] bytes, string address = "sample", DateTimeOffset? date = null) =>
        AdvisoryDocument.Read(new MemoryStream(bytes), address, date, CancellationToken.None);

    /// <summary>An entry in a line.</summary>
    public static string Line(AdvisoryEntry entry)
    {
        var ranges = entry.Ranges.Select(range => $"[{range.Introduced}..{(range.LastAffected is { } last ? $"{last}]" : $"{range.Fixed})")}");
        string[] parts =
        [
            entry.Space.Name(), entry.Release, entry.Package, entry.Id, entry.State.ToString(), string.Concat(ranges), string.Join('+', entry.Versions), entry.Urgency ?? "",
            entry.NoNotice == NoNotice.None ? "" : $"{entry.NoNotice}: {entry.NoNoticeReason}", string.Join(' ', entry.Aliases), string.Join(' ', entry.Upstream),
        ];
        return string.Join('|', parts).TrimEnd('|');
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.SmallestSize))
        {
            gzip.Write(Utf8(text));
        }

        return bytes.ToArray();
    }

    /// <summary>An archive with a file for each member of a list.</summary>
    public static byte[] Zip(string list)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var records = System.Text.Json.JsonDocument.Parse(list))
        {
            foreach (var record in records.RootElement.EnumerateArray())
            {
                using var file = archive.CreateEntry($"{record.GetProperty("id").GetString()}.json").Open();
                file.Write(Utf8(record.GetRawText()));
            }
        }

        return bytes.ToArray();
    }
}
