using System.Text;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class PolicyReaderTests
{
    [Fact]
    public void Reads_every_key()
    {
        var policy = Parse("""
            packages: {require: [ca-certificates], forbid: [apt, "*-dev"]}
            paths: {require: [/etc/passwd], forbid: [/usr/share/doc/**]}
            shells: false
            package-managers: true
            setuid: [/usr/bin/su]
            world-writable: []
            unowned: false
            root: false
            size: {compressed: 30MiB, unpacked: 100M}
            licenses: {allow: [MIT], deny: ["AGPL-*"]}
            hardening: {pie: 100, full-relro: 90 %, except: [/opt]}
            vulnerabilities: {critical-fixable: 0, high: 3, known-exploited: 0}
            advisories-max-age: 36h
            ignore: [ignored.yaml, {id: CVE-1, reason: because, expires: 2027-01-31}]
            vex: a.json

            """);

        Assert.Equal(["ca-certificates"], policy.RequiredPackages.ToArray());
        Assert.Equal(["apt", "*-dev"], policy.ForbiddenPackages.ToArray());
        Assert.Equal(["/etc/passwd"], policy.RequiredPaths.ToArray());
        Assert.Equal(["/usr/share/doc/**"], policy.ForbiddenPaths.ToArray());
        Assert.Equal((false, true, false, false, false), (policy.Shells.IsAllowed, policy.PackageManagers.IsAllowed, policy.SetUserIds.IsAllowed, policy.WorldWritable.IsAllowed, policy.Unowned.IsAllowed));
        Assert.Equal(["/usr/bin/su"], policy.SetUserIds.Exceptions.ToArray());
        Assert.False(policy.Root);
        Assert.Equal((30L << 20, 100L << 20), (policy.CompressedSize, policy.UnpackedSize));
        Assert.Equal(["MIT"], policy.AllowedLicenses.ToArray());
        Assert.Equal(["AGPL-*"], policy.DeniedLicenses.ToArray());
        Assert.Equal("full-relro 90, pie 100", string.Join(", ", policy.Hardening.Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.Equal(["/opt"], policy.HardeningExceptions.ToArray());
        Assert.Equal("critical-fixable 0, high 3, known-exploited 0", string.Join(", ", policy.Vulnerabilities.Select(pair => $"{pair.Key} {pair.Value}")));
        Assert.Equal(TimeSpan.FromHours(36), policy.AdvisoriesMaxAge);
        Assert.Equal(("ignored.yaml", "a.json"), (Assert.Single(policy.IgnoreFiles).Path, Assert.Single(policy.VexFiles).Path));
        Assert.Equal(("CVE-1", "because", new DateOnly(2027, 1, 31), "p.yaml:14:24"), (policy.Ignores[0].Id, policy.Ignores[0].Reason, policy.Ignores[0].Expires, policy.Ignores[0].Source));
    }

    [Fact]
    public void What_is_not_said_is_allowed()
    {
        var policy = Parse("packages: {forbid: [apt]}\n");

        Assert.True(policy is { Root: true, Shells.IsAllowed: true, Unowned.IsAllowed: true, CompressedSize: null, UnpackedSize: null });
    }

    [Theory]
    [InlineData("shell: false\n", "p.yaml:1:1: unknown key 'shell' (did you mean 'shells'?)")]
    [InlineData("packages: {forbidden: [apt]}\n", "p.yaml:1:12: unknown key 'forbidden'")]
    [InlineData("packages: [apt]\n", "p.yaml:1:11: 'packages' must be a map, not a list")]
    [InlineData("setuid: su\n", "p.yaml:1:9: 'setuid' must be true or false, not 'su'")]
    [InlineData("setuid: [su]\n", "p.yaml:1:10: 'su' must be an absolute path, or a pattern of such")]
    [InlineData("size: {unpacked: big}\n", "p.yaml:1:18: 'unpacked' must be a size such as 30MiB, not 'big'")]
    [InlineData("hardening: {pie: 101}\n", "p.yaml:1:18: 'pie' must be a share of files from 0 to 100 (percent), not '101'")]
    [InlineData("hardening: {pies: 1}\n", "p.yaml:1:13: unknown key 'pies' (did you mean 'pie'?)")]
    [InlineData("vulnerabilities: {critcal: 0}\n", "p.yaml:1:19: unknown key 'critcal' (did you mean 'critical'?)")]
    [InlineData("vulnerabilities: {critical: none}\n", "p.yaml:1:29: 'critical' must be how many there may be, such as 0, not 'none'")]
    [InlineData("advisories-max-age: 7\n", "p.yaml:1:21: 'advisories-max-age' must be an age such as 7d or 36h, not '7'")]
    [InlineData("ignore: {id: CVE-1}\n", "p.yaml:1:9: 'reason' is missing")]
    [InlineData("ignore: [{id: CVE-1, reason: x, expire: 2027-01-01}]\n", "p.yaml:1:33: unknown key 'expire' (did you mean 'expires'?)")]
    [InlineData("ignore: [[x]]\n", "p.yaml:1:10: an entry of 'ignore' must be a file of rules, or a rule, not a list")]
    [InlineData("vex: [{a: b}]\n", "p.yaml:1:7: an entry of 'vex' must be an OpenVEX document, not a map")]
    [InlineData("vex: [\"\"]\n", "p.yaml:1:7: an entry of 'vex' must be an OpenVEX document, not nothing")]
    [InlineData("- shells\n", "p.yaml:1:1: 'policy' must be a map, not a list")]
    public void Mistakes_are_told_with_their_place(string text, string problem) =>
        Assert.StartsWith(problem, Assert.Throws<ImageFileException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_image_file_tells_them_too_and_may_stand_for_its_policy()
    {
        const string Text = "contents: {repositories: [deb bookworm main], packages: [hello]}\npolicy:\n  rot: false\n";

        Assert.Contains("x.yaml:3:3: unknown key 'rot' (did you mean 'root'?)", Assert.Throws<ImageFileException>(() => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(Text))).Message, StringComparison.Ordinal);
        Assert.False(Parse(Text.Replace("rot", "root", StringComparison.Ordinal)).Root);
        Assert.False(PolicyReader.Of(ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(Text.Replace("rot", "root", StringComparison.Ordinal))))!.Root);
    }

    private static Bothy.Inspection.Policy.ImagePolicy Parse(string text) => PolicyReader.Parse("p.yaml", Encoding.UTF8.GetBytes(text));
}
