using System.Text;
using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebianReleaseTests
{
    private static readonly string Sha256 = new('a', 64);
    private static readonly string Sha512 = new('b', 128);

    [Fact]
    public void Reads_the_fields()
    {
        var release = Parse("Suite: oldstable\nCodename: bookworm\nVersion: 12.5\nOrigin: Debian\nLabel: Debian\nDate: Sat, 11 Jul 2026 10:16:37 UTC\nValid-Until: Sun, 12 Jul 2026 10:16:37 UTC\nAcquire-By-Hash: yes\nArchitectures: all amd64\nComponents: main contrib");

        Assert.Equal(("oldstable", "bookworm", "12.5", "Debian", "Debian"), (release.Suite, release.Codename, release.Version, release.Origin, release.Label));
        Assert.Equal(new DateTimeOffset(2026, 7, 11, 10, 16, 37, TimeSpan.Zero), release.Date);
        Assert.Equal(release.Date.AddDays(1), release.ValidUntil);
        Assert.True(release.AcquireByHash);
        Assert.True(release.HasIndexForAll);
        Assert.Equal(["main", "contrib"], release.Components.AsEnumerable());
    }

    [Theory]
    [InlineData("Thu, 1 Jan 2026 3:04:05 +0000")]
    [InlineData("Thu, 01 Jan 2026 03:04:05 GMT")]
    [InlineData("Thu, 01 Jan 2026 05:04:05 +0200")]
    [InlineData("01 Jan 2026 03:04:05 Z")]
    public void Reads_dates_as_archives_write_them(string date) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 3, 4, 5, TimeSpan.Zero), Parse($"Suite: s\nDate: {date}").Date);

    [Fact]
    public void Only_the_strongest_hash_counts()
    {
        var release = Parse($"Date: Thu, 1 Jan 2026 00:00:00 UTC\nSHA512:\n {Sha512} 7 both");

        Assert.Equal(new ReleaseFile("both", 7, "SHA512", Sha512), release.Find("both"));
        Assert.Equal($"by-hash/SHA512/{Sha512}", release.Find("both")!.ByHashPath);
        Assert.Null(release.Find("main/binary-amd64/Packages")); // SHA256 alone names it
    }

    [Theory]
    [InlineData("", 500)]
    [InlineData("NotAutomatic: yes\n", 1)]
    [InlineData("NotAutomatic: yes\nButAutomaticUpgrades: yes\n", 100)]
    [InlineData("NotAutomatic: no\nButAutomaticUpgrades: yes\n", 500)]
    public void Has_the_priority_that_apt_gives(string fields, int priority) =>
        Assert.Equal(priority, Parse(fields + "Date: Thu, 1 Jan 2026 00:00:00 UTC").Priority);

    [Theory]
    [InlineData("Architectures: all amd64\n", true)]
    [InlineData("Architectures: all amd64\nNo-Support-for-Architecture-all: Packages\n", false)] // Debian's own
    [InlineData("Architectures: amd64\n", false)]
    public void Knows_whether_all_has_an_index_of_its_own(string fields, bool has) =>
        Assert.Equal(has, Parse(fields + "Date: Thu, 1 Jan 2026 00:00:00 UTC").HasIndexForAll);

    [Theory]
    [InlineData("bookworm", null)]
    [InlineData("oldstable", null)]
    [InlineData("bookworm/updates", null)] // the place of security updates up to buster
    [InlineData("./", null)]
    [InlineData("stable", "cannot use it: it is the index of suite oldstable, codename bookworm, not of stable")]
    [InlineData("trixie", "cannot use it: it is the index of suite oldstable, codename bookworm, not of trixie")]
    public void Is_for_its_suite_and_codename(string suite, string? message)
    {
        var release = Parse("Suite: oldstable\nCodename: bookworm\nDate: Thu, 1 Jan 2026 00:00:00 UTC");

        Assert.Equal(message, Record.Exception(() => release.CheckIsFor(suite, "it"))?.Message);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(7, null)]
    [InlineData(7.1, "cannot use it: its index expired on 2026-01-08 00:00 UTC")]
    [InlineData(-0.9, null)] // a clock that is a bit behind
    [InlineData(-2, "cannot use it: its index is dated 2026-01-01 00:00 UTC, which is in the future")]
    public void Is_of_its_time(double days, string? message)
    {
        var release = Parse("Date: Thu, 1 Jan 2026 00:00:00 UTC\nValid-Until: Thu, 8 Jan 2026 00:00:00 UTC");

        Assert.Equal(message, Record.Exception(() => release.CheckDates(release.Date.AddDays(days), checkValidUntil: true, "it"))?.Message);
    }

    [Theory]
    [InlineData("Suite: s", "it has no Date")]
    [InlineData("Date: yesterday", "its Date 'yesterday' is not a date")]
    [InlineData("Date: Thu, 1 Jan 2026 00:00:00 UTC\nSHA256:\n abc 1 x", "its SHA256 has the line 'abc 1 x', which is not a hash, a size and a path")]
    [InlineData("Date: Thu, 1 Jan 2026 00:00:00 UTC\nSHA256:\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -1 x", "its SHA256 has the line 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -1 x', which is not a hash, a size and a path")]
    [InlineData("Date: Thu, 1 Jan 2026 00:00:00 UTC\nMD5Sum:\n d41d8cd98f00b204e9800998ecf8427e 0 x", "it lists no file by SHA256 or SHA512")]
    [InlineData("Date: Thu, 1 Jan 2026 00:00:00 UTC\n\nDate: Thu, 1 Jan 2026 00:00:00 UTC", "it has 2 paragraphs where one is expected")]
    public void Says_what_is_wrong(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => DebianRelease.Parse(Encoding.UTF8.GetBytes(text + "\n"), "Release")).Problem);

    private static DebianRelease Parse(string fields) =>
        DebianRelease.Parse(Encoding.UTF8.GetBytes($"{fields}\nSHA256:\n {Sha256} 50 main/binary-amd64/Packages\n"), "Release");
}
