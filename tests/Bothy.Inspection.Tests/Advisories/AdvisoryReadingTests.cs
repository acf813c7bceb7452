using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Tests.Advisories;

public sealed class AdvisoryReadingTests
{
    [Fact]
    public void Alpine_says_what_was_fixed_when_and_what_never_was_there()
    {
        var document = AdvisorySamples.Read(AdvisorySamples.Secdb);

        Assert.Equal((AdvisoryFeed.Secdb, "Alpine v3.19 main", 4), (document.Source.Feed, document.Source.Name, document.Source.Entries));
        Assert.Equal(
            [
                "Alpine|v3.19|xen|CVE-2016-6258|Affected|[..4.7.0-r0)||||XSA-182",
                "Alpine|v3.19|xen|CVE-2021-1|NotAffected",
                "Alpine|v3.19|zlib|CVE-2020-2|Affected|[..1.2-r0)",
                "Alpine|v3.19|zlib|ALPINE-13661|Affected|[..1.2-r0)",
            ],
            document.Entries.Select(AdvisorySamples.Line));
    }

    [Fact]
    public void Wolfi_has_no_releases()
    {
        var document = AdvisorySamples.Read(AdvisorySamples.Wolfi);

        Assert.Equal("Wolfi os", document.Source.Name);
        Assert.Equal(
            ["Wolfi||openssl|CVE-2023-0464|Affected|[..3.1.0-r1)", "Wolfi||openssl|GHSA-w2w6-xp88-5cvw|Affected|[..3.1.0-r1)", "Wolfi||openssl|CVE-2023-1|NotAffected"],
            document.Entries.Select(AdvisorySamples.Line));
        Assert.Equal("Chainguard extra-packages", AdvisorySamples.Read("""{"reponame": "extra-packages", "urlprefix": "https://packages.cgr.dev", "packages": []}""").Source.Name);
    }

    [Fact]
    public void Debians_tracker_says_the_state_in_each_release()
    {
        var document = AdvisorySamples.Read(AdvisorySamples.Tracker);

        Assert.Equal((AdvisoryFeed.DebianTracker, "Debian"), (document.Source.Feed, document.Source.Name));
        Assert.Equal(
            [
                "Debian|bookworm|openssl|CVE-2023-1|Affected|[..3.0.9-1)||not yet assigned",
                "Debian|bullseye|openssl|CVE-2023-1|Affected|[..)||low|Postponed: Minor issue",
                "Debian|buster|openssl|CVE-2023-1|EndOfLife|[..)||end-of-life",
                "Debian|trixie|openssl|CVE-2023-1|NotAffected|||unimportant",
                "Debian|sid|openssl|CVE-2023-1|Undetermined|||not yet assigned",
                "Debian|sid|openssl|TEMP-0000000-ABCDEF|Affected|[..)||not yet assigned|Minor: ",
            ],
            document.Entries.Select(AdvisorySamples.Line));
        Assert.Equal("A flaw in it.", Assert.Single(document.Facts).Summary);
    }

    [Fact]
    public void Debians_notices_are_about_several_vulnerabilities_each()
    {
        var document = AdvisorySamples.Read(AdvisorySamples.Notices);

        Assert.Equal(
            [
                "Debian|bullseye|xorg-server|DSA-5380-1|Affected|[..2:1.20.11-1+deb11u6)|||||CVE-2023-1393 CVE-2023-1394",
                "Debian|bullseye|sox|DSA-5356-2|Affected|[..14.4.2+git20190427-2+deb11u2)",
                "Debian|buster|sox|DSA-5356-2|NotAffected",
                "Debian|stretch|sox|DSA-5356-2|EndOfLife|[..)",
                "Debian|jessie|sox|DSA-5356-2|Affected|[..)",
            ],
            document.Entries.Select(AdvisorySamples.Line));
        Assert.Equal(new DateTimeOffset(2023, 3, 29, 0, 0, 0, TimeSpan.Zero), document.Source.Date);
        Assert.Equal("CVE-2023-1393 CVE-2023-1394", string.Join(' ', document.Entries[0].Vulnerabilities));
        Assert.Equal("DSA-5356-2", Assert.Single(document.Entries[1].Vulnerabilities));
    }

    [Fact]
    public void Osv_records_are_read_from_lists_and_archives_alike()
    {
        var document = AdvisorySamples.Read(AdvisorySamples.Osv);

        Assert.Equal(
            [
                "Debian|bookworm|openssl|CVE-2023-1|Affected|[..3.0.9-1)||low||DEBIAN-CVE-2023-1",
                "PyPI||some-thing|GHSA-aaaa|Affected|[1.0..1.2)[2.0..2.3][3.0..)|1.0+1.1|||CVE-2023-7 PYSEC-2023-1",
                "Go||example.org/m|GO-2023-1|Withdrawn|[..1.2.3)",
                "Ubuntu|22.04|curl|USN-1-1|Affected|[..7.81)|||||CVE-2023-8 CVE-2023-9",
                "Ubuntu|22.04|curl|CVE-2023-3|Affected|[..)||medium||UBUNTU-CVE-2023-3",
            ],
            document.Entries.Select(AdvisorySamples.Line));
        Assert.Equal(("OSV Debian, Ubuntu, PyPI, Go", 3), (document.Source.Name, document.Source.Skipped));
        Assert.Equal(new DateTimeOffset(2024, 1, 2, 0, 0, 0, TimeSpan.Zero), document.Source.Date);

        var flaw = document.Facts.Single(facts => facts.Id == "GHSA-aaaa");
        Assert.Equal(("A flaw", "CRITICAL"), (flaw.Summary, flaw.SeverityWord));
        Assert.Equal("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Assert.Single(flaw.CvssVectors));
        Assert.Equal("https://example.org/a https://example.org/b", string.Join(' ', flaw.References));
        Assert.NotNull(document.Facts.Single(facts => facts.Id == "GO-2023-1").Withdrawn);

        var archive = AdvisorySamples.Read(AdvisorySamples.Zip(AdvisorySamples.Osv));
        Assert.Equal(document.Entries.Select(AdvisorySamples.Line), archive.Entries.Select(AdvisorySamples.Line));
        Assert.Equal(document.Facts.Length, archive.Facts.Length);
    }

    [Fact]
    public void A_single_osv_record_is_one()
    {
        var document = AdvisorySamples.Read("""{"affected": [{"package": {"ecosystem": "npm", "name": "@a/b"}, "versions": ["1.0.0"]}], "id": "MAL-1"}""");

        Assert.Equal(["npm||@a/b|MAL-1|Affected||1.0.0"], document.Entries.Select(AdvisorySamples.Line));
    }

    [Fact]
    public void Scores_and_known_exploits_are_facts()
    {
        var scores = AdvisorySamples.Read(AdvisorySamples.Gzip(AdvisorySamples.Epss));
        Assert.Equal(("EPSS", new DateTimeOffset(2023, 11, 21, 0, 0, 0, TimeSpan.Zero)), (scores.Source.Name, scores.Source.Date));
        Assert.Equal([("CVE-2023-1", 0.97565, 0.99996), ("CVE-2023-2", 0.00043, 0.07)], scores.Facts.Select(facts => (facts.Id, facts.Epss!.Value, facts.EpssPercentile!.Value)));

        var exploits = AdvisorySamples.Read(AdvisorySamples.Kev);
        Assert.Equal(
            [("CVE-2023-1", new DateOnly(2023, 11, 1), true), ("CVE-2023-3", new DateOnly(2022, 1, 2), false)],
            exploits.Facts.Select(facts => (facts.Id, facts.KnownExploited!.Value, facts.KnownRansomwareUse)));
    }

    [Fact]
    public void Vex_documents_are_read_in_their_old_and_new_forms()
    {
        var document = VexDocument.Read(new MemoryStream(AdvisorySamples.Utf8(AdvisorySamples.Vex)), "vex.json");

        Assert.Equal(("https://example.org/vex/1", "Me", "3"), (document.Id, document.Author, document.Version));
        var (first, second) = (document.Statements[0], document.Statements[1]);
        Assert.Equal(("CVE-2023-1", VexStatus.NotAffected, "vulnerable_code_not_present"), (first.Vulnerability, first.Status, first.Justification));
        Assert.Equal("GHSA-1 GHSA-2", string.Join(' ', first.Aliases));
        Assert.Equal(["pkg:oci/app@sha256%3Aaa", "pkg:oci/app"], Assert.Single(first.Products).Names);
        Assert.Equal("sha-256:aa", Assert.Single(first.Products[0].Hashes));
        Assert.Equal("pkg:deb/debian/openssl@3.0.7-1", Assert.Single(first.Products[0].Subcomponents).Id);
        Assert.Equal(document.Time, first.Time);
        Assert.Equal(("CVE-2023-2", "pkg:oci/app", "Upgrade.", new DateTimeOffset(2024, 2, 1, 0, 0, 0, TimeSpan.Zero)), (second.Vulnerability, second.Products[0].Id, second.ActionStatement, second.Time));
    }

    [Theory]
    [InlineData("status", "\"not_affected\"", "\"harmless\"", "'harmless' is no status")]
    [InlineData("justification", "\"vulnerable_code_not_present\"", "\"because\"", "'because' is no justification")]
    [InlineData("context", "https://openvex.dev/ns", "https://example.org", "it is no OpenVEX document: its '@context' says so")]
    [InlineData("author", "\"author\": \"Me\"", "\"author\": 1", "'author' is not a text")]
    [InlineData("statements", "\"statements\": [", "\"statements\": [1,", "a statement is not an object")]
    public void A_vex_document_with_a_mistake_says_which(string what, string good, string bad, string problem)
    {
        string text = AdvisorySamples.Vex.Replace(good, bad, StringComparison.Ordinal);
        Assert.NotEqual(AdvisorySamples.Vex, text);

        var failure = Assert.Throws<MalformedDataException>(() => VexDocument.Read(new MemoryStream(AdvisorySamples.Utf8(text)), what));
        Assert.StartsWith(problem, failure.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdvisorySpace.Debian, "12", "bookworm")]
    [InlineData(AdvisorySpace.Debian, "12.5", "bookworm")]
    [InlineData(AdvisorySpace.Debian, "Bookworm", "bookworm")]
    [InlineData(AdvisorySpace.Debian, "1", null)] // no release has that number, and 1 is not the beginning of 10
    [InlineData(AdvisorySpace.Debian, "3.1", "sarge")]
    [InlineData(AdvisorySpace.Debian, "unstable", "sid")]
    [InlineData(AdvisorySpace.Debian, "testing", "forky")]
    [InlineData(AdvisorySpace.Debian, "zurg", "zurg")] // one to come
    [InlineData(AdvisorySpace.Debian, "", null)]
    [InlineData(AdvisorySpace.Ubuntu, "22.04", "22.04")]
    [InlineData(AdvisorySpace.Ubuntu, "22.04.3", "22.04")]
    [InlineData(AdvisorySpace.Ubuntu, "jammy", "22.04")]
    [InlineData(AdvisorySpace.Ubuntu, "30.04", "30.04")]
    [InlineData(AdvisorySpace.Alpine, "3.19.1", "v3.19")]
    [InlineData(AdvisorySpace.Alpine, "v3.19", "v3.19")]
    [InlineData(AdvisorySpace.Alpine, "edge", "edge")]
    [InlineData(AdvisorySpace.Alpine, "3", null)]
    [InlineData(AdvisorySpace.PyPI, "whatever", "")]
    public void Releases_have_one_name(AdvisorySpace space, string release, string? canonical) => Assert.Equal(canonical, AdvisoryReleases.Canonical(space, release));

    [Theory]
    [InlineData("ID=alpine\nVERSION_ID=3.10.3", "Alpine v3.10")]
    [InlineData("ID=alpine\nVERSION_ID=3.22.0_alpha20250108", "Alpine edge")]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm", "Debian bookworm")]
    [InlineData("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux bullseye/sid\"", "Debian bullseye")]
    [InlineData("ID=ubuntu\nVERSION_ID=\"22.04\"\nVERSION_CODENAME=jammy", "Ubuntu 22.04")]
    [InlineData("ID=wolfi\nVERSION_ID=20230201", "Wolfi ")]
    [InlineData("ID=fedora\nVERSION_ID=39", null)]
    [InlineData("ID=alpine", null)]
    public void An_image_says_its_release(string osRelease, string? place) =>
        Assert.Equal(place, AdvisoryReleases.Of(Inspection.Catalog.OsRelease.Parse(osRelease)) is var (space, release) ? $"{space.Name()} {release}" : null);

    [Theory]
    [InlineData(AdvisorySpace.PyPI, "Zope.Interface__x", "zope-interface-x")]
    [InlineData(AdvisorySpace.NuGet, "Newtonsoft.Json", "newtonsoft.json")]
    [InlineData(AdvisorySpace.Npm, "@Scope/Name", "@Scope/Name")]
    public void Packages_have_one_name(AdvisorySpace space, string package, string normal) => Assert.Equal(normal, space.Normalise(package));
}
