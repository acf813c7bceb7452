using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>What is assembled of an official repository's packages, compared with what the real apk installs of them.</summary>
public sealed class RealApkTests(AlpineBoot boot) : AssemblerTestBase, IClassFixture<AlpineBoot>
{
    // What running scripts leaves and an image is better without: BusyBox keeps the account files as they were before its last change, apk
    // the directory that it starts scripts from.
    private static readonly string[] LeftOut = ["etc/passwd-", "etc/group-", "etc/shadow-", "lib/apk/exec"];

    // Written by scripts that are reported as not covered.
    private static readonly string[] OfUncovered = ["etc/tiny-cloud.conf"];

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData("")]
    [InlineData("musl")]
    [InlineData("busybox")]
    [InlineData("alpine-baselayout")]
    [InlineData("alpine-base")]
    [InlineData("openssh")]
    [InlineData("chrony")] // no passwd to add its account to
    [InlineData("alpine-baselayout chrony doas")]
    [InlineData("wpa_supplicant dhcpcd alpine-baselayout-data")]
    [InlineData("ppp-daemon ppp-pppoe ppp-radius")]
    [InlineData("dhcpcd")]
    [InlineData("e2fsprogs e2fsprogs-extra")]
    [InlineData("tiny-cloud-alpine")]
    [InlineData("tiny-cloud-nocloud yx")]
    [InlineData("ca-certificates-bundle wget")]
    [InlineData("alpine-base openssh chrony")]
    [InlineData("openntpd openssl>3 !nosuch")]
    [InlineData("network-extras")]
    [InlineData("tzdata sfdisk partx zlib~1.3")]
    [InlineData("doas iw alpine-conf")]
    [InlineData("apk-tools alpine-keys alpine-release")]
    [InlineData("libc-utils scanelf")]
    [InlineData("kbd-bkeymaps usb-modeswitch bridge vlan bonding")]
    [InlineData("busybox-suid busybox-mdev-openrc busybox-openrc openrc")]
    [InlineData("gnutls pcre2 libusb dbus-libs p11-kit")]
    public void The_tree_and_the_database_are_those_of_apk(string world)
    {
        string[] requests = world.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (plain, order) = boot.Install(scripts: false, requests);
        var (scripted, _) = boot.Install(scripts: true, requests);
        var result = boot.Assemble(Image, order, requests);

        var ours = RootTree.Lines(WithoutDays(result.Tree));
        var theirs = RootTree.Lines(RootTree.Read(boot.Apk[plain]));
        var withScripts = RootTree.Lines(WithoutDays(RootTree.Read(boot.Apk[scripted])));
        var problems = new List<string>();
        foreach (var (path, line) in ours)
        {
            bool isEffects = result.Tree.TryGet(TreePath.Parse(path), out var entry) && entry.Origin is Origin.Effect { Name: not ("apk-root" or "apk-database") };
            string? expected = isEffects || path == "lib/apk/db/installed" ? withScripts.GetValueOrDefault(path) : theirs.GetValueOrDefault(path);
            if (line != expected && line != withScripts.GetValueOrDefault(path))
            {
                problems.Add($"{path}: {line}, want {expected ?? "nothing"}");
            }
        }

        problems.AddRange(theirs.Where(other => !ours.ContainsKey(other.Key)).Select(static other => $"{other.Key}: nothing, want {other.Value}"));
        problems.AddRange(withScripts
            .Where(other => !ours.ContainsKey(other.Key) && !LeftOut.Contains(other.Key, StringComparer.Ordinal) && !OfUncovered.Contains(other.Key, StringComparer.Ordinal))
            .Select(static other => $"{other.Key}: nothing, want {other.Value} of scripts"));
        Assert.Equal("", string.Join('\n', problems));
        CheckDatabase(result, plain);
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public void All_packages_that_go_together_give_what_apk_installs()
    {
        // ifupdown-ng does without vlan's scripts and says so by a conflict.
        string[] world = [.. boot.Names.Where(static name => name is not ("vlan" or "network-extras"))];
        var (root, order) = boot.Install(scripts: true, world);

        var result = boot.Assemble(Image, order, world);

        Assert.Equal(File.ReadAllText(boot.Apk[root + "/lib/apk/db/installed"]), Text(result, "lib/apk/db/installed"));
        Assert.Equal(File.ReadAllBytes(boot.Apk[root + "/lib/apk/db/scripts.tar"]), Entry(result, "lib/apk/db/scripts.tar").Content!.ReadAll());
        Assert.Equal(
            ["tiny-cloud-alpine: post-install", "tiny-cloud-nocloud: post-install"],
            result.Uncovered.Select(static script => $"{script.Package.Name}: {script.Script}").Order(StringComparer.Ordinal));
    }

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData("alpine-base openssh chrony", "/usr/sbin/chronyd", "chrony-4.5-r0")]
    [InlineData("alpine-base dhcpcd wpa_supplicant openssh", "/sbin/dhcpcd", "dhcpcd-10.0.5-r0")]
    public void apk_goes_on_from_what_is_assembled(string world, string owned, string owner)
    {
        string[] requests = world.Split(' ');
        var (scripted, order) = boot.Install(scripts: true, requests);
        string root = scripted + "-ours";
        RootTree.Write(boot.Assemble(Image, order, requests).Tree, boot.Apk[root]);

        JudgeResult Inside(params string[] command) => boot.Apk.Run(["/usr/sbin/chroot", root, .. command]);

        Assert.Equal($"{owned} is owned by {owner}\n", Inside("/sbin/apk", "info", "-W", owned).Succeeded().Output);
        Assert.Equal(string.Join('\n', order.Order(StringComparer.Ordinal)), Sorted(Inside("/sbin/apk", "info").Succeeded().Output));
        foreach (string[] audit in new string[][] { ["audit"], ["audit", "--system"], ["audit", "--full", "/bin", "/usr", "/sbin", "/lib"] })
        {
            var theirs = boot.Apk.Run(["/usr/sbin/chroot", scripted, "/sbin/apk", .. audit]).Output.Split('\n').Where(static line => !LeftOut.Any(path => line == "A " + path));
            Assert.Equal(Sorted(string.Join('\n', theirs)), Sorted(Inside(["/sbin/apk", .. audit]).Succeeded().Output));
        }

        // The database is good enough to take packages out again, by their own scripts' lists.
        Inside("/sbin/apk", "del", "--no-network", "alpine-base", "openssh").Succeeded();
        Assert.False(File.Exists(boot.Apk[root + "/usr/sbin/sshd"]));

        static string Sorted(string lines) => string.Join('\n', lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    private void CheckDatabase(AssemblyResult result, string plain)
    {
        string[] ours = Text(result, "lib/apk/db/installed").Split('\n');
        string[] theirs = File.ReadAllText(boot.Apk[plain + "/lib/apk/db/installed"]).Split('\n');
        Assert.Equal(theirs.Length, ours.Length);

        // Where a script adds the account that owns a file, its number stands in place of the one from the package.
        Assert.All(theirs.Zip(ours).Where(static pair => pair.First != pair.Second), static pair => Assert.Matches("^[Ma]:", pair.First));
        foreach (string file in new[] { "triggers", "scripts.tar" })
        {
            Assert.Equal(File.ReadAllBytes(boot.Apk[$"{plain}/lib/apk/db/{file}"]), Entry(result, "lib/apk/db/" + file).Content!.ReadAll());
        }
    }

    // A line of shadow(5) has the day of the password's last change, which for a new account is today.
    private static FileTree WithoutDays(FileTree tree)
    {
        var path = TreePath.Parse("etc/shadow");
        if (tree.TryGet(path, out var shadow))
        {
            string text = Encoding.UTF8.GetString(shadow.Content!.ReadAll());
            var lines = text.Split('\n').Select(static line => line.Split(':') is { Length: 9 } fields && fields[1] == "!" ? string.Join(':', [.. fields[..2], "", .. fields[3..]]) : line);
            tree.Set(shadow with { Content = FileContent.Of(string.Join('\n', lines)) });
        }

        return tree;
    }
}
