using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;
using static Bothy.Inspection.Tests.Matching.Planted;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>Planted cases: what is said of a package, what is there, and what a scan has to answer.</summary>
public sealed class PlantedCasesTests
{
    private static readonly OsRelease NoCodename = OsRelease.Parse("ID=debian\nVERSION_ID=\"12\"\n");

    public static TheoryData<string, string, Func<ScanReport>> Distribution => new()
    {
        { "a version before the fix is affected", "CVE-2024-1 curl 7.88.1-9 fixed in 7.88.1-10", () => Scan(Deb("curl 7.88.1-9"), Debian("CVE-2024-1", "curl", "7.88.1-10")) },
        { "the version of the fix is not", "nothing", () => Scan(Deb("curl 7.88.1-10"), Debian("CVE-2024-1", "curl", "7.88.1-10")) },
        { "nor is a later one", "nothing", () => Scan(Deb("curl 7.88.1-10+deb12u5"), Debian("CVE-2024-1", "curl", "7.88.1-10")) },
        { "what has no fix is affected in every version", "CVE-2024-1 curl 99-1 unfixed", () => Scan(Deb("curl 99-1"), Debian("CVE-2024-1", "curl")) },
        { "what was never affected is free in every version", "nothing", () => Scan(Deb("curl 0.1-1"), Debian("CVE-2024-1", "curl", state: AdvisoryState.NotAffected)) },
        { "what nobody has found out is told as such", "CVE-2024-1 curl 1-1 undetermined", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", state: AdvisoryState.Undetermined)) },
        { "an advisory that was taken back is none", "nothing", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", state: AdvisoryState.Withdrawn)) },
        { "a vulnerability that was rejected is none, whoever still lists it", "nothing", () => Scan(Deb("curl 1-1"), new AdvisoryMemory([Debian("CVE-2024-1", "curl")], [new AdvisoryFacts { Id = "CVE-2024-1", Withdrawn = Now }])) },
        { "a release that is no longer looked after is told as such", "CVE-2024-1 curl 1-1 end of life", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", state: AdvisoryState.EndOfLife)) },
        { "what is not worth a notice waits for another change", "CVE-2024-1 curl 1-1 deferred", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl") with { NoNotice = NoNotice.Minor }) },
        { "what is postponed waits as well", "CVE-2024-1 curl 1-1 deferred", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl") with { NoNotice = NoNotice.Postponed }) },
        { "what is ignored will not be fixed", "CVE-2024-1 curl 1-1 won't fix", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl") with { NoNotice = NoNotice.Ignored }) },
        { "what was not worth a notice and has a fix all the same is fixed", "CVE-2024-1 curl 1-1 fixed in 1-2", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", "1-2") with { NoNotice = NoNotice.Minor }) },
        { "unimportant is negligible", "CVE-2024-1 curl 1-1 unfixed negligible by Debian", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl") with { Urgency = "unimportant" }) },
        { "an urgency from elsewhere counts without its stars", "CVE-2024-1 curl 1-1 unfixed high by Debian", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl") with { Urgency = "high**" }) },
        { "an urgency that is not yet assigned leaves it to CVSS", "CVE-2024-1 curl 1-1 unfixed critical by CVSS 3.1", () => Scan(Deb("curl 1-1"), WithVector(Debian("CVE-2024-1", "curl") with { Urgency = "not yet assigned" })) },
        { "the distribution's word goes before CVSS", "CVE-2024-1 curl 1-1 unfixed low by Debian", () => Scan(Deb("curl 1-1"), WithVector(Debian("CVE-2024-1", "curl") with { Urgency = "low" })) },
        { "another release's advisory says nothing", "unjudged: curl 1-1: no advisories are known for Debian bookworm", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", release: "bullseye")) },
        { "the release's own advisory counts beside another's", "CVE-2024-1 curl 1-1 fixed in 1-2", () => Scan(Deb("curl 1-1"), Debian("CVE-2024-1", "curl", "1-1", "trixie"), Debian("CVE-2024-1", "curl", "1-2")) },
        { "a release without a code name is known by its number", "CVE-2024-1 curl 1-1 unfixed", () => Scan(Deb(NoCodename, "curl 1-1"), Debian("CVE-2024-1", "curl")) },
        { "a package is judged by its source", "CVE-2024-1 openssl 3.0.11-1 (libssl3 openssl) fixed in 3.0.11-2", () => Scan(Deb("libssl3 3.0.11-1 of openssl", "openssl 3.0.11-1"), Debian("CVE-2024-1", "openssl", "3.0.11-2")) },
        { "and not by what another source is called", "unjudged: libssl3 3.0.11-1: the advisories for Debian bookworm never name them", () => Scan(Deb("libssl3 3.0.11-1 of openssl"), Debian("CVE-2024-1", "libssl3")) },
        { "the version of the source counts where it differs from the package's", "CVE-2024-1 gcc-defaults 1.203 (gcc) fixed in 1.204", () => Scan(Deb("gcc 4:12.2.0-3 of gcc-defaults 1.203"), Debian("CVE-2024-1", "gcc-defaults", "1.204")) },
        { "a source version past the fix is free though the package's would not be", "nothing", () => Scan(Deb("libx 0.9-1 of x 2.0-1"), Debian("CVE-2024-1", "x", "1.0-1")) },
        { "packages of one source in two versions are judged each", "CVE-2024-1 x 1-1 (libx1) fixed in 2-1", () => Scan(Deb("libx1 1-1 of x", "libx2 2-1 of x"), Debian("CVE-2024-1", "x", "2-1")) },
        { "a rebuild of the binary alone is no other source", "CVE-2024-1 x 1.2-3 fixed in 1.2-3+a1", () => Scan(Deb("x 1.2-3+b1"), Debian("CVE-2024-1", "x", "1.2-3+a1")) },
        { "a rebuild is not a fix", "CVE-2024-1 x 1.2-3 fixed in 1.2-3+deb12u1", () => Scan(Deb("x 1.2-3+b4"), Debian("CVE-2024-1", "x", "1.2-3+deb12u1")) },
        { "an epoch goes before everything", "nothing", () => Scan(Deb("x 1:1.0-1"), Debian("CVE-2024-1", "x", "9.9-1")) },
        { "a missing epoch is 0", "CVE-2024-1 x 9.9-1 fixed in 1:1.0-1", () => Scan(Deb("x 9.9-1"), Debian("CVE-2024-1", "x", "1:1.0-1")) },
        { "a tilde is before the end", "CVE-2024-1 x 2.0~rc1-1 fixed in 2.0-1", () => Scan(Deb("x 2.0~rc1-1"), Debian("CVE-2024-1", "x", "2.0-1")) },
        { "a backport is before what it was made of", "CVE-2024-1 x 2.0-1~bpo12+1 fixed in 2.0-1", () => Scan(Deb("x 2.0-1~bpo12+1"), Debian("CVE-2024-1", "x", "2.0-1")) },
        { "a version that is none is not judged", "unjudged: x 1_2: '1_2' is not a Debian version", () => Scan(Deb("x 1_2"), Debian("CVE-2024-1", "x", "2.0-1")) },
        { "an advisory with a version that is none is told of", "unjudged: x 1: CVE-2024-1 names '1_2', which is not a Debian version", () => Scan(Deb("x 1"), Debian("CVE-2024-1", "x", "1_2")) },
        { "a notice counts where the tracker says nothing", "CVE-2024-1 x 1-1 fixed in 1-2 also DSA-1-1\nCVE-2024-2 x 1-1 fixed in 1-2 also DSA-1-1", () => Scan(Deb("x 1-1"), Notice("DSA-1-1", "x", "1-2", "CVE-2024-1", "CVE-2024-2")) },
        { "a notice without a CVE is a finding by its own name", "DSA-2-1 x 1-1 fixed in 1-2", () => Scan(Deb("x 1-1"), Notice("DSA-2-1", "x", "1-2")) },
        { "a notice brings the fix that the tracker does not know yet", "CVE-2024-1 x 1-1 fixed in 1-2 also DSA-1-1", () => Scan(Deb("x 1-1"), Debian("CVE-2024-1", "x"), Notice("DSA-1-1", "x", "1-2", "CVE-2024-1")) },
        { "and what is past it is free", "nothing", () => Scan(Deb("x 1-2"), Debian("CVE-2024-1", "x"), Notice("DSA-1-1", "x", "1-2", "CVE-2024-1")) },
        { "the tracker goes before a notice where both know a fix", "CVE-2024-1 x 1-2 fixed in 1-3 also DSA-1-1", () => Scan(Deb("x 1-2"), Debian("CVE-2024-1", "x", "1-3"), Notice("DSA-1-1", "x", "1-2", "CVE-2024-1")) },
        { "the tracker's not affected goes before a notice", "nothing", () => Scan(Deb("x 1-1"), Debian("CVE-2024-1", "x", state: AdvisoryState.NotAffected), Notice("DSA-1-1", "x", "1-2", "CVE-2024-1")) },
        { "a package that nobody ever names is not called clean", "unjudged: y 1-1: the advisories for Debian bookworm never name them", () => Scan(Deb("y 1-1"), Debian("CVE-2024-1", "x")) },
        { "an image that does not say what it is is not judged", "unjudged: x 1-1: no advisories are read for a system that does not say what it is", () => Scan(Deb((OsRelease?)null, "x 1-1"), Debian("CVE-2024-1", "x")) },
        { "Alpine's packages are judged by their origin", "CVE-2024-1 openssl 3.1.4-r2 (libcrypto3 libssl3) fixed in 3.1.4-r3", () => Scan(Apk("libcrypto3 3.1.4-r2 of openssl", "libssl3 3.1.4-r2 of openssl"), Alpine("CVE-2024-1", "openssl", "3.1.4-r3")) },
        { "Alpine's 0 is never affected", "nothing", () => Scan(Apk("openssl 3.1.4-r2"), Alpine("CVE-2024-1", "openssl", "0")) },
        { "of two fixes of one vulnerability the later counts", "CVE-2024-1 x 1.1-r0 fixed in 1.2-r0", () => Scan(Apk("x 1.1-r0"), Alpine("CVE-2024-1", "x", "1.1-r0"), Alpine("CVE-2024-1", "x", "1.2-r0")) },
        { "an Alpine pre-release is before the release", "CVE-2024-1 x 1.2_rc1-r0 fixed in 1.2-r0", () => Scan(Apk("x 1.2_rc1-r0"), Alpine("CVE-2024-1", "x", "1.2-r0")) },
        { "an Alpine patch release is after it", "nothing", () => Scan(Apk("x 1.2_p1-r0"), Alpine("CVE-2024-1", "x", "1.2-r0")) },
        { "Wolfi has no releases", "CVE-2024-1 x 1.1-r0 fixed in 1.2-r0", () => Scan(Apk(OsRelease.Parse("ID=wolfi\nVERSION_ID=20230201\n"), "x 1.1-r0"), Alpine("CVE-2024-1", "x", "1.2-r0") with { Space = AdvisorySpace.Wolfi, Release = "" }) },
        { "Ubuntu's packages are judged by Ubuntu's records", "CVE-2024-1 x 1-1ubuntu1 fixed in 1-1ubuntu2 also USN-1-1", () => Scan(Deb(OsRelease.Parse("ID=ubuntu\nVERSION_ID=22.04\n"), "x 1-1ubuntu1"), Osv(AdvisorySpace.Ubuntu, "USN-1-1", "x", VersionRange.Before("1-1ubuntu2")) with { Release = "22.04", Upstream = ["CVE-2024-1"] }) },
        { "and not by Debian's", "unjudged: x 1-1ubuntu1: no advisories are known for Ubuntu 22.04", () => Scan(Deb(OsRelease.Parse("ID=ubuntu\nVERSION_ID=22.04\n"), "x 1-1ubuntu1"), Debian("CVE-2024-1", "x")) },
    };

    public static TheoryData<string, string, Func<ScanReport>> Languages => new()
    {
        { "a Python package is found under any spelling", "CVE-2024-1 Flask_Thing 1.0 fixed in 1.1 also GHSA-a", () => Scan(Language(Ecosystem.Python, "Flask_Thing", "1.0"), Osv(AdvisorySpace.PyPI, "GHSA-a", "flask-thing", VersionRange.Before("1.1")) with { Aliases = ["CVE-2024-1"] }) },
        { "two databases make one finding, and the later fix counts", "CVE-2024-1 x 1.0 fixed in 1.2 also GHSA-a PYSEC-1", () => Scan(Language(Ecosystem.Python, "x", "1.0"), Osv(AdvisorySpace.PyPI, "GHSA-a", "x", VersionRange.Before("1.1")) with { Aliases = ["CVE-2024-1"] }, Osv(AdvisorySpace.PyPI, "PYSEC-1", "x", VersionRange.Before("1.2")) with { Aliases = ["GHSA-a"] }) },
        { "without a CVE GitHub's name stands for all", "GHSA-a x 1.0 unfixed also PYSEC-1", () => Scan(Language(Ecosystem.Python, "x", "1.0"), Osv(AdvisorySpace.PyPI, "PYSEC-1", "x", VersionRange.All) with { Aliases = ["GHSA-a"] }) },
        { "a record of two CVEs is two findings", "CVE-2024-1 x 1.0 unfixed also GHSA-a\nCVE-2024-2 x 1.0 unfixed also GHSA-a", () => Scan(Language(Ecosystem.Python, "x", "1.0"), Osv(AdvisorySpace.PyPI, "GHSA-a", "x", VersionRange.All) with { Aliases = ["CVE-2024-1", "CVE-2024-2"] }) },
        { "before the version that introduced it nothing is affected", "nothing", () => Scan(Language(Ecosystem.Node, "x", "1.9.9"), Osv(AdvisorySpace.Npm, "CVE-2024-1", "x", new VersionRange("2.0.0", "2.1.0"))) },
        { "in the second of two ranges its own fix counts", "CVE-2024-1 x 2.0.5 fixed in 2.1.0", () => Scan(Language(Ecosystem.Node, "x", "2.0.5"), Osv(AdvisorySpace.Npm, "CVE-2024-1", "x", new VersionRange("1.0.0", "1.5.0"), new VersionRange("2.0.0", "2.1.0"))) },
        { "the last affected version is affected", "CVE-2024-1 x 2.0.0 unfixed", () => Scan(Language(Ecosystem.Node, "x", "2.0.0"), Osv(AdvisorySpace.Npm, "CVE-2024-1", "x", new VersionRange(null, null, "2.0.0"))) },
        { "and the next is not", "nothing", () => Scan(Language(Ecosystem.Node, "x", "2.0.1"), Osv(AdvisorySpace.Npm, "CVE-2024-1", "x", new VersionRange(null, null, "2.0.0"))) },
        { "a pre-release of the fix is affected", "CVE-2024-1 x 2.1.0-rc.1 fixed in 2.1.0", () => Scan(Language(Ecosystem.Node, "x", "2.1.0-rc.1"), Osv(AdvisorySpace.Npm, "CVE-2024-1", "x", VersionRange.Before("2.1.0"))) },
        { "versions that are listed are affected, and others not", "CVE-2024-1 x 1.0.0 unfixed", () => Scan(Language(Ecosystem.Python, "x", "1.0.0"), Osv(AdvisorySpace.PyPI, "CVE-2024-1", "x") with { Versions = ["0.9", "1.0"] }, Osv(AdvisorySpace.PyPI, "CVE-2024-2", "x") with { Versions = ["0.9"] }) },
        { "a Go pseudo-version before the fix is affected", "CVE-2024-1 example.org/x v0.0.0-20200101000000-abcdefabcdef fixed in 0.0.0-20210101000000-abcdefabcdef", () => Scan(Language(Ecosystem.Go, "example.org/x", "v0.0.0-20200101000000-abcdefabcdef"), Osv(AdvisorySpace.Go, "CVE-2024-1", "example.org/x", VersionRange.Before("0.0.0-20210101000000-abcdefabcdef"))) },
        { "Go itself is judged by its release", "CVE-2024-1 stdlib 1.21.4 fixed in 1.21.5", () => Scan(Language(Ecosystem.Go, "stdlib", "1.21.4"), Osv(AdvisorySpace.Go, "CVE-2024-1", "stdlib", new VersionRange("1.21.0-0", "1.21.5"))) },
        { "a Maven artifact is known by its group", "CVE-2021-44228 org.apache.logging.log4j:log4j-core 2.14.1 fixed in 2.15.0", () => Scan(Language(Ecosystem.Java, "log4j-core", "2.14.1", "org.apache.logging.log4j"), Osv(AdvisorySpace.Maven, "CVE-2021-44228", "org.apache.logging.log4j:log4j-core", new VersionRange("2.13.0", "2.15.0"))) },
        { "a NuGet package is found in any case", "CVE-2024-1 Newtonsoft.Json 12.0.3 fixed in 13.0.1", () => Scan(Language(Ecosystem.NuGet, "Newtonsoft.Json", "12.0.3"), Osv(AdvisorySpace.NuGet, "CVE-2024-1", "Newtonsoft.Json", VersionRange.Before("13.0.1"))) },
        { "a crate is judged by its version", "nothing", () => Scan(Language(Ecosystem.Rust, "time", "0.2.23"), Osv(AdvisorySpace.CratesIo, "RUSTSEC-2020-0071", "time", VersionRange.Before("0.2.23"))) },
        { "a package without a version is not judged", "unjudged: x: no version is known of them", () => Scan(Language(Ecosystem.Python, "x", null), Osv(AdvisorySpace.PyPI, "CVE-2024-1", "x", VersionRange.All)) },
    };

    public static TheoryData<string, string, Func<ScanReport>> Rules => new()
    {
        { "a rule with a reason takes a finding out of the count", "suppressed by ignored: CVE-2024-1 x (not reachable)", () => Scan(Deb("x 1-1"), Found, Ignoring(null, "x")) },
        { "on its last day a rule still holds", "suppressed by ignored: CVE-2024-1 x (not reachable)", () => Scan(Deb("x 1-1"), Found, Ignoring("2026-06-01", "x")) },
        { "the day after the finding is back, with a note", "CVE-2024-1 x 1-1 unfixed\nnote: ignore.yaml:3 no longer ignores CVE-2024-1 in x: the rule expired after 2026-05-31", () => Scan(Deb("x 1-1"), Found, Ignoring("2026-05-31", "x")) },
        { "a rule for another package leaves it", "CVE-2024-1 x 1-1 unfixed", () => Scan(Deb("x 1-1"), Found, Ignoring(null, "y")) },
        { "a rule without a package is for all", "suppressed by ignored: CVE-2024-1 x (not reachable)", () => Scan(Deb("x 1-1"), Found, Ignoring(null, null)) },
        { "a baseline leaves only what is new", "CVE-2024-2 x 1-1 unfixed\nknown: CVE-2024-1 x", () => Scan(Deb("x 1-1"), new AdvisoryMemory([Debian("CVE-2024-1", "x"), Debian("CVE-2024-2", "x")]), ScanRules.None(Now) with { Baseline = new ScanBaseline("old.json", [new BaselineFinding("CVE-2024-1", "x")]) }) },
    };

    public static TheoryData<string, string, Func<ScanReport>> Vex => new()
    {
        { "a product of the package's name and version takes its finding out", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:deb/debian/x@1-1")) },
        { "without a version it means every version", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:deb/debian/x")) },
        { "a qualifier that the package has fits", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:deb/debian/x?arch=amd64")) },
        { "one that it has not does not", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/debian/x?arch=arm64")) },
        { "another version does not fit", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/debian/x@1-2")) },
        { "nor does another distribution's package", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/ubuntu/x@1-1")) },
        { "a statement about another vulnerability leaves it", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/debian/x") with { Vulnerability = "CVE-2024-2" }) },
        { "a vulnerability is known by any of its names", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:deb/debian/x") with { Vulnerability = "GHSA-a", Aliases = ["CVE-2024-1"] }) },
        { "fixed takes it out as well", "suppressed by fixed: CVE-2024-1 x", () => ByVex(new VexStatement { Vulnerability = "CVE-2024-1", Status = VexStatus.Fixed, Products = Products("pkg:deb/debian/x") }) },
        { "under investigation does not", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/debian/x") with { Status = VexStatus.UnderInvestigation }) },
        { "the latest statement counts, wherever it stands", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:deb/debian/x") with { Status = VexStatus.Affected, Time = Now }, Said("pkg:deb/debian/x") with { Time = Now.AddDays(-1) }) },
        { "of two of one time the one further down", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:deb/debian/x") with { Status = VexStatus.Affected, Time = Now }, Said("pkg:deb/debian/x") with { Time = Now }) },
        { "the image with the package as its part", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:oci/app", "pkg:deb/debian/x")) },
        { "another image with the package as its part leaves it", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:oci/other", "pkg:deb/debian/x")) },
        { "the image with another part leaves it", "CVE-2024-1 x 1-1 unfixed", () => ByVex(Said("pkg:oci/app", "pkg:deb/debian/y")) },
        { "the image alone is all of it", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("pkg:oci/app?repository_url=example.org%2Fapp")) },
        { "a document without products is about what it is handed in for", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Said("") with { Products = [] }) },
        { "one of two packages of a source is not enough", "CVE-2024-1 x 1-1 (x-bin x-lib) unfixed", () => ByVex(Deb("x-bin 1-1 of x", "x-lib 1-1 of x"), Said("pkg:deb/debian/x-bin")) },
        { "both of them are", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Deb("x-bin 1-1 of x", "x-lib 1-1 of x"), Said("pkg:deb/debian/x-bin"), Said("pkg:deb/debian/x-lib")) },
        { "and so is their source", "suppressed by not_affected: vulnerable_code_not_in_execute_path: CVE-2024-1 x (never called)", () => ByVex(Deb("x-bin 1-1 of x", "x-lib 1-1 of x"), Said("pkg:deb/debian/x@1-1?arch=source")) },
    };

    public static TheoryData<string, string, Func<ScanReport>> Code => new()
    {
        { "a library that is there is code", "CVE-2024-1 x 1-1 unfixed code present", () => OfFiles("/usr/lib/libx.so.1\n/usr/share/doc/x/copyright", ("usr/lib/libx.so.1", "\u007FELF"), ("usr/share/doc/x/copyright", "c")) },
        { "a slice with documents alone has none", "CVE-2024-1 x 1-1 unfixed code absent", () => OfFiles("/usr/lib/libx.so.1\n/usr/share/doc/x/copyright", ("usr/share/doc/x/copyright", "c")) },
        { "nor has one with data alone", "CVE-2024-1 x 1-1 unfixed code absent", () => OfFiles("/usr/share/x/table.dat\n/usr/bin/x", ("usr/share/x/table.dat", "1 2 3")) },
        { "a plug-in without a library's name is code by its first bytes", "CVE-2024-1 x 1-1 unfixed code present", () => OfFiles("/usr/lib/x/plugin", ("usr/lib/x/plugin", "\u007FELF\x02\x01\x01")) },
        { "a script is code though nobody may start it", "CVE-2024-1 x 1-1 unfixed code present", () => OfFiles("/usr/share/x/hook", ("usr/share/x/hook", "#!/bin/sh\n")) },
        { "what may be started is code whatever it begins with", "CVE-2024-1 x 1-1 unfixed code present", () => OfFiles("/usr/bin/x", ("usr/bin/x*", "?")) },
        { "a module of Python is code", "CVE-2024-1 x 1-1 unfixed code present", () => OfFiles("/usr/lib/python3/dist-packages/x.py", ("usr/lib/python3/dist-packages/x.py", "")) },
        { "a link is no code by itself", "CVE-2024-1 x 1-1 unfixed code absent", () => OfFiles("/usr/share/doc/x", ("usr/share/other", "")) },
        { "none of its files being there is no code", "CVE-2024-1 x 1-1 unfixed code absent", () => OfFiles("/usr/bin/x") },
        { "without a list of its files nobody knows", "CVE-2024-1 x 1-1 unfixed", () => Scan(Image(Release, ("var/lib/dpkg/status.d/x", Stanza), ("usr/bin/y*", "")), Debian("CVE-2024-1", "x")) },
        { "a distroless package with its sums is judged by what is there", "CVE-2024-1 x 1-1 unfixed code absent", () => Scan(Image(Release, ("var/lib/dpkg/status.d/x", Stanza), ("var/lib/dpkg/status.d/x.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\n")), Debian("CVE-2024-1", "x")) },
        { "one package of a source with code is enough", "CVE-2024-1 x 1-1 (x x-doc) unfixed code present", () => Scan(Image(
            Release,
            ("var/lib/dpkg/status", $"{Stanza}\nPackage: x-doc\nStatus: install ok installed\nSource: x\nArchitecture: all\nVersion: 1-1\n"),
            ("var/lib/dpkg/info/x.list", "/usr/bin/x\n"),
            ("var/lib/dpkg/info/x-doc.list", "/usr/share/doc/x-doc/a\n"),
            ("usr/bin/x*", "\u007FELF"),
            ("usr/share/doc/x-doc/a", "")), Debian("CVE-2024-1", "x")) },
        { "a language's package within the distribution's is the distribution's to judge", "note: a package of a programming language came within one of the distribution, and is judged by the advisories about that", () => Scan(Image(
            Release,
            ("var/lib/dpkg/status", Stanza),
            ("var/lib/dpkg/info/x.list", "/usr/lib/python3/dist-packages/x-1.0.dist-info/METADATA\n"),
            ("usr/lib/python3/dist-packages/x-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n")), Debian("CVE-2024-1", "x", "1-1"), Osv(AdvisorySpace.PyPI, "CVE-2024-2", "x", VersionRange.All)) },
        { "and one beside them is judged by its language's", "CVE-2024-2 x 1.0 unfixed code present", () => Scan(Image(
            Release,
            ("var/lib/dpkg/status", Stanza),
            ("usr/local/lib/python3/site-packages/x-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n")), Debian("CVE-2024-1", "x", "1-1"), Osv(AdvisorySpace.PyPI, "CVE-2024-2", "x", VersionRange.All)) },
    };

    private const string Stanza = "Package: x\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n";

    private static (string Path, string Text) Release => ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");

    private static AdvisoryMemory Found => new([Debian("CVE-2024-1", "x")]);

    [Theory]
    [MemberData(nameof(Distribution))]
    public void Of_distributions(string sentence, string expected, Func<ScanReport> scan) => Check(sentence, expected, scan);

    [Theory]
    [MemberData(nameof(Languages))]
    public void Of_languages(string sentence, string expected, Func<ScanReport> scan) => Check(sentence, expected, scan);

    [Theory]
    [MemberData(nameof(Rules))]
    public void Of_rules(string sentence, string expected, Func<ScanReport> scan) => Check(sentence, expected, scan);

    [Theory]
    [MemberData(nameof(Vex))]
    public void Of_vex_documents(string sentence, string expected, Func<ScanReport> scan) => Check(sentence, expected, scan);

    [Theory]
    [MemberData(nameof(Code))]
    public void Of_what_is_there(string sentence, string expected, Func<ScanReport> scan) => Check(sentence, expected, scan);

    [Fact]
    public void Findings_are_ranked_by_exploitation_then_its_probability_then_severity_then_name()
    {
        var report = Scan(Deb("x 1-1"), new AdvisoryMemory(
            [
                Debian("CVE-2024-1", "x") with { Urgency = "low" },
                Debian("CVE-2024-2", "x") with { Urgency = "high" },
                Debian("CVE-2024-3", "x") with { Urgency = "low" },
                Debian("CVE-2024-4", "x") with { Urgency = "high" },
                Debian("CVE-2024-5", "x") with { Urgency = "unimportant" },
            ],
            [
                new AdvisoryFacts { Id = "CVE-2024-3", Epss = 0.9 },
                new AdvisoryFacts { Id = "CVE-2024-5", KnownExploited = new DateOnly(2024, 1, 1) },
            ]));

        Assert.Equal(["CVE-2024-5", "CVE-2024-3", "CVE-2024-2", "CVE-2024-4", "CVE-2024-1"], report.Vulnerabilities.Select(static found => found.Id));
        Assert.True(report.Vulnerabilities[0].IsKnownExploited);
    }

    private static void Check(string sentence, string expected, Func<ScanReport> scan)
    {
        string actual = Text(scan());
        Assert.True(expected == actual, $"{sentence}:\nwant {expected}\ngot  {actual}");
    }

    private static VexStatement Said(string product, params string[] parts) => new()
    {
        Vulnerability = "CVE-2024-1",
        Status = VexStatus.NotAffected,
        Justification = "vulnerable_code_not_in_execute_path",
        ImpactStatement = "never called",
        Products = Products(product, parts),
    };

    private static ImmutableArray<VexProduct> Products(string product, params string[] parts) =>
        [new VexProduct(product, [], [], [.. parts.Select(static part => new VexProduct(part, [], [], []))])];

    private static ScanReport ByVex(params VexStatement[] statements) => ByVex(Deb("x 1-1"), statements);

    private static ScanReport ByVex(ScanSubject subject, params VexStatement[] statements) => Scan(
        subject with { Products = [PackageUrls.OfImage("example.org/app", Digest.Of([]), "amd64")] },
        Found,
        ScanRules.None(Now) with { Vex = [new VexSource("vex.json", new VexDocument { Id = "https://example.org/1", Author = "me", Statements = [.. statements] })] });

    // An image with the package x, whose database lists these paths.
    private static ScanReport OfFiles(string list, params (string Path, string Text)[] files) => Scan(
        Image([Release, ("var/lib/dpkg/status", Stanza), ("var/lib/dpkg/info/x.list", $"{list}\n"), .. files]),
        Debian("CVE-2024-1", "x"));

    private static ScanRules Ignoring(string? expires, string? package) => ScanRules.None(Now) with
    {
        Ignores = [new IgnoreRule("CVE-2024-1", package, "not reachable", expires is null ? null : DateOnly.Parse(expires, System.Globalization.CultureInfo.InvariantCulture), "ignore.yaml:3")],
    };

    private static AdvisoryMemory WithVector(AdvisoryEntry entry) =>
        new([entry], [new AdvisoryFacts { Id = entry.Id, CvssVectors = ["AV:N/AC:L/Au:N/C:P/I:N/A:N", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"] }]);
}
