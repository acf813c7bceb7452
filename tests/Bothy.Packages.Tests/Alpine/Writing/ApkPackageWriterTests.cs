using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Packages.Tests.Alpine.Writing;

public sealed class ApkPackageWriterTests
{
    [Fact]
    public void The_bytes_are_those_of_the_package_and_of_nothing_else()
    {
        var package = new ApkBuilder("pinned", "1.2.3-r4").Depends("musl").File("usr/share/large", Pattern(3_000_000)).Script(".post-install", "#!/bin/sh\n").Package;

        byte[] one = Write(package, parallelism: 1);
        byte[] many = Write(package, parallelism: 4);

        Assert.Equal(one, many);

        // Of contract v2. Changes with the contract of the compression, and with nothing else.
        Assert.Equal("ad2ca4ee0f0df2661690231c99253507", Digest.Of(one).Hex[..32]);
    }

    [Fact]
    public void A_package_is_three_members_of_one_archive()
    {
        byte[] apk = new ApkBuilder("a").Script(".trigger", "#!/bin/sh\n").Script(".post-install", "#!/bin/sh\n").File("b/c").File("b.d").Build(ApkRepositoryBuilder.Key);

        Assert.Equal(
            [
                $".SIGN.RSA256.{ApkRepositoryBuilder.KeyName}",
                ".PKGINFO .post-install .trigger",
                "b/ b/c b.d end",
            ],
            Members(apk));
    }

    [Fact]
    public void An_index_is_a_signature_and_an_archive()
    {
        using var index = new MemoryStream();
        ApkIndexWriter.Write(["P:a\n", "P:b\n"], "v1", 5, [ApkRepositoryBuilder.Key], index);

        Assert.Equal([$".SIGN.RSA256.{ApkRepositoryBuilder.KeyName}", "DESCRIPTION APKINDEX end"], Members(index.ToArray()));
        Assert.Equal("P:a\n\nP:b\n\n", System.Text.Encoding.UTF8.GetString(new ApkIndexFile(index.ToArray(), "it").ReadText()));
    }

    [Fact]
    public void The_first_of_several_names_of_a_file_is_the_file()
    {
        byte[] apk = new ApkBuilder("a").File("bin/m", "content", 0b111_101_101).HardLink("bin/z", "bin/m").HardLink("bin/a", "bin/m").Build();

        var entries = Entries(apk, member: 1).Where(entry => entry.Kind != EntryKind.Directory).ToList();
        Assert.Equal(["File bin/a", "HardLink bin/m bin/a", "HardLink bin/z bin/a"], entries.Select(entry => $"{entry.Kind} {entry.Name} {entry.LinkName}".TrimEnd()));
        Assert.All(entries, entry => Assert.Equal(0b111_101_101, entry.Mode));
        Assert.Single(entries.Select(entry => entry.OtherRecords["APK-TOOLS.checksum.SHA1"]).Distinct());
    }

    [Fact]
    public void The_checksum_of_a_link_is_that_of_its_target()
    {
        var link = Entries(new ApkBuilder("a").Link("bin/sh", "/bin/busybox").Build(), member: 1).Last();

        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData("/bin/busybox"u8)),
            link.OtherRecords["APK-TOOLS.checksum.SHA1"]);
    }

    public static TheoryData<string, Func<ApkBuilder, ApkBuilder>, string> Impossible() => new()
    {
        { "dot file", static package => package.File(".hidden"), "cannot write package 'a': '/.hidden' would be taken for a control file" },
        { "script", static package => package.Script(".profile", ""), "cannot write package 'a': it cannot have a script '.profile'" },
        { "script's path", static package => package.Script("etc/passwd", ""), "cannot write package 'a': it cannot have a script 'etc/passwd'" },
        { "link", static package => package.HardLink("b", "c"), "cannot write package 'a': '/b' is a hard link to no file of it" },
        { "line", static package => package.Info(info => info with { Description = "one\ntwo" }), "cannot describe package 'a': its pkgdesc has a line feed or a NUL" },
        { "blank", static package => package.Depends("b c"), "cannot describe package 'a': 'b c' is not one word" },
        { "nothing", static package => package.Provides(""), "cannot describe package 'a': '' is not one word" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Refuses_what_would_be_read_as_something_else(string what, Func<ApkBuilder, ApkBuilder> change, string message)
    {
        Assert.Equal(message, Assert.Throws<BothyException>(() => change(new ApkBuilder("a")).Build()).Message);
        Assert.NotEmpty(what);
    }

    [Fact]
    public void Refuses_an_index_that_says_too_much_about_itself()
    {
        foreach (string description in new[] { new string('x', 161), "one\ntwo" })
        {
            Assert.Equal(
                "cannot describe an index: want one line of at most 160 bytes",
                Assert.Throws<BothyException>(() => ApkIndexWriter.Write([], description, 0, [], Stream.Null)).Message);
        }

        Assert.Throws<BothyException>(() => new ApkPkgInfo { Name = "a", Version = "1", License = "MIT\nP:b" }.ToIndexStanza(ApkChecksum.FromHash(new byte[20]), 1));
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, true, false)] // apk 2 takes a size of 0 for a package without content
    [InlineData(1, false, true)]
    public void What_has_anything_in_it_has_a_size(long size, bool withDirectory, bool withScript)
    {
        var package = new ApkBuilder("a");
        package = withDirectory ? package.Directory("etc") : package;
        package = withScript ? package.Script(".post-install", "#!/bin/sh\n") : package;

        Assert.Equal(size, package.Package.Info.InstalledSize);
    }

    private static byte[] Write(ApkToWrite package, int parallelism)
    {
        using var output = new MemoryStream();
        ApkPackageWriter.Write(package, [], output, new MemoryStream(), parallelism);
        return output.ToArray();
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)((i * i) >> 7))];

    private static string[] Members(byte[] file)
    {
        var members = new List<string>();
        using var reader = new GzipMembers(new MemoryStream(file), "it");
        while (!reader.IsAtEnd)
        {
            var tar = new TarReader(reader.OpenNext(1 << 30, static _ => { }), "it", TarLimits.Default) { AllowMissingEnd = true };
            var names = new List<string>();
            while (tar.TryReadNext(out var entry))
            {
                names.Add(entry.Name);
            }

            members.Add(string.Join(' ', tar.HasSeenEnd ? names.Append("end") : names));
        }

        return [.. members];
    }

    private static List<TarEntry> Entries(byte[] file, int member)
    {
        using var reader = new GzipMembers(new MemoryStream(file), "it");
        for (int i = 0; i < member; i++)
        {
            reader.OpenNext(1 << 30, static _ => { }).CopyTo(Stream.Null);
        }

        var tar = new TarReader(reader.OpenNext(1 << 30, static _ => { }), "it", TarLimits.Default);
        var entries = new List<TarEntry>();
        while (tar.TryReadNext(out var entry))
        {
            entries.Add(entry);
        }

        return entries;
    }
}
