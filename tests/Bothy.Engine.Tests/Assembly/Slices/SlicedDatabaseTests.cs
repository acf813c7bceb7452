using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.Assembly.Slices;

/// <summary>What dpkg's database says of a package that is there in part, in dpkg's own words where it is installed.</summary>
public sealed class SlicedDatabaseTests : AssemblerTestBase
{
    private const string Slices = """
          bins:
            essential:
              tool_copyright:
            contents:
              /usr/bin/tool:
              /etc/tool.conf:
          copyright:
            contents:
              /usr/share/doc/tool/copyright:
        """;

    [Fact]
    public void The_small_form_says_the_slices_and_sums_only_what_is_there()
    {
        var result = Build(DatabaseChoice.StatusDirectory);

        Assert.Equal(
            "Package: tool\nVersion: 1.0\nArchitecture: amd64\nMaintainer: Nobody <n@example.org>\nDescription: a tool\nX-Bothy-Slices: tool_bins tool_copyright\n",
            Text(result, "var/lib/dpkg/status.d/tool"));
        Assert.Equal("9dd4e461268c8034f5c8564e155c67a6  usr/bin/tool\n", Text(result, "var/lib/dpkg/status.d/tool.md5sums"));
        Assert.DoesNotContain("X-Bothy-Slices", Text(result, "var/lib/dpkg/status.d/whole"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_full_form_lists_and_sums_what_is_there_and_has_no_scripts()
    {
        var result = Build(DatabaseChoice.Dpkg);

        Assert.Equal("/.\n/etc\n/etc/tool.conf\n/usr\n/usr/bin\n/usr/bin/tool\n/usr/share\n/usr/share/doc\n/usr/share/doc/tool\n/usr/share/doc/tool/copyright\n", Text(result, "var/lib/dpkg/info/tool.list"));
        Assert.Equal("/etc/tool.conf\n", Text(result, "var/lib/dpkg/info/tool.conffiles"));
        Assert.Equal("9dd4e461268c8034f5c8564e155c67a6  usr/bin/tool\n", Text(result, "var/lib/dpkg/info/tool.md5sums"));
        Assert.False(Has(result, "var/lib/dpkg/info/tool.postinst"));
        Assert.True(Has(result, "var/lib/dpkg/info/whole.postinst"));
    }

    [RequiresFact("judges:dpkg-query")]
    public void Dpkg_query_reads_it()
    {
        using var disk = new TemporaryDirectory();
        DiskTree.Write(Build(DatabaseChoice.Dpkg).Tree, disk.Path);
        string database = Path.Combine(disk.Path, "var/lib/dpkg");

        Assert.Equal(
            "tool 1.0 installed tool_bins tool_copyright\nwhole 1.0 installed \n",
            Judge.Run("dpkg-query", "--admindir", database, "-W", "-f", "${Package} ${Version} ${db:Status-Status} ${X-Bothy-Slices}\\n").Succeeded().Output);
        Assert.Equal("tool: /usr/bin/tool\n", Judge.Run("dpkg-query", "--admindir", database, "-S", "/usr/bin/tool").Succeeded().Output);
        Assert.Equal("", Judge.Run("dpkg", "--root", disk.Path, "--verify", "tool").Succeeded().Output);
    }

    private static AssemblyResult Build(DatabaseChoice database)
    {
        using var release = new ReleaseFiles(("tool", Slices));
        var contents = new[]
        {
            new TestPackage("tool")
                .Field("Maintainer", "Nobody <n@example.org>").Field("Description", "a tool")
                .File("usr/bin/tool", "x").File("usr/bin/other", "y").File("etc/tool.conf", "z").File("etc/other.conf").File("usr/share/doc/tool/copyright", "c")
                .Control("md5sums", "9dd4e461268c8034f5c8564e155c67a6  usr/bin/tool\n415290769594460e2e485922904f345d  usr/bin/other\n")
                .Control("conffiles", "/etc/tool.conf\n/etc/other.conf\n")
                .Script("postinst", "true").Build(),
            new TestPackage("whole").Field("Maintainer", "Nobody <n@example.org>").Field("Description", "whole").File("usr/bin/whole").Script("postinst", "true").Build(),
        };
        return Assembler.Assemble(
            new AssemblyRequest([.. contents], [], Image with { Contents = new ContentsSpec { Database = database } }) { Slices = release.Select(contents, "tool_bins") },
            CancellationToken.None);
    }
}
