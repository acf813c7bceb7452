using System.Text;
using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkIndexTests
{
    private const string Stanza = """
        C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=
        P:busybox
        V:1.36.1-r15
        A:x86_64
        S:509600
        I:962560
        T:Size optimized toolbox of many common UNIX utilities
        U:https://busybox.net/
        L:GPL-2.0-only
        o:busybox
        m:Somebody <somebody@example.org>
        t:1700000000
        c:0123456789abcdef
        k:100
        D:so:libc.musl-x86_64.so.1 !old<1
        p:cmd:busybox=1.36.1-r15 /bin/sh
        i:busybox-doc other>=2 !none
        """;

    [Fact]
    public void Reads_every_field()
    {
        var package = Read(Stanza)[0];
        Assert.Equal("busybox 1.36.1-r15 (x86_64)", package.Id.ToString());
        Assert.Equal("Q1EyN5AdpAOBJWKMR89pp/C66o+OE=", package.Checksum.ToString());
        Assert.Equal((509600, 962560, 1700000000, 100), (package.Size, package.InstalledSize, package.BuildTime, package.ProviderPriority));
        Assert.Equal("Size optimized toolbox of many common UNIX utilities", package.Description);
        Assert.Equal(("https://busybox.net/", "GPL-2.0-only", "busybox"), (package.Url, package.License, package.Origin));
        Assert.Equal(("Somebody <somebody@example.org>", "0123456789abcdef"), (package.Maintainer, package.Commit));
        Assert.Equal(["so:libc.musl-x86_64.so.1", "!old<1"], package.Depends.Select(dependency => dependency.ToString()));
        Assert.Equal(["cmd:busybox=1.36.1-r15", "/bin/sh"], package.Provides.Select(dependency => dependency.ToString()));
        Assert.Equal(["busybox-doc", "other>=2", "!none"], package.InstallIf.Select(dependency => dependency.ToString()));
        Assert.Equal("busybox-1.36.1-r15.apk", package.FileName);
        Assert.Null(package.Problem);
    }

    [Fact]
    public void Finds_packages_by_name_by_what_they_provide_and_by_their_conditions()
    {
        var index = Read(Stanza + "\n\n" + Package("b", "p:/bin/sh=1 /bin/sh=2", 'z') + "\n\n\n" + Package("b", "i:other b", 'x') + "\n");
        Assert.Equal(3, index.Count);
        Assert.Equal([1, 2], index.Named("b").ToArray());
        Assert.Equal([0, 1], index.Providing("/bin/sh").ToArray());
        Assert.Equal([0, 2], index.InstalledIf("other").ToArray());
        Assert.Empty(index.InstalledIf("none").ToArray());
        Assert.Empty(index.Named("nobody").ToArray());
        Assert.Same(index[1], index[1]);
    }

    [Fact]
    public void Of_two_packages_with_one_identity_there_is_the_first()
    {
        var index = Read("P:a\nV:1\nC:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\n\n" + Package("b", "p:v"));
        Assert.Equal("a", Assert.Single(Enumerable.Range(0, index.Count).Select(entry => index[entry].Name)));
        Assert.Empty(index.Named("b").ToArray());
        Assert.Empty(index.Providing("v").ToArray());
    }

    [Theory]
    [InlineData("X:new", "its index says something about it that is not known here ('X:')")]
    [InlineData("F:etc", "its index says something about it that is not known here ('F:')")]
    [InlineData("D:other@edge", "'other@edge' in its D is not a dependency")]
    [InlineData("D:other=", "'other=' in its D is not a dependency")]
    [InlineData("p:a=", "'a=' in its p is not a dependency")]
    [InlineData("A:aarch64", "it is for aarch64")]
    public void Knows_what_cannot_be_installed(string line, string problem) => Assert.Equal(problem, Read(Package("a", line))[0].Problem);

    [Theory]
    [InlineData("x:new")]
    [InlineData("A:noarch")]
    [InlineData("p:pc:jemalloc=5.3.0_")] // apk takes any version in an index
    [InlineData("D:librasterlite2=1.1.0b1-r7")]
    public void Passes_over_what_does_not_matter(string line) => Assert.Null(Read(Package("a", line))[0].Problem);

    [Theory]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nV:1", "a package lacks a name")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:a/../b\nV:1", "the name 'a/../b' is not one")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:..\nV:1", "the name '..' is not one")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:a\nV:1/2", "a has no version, or one that is none")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:a", "a has no version, or one that is none")]
    [InlineData("P:a\nV:1", "a has no checksum, or one that is none")]
    [InlineData("C:Q1AAAA\nP:a\nV:1", "a has no checksum, or one that is none")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:a\nV:1\nS:-1", "a: '-1' in S is not a number")]
    [InlineData("C:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=\nP:a\nV:1\nk:99999999999", "a: '99999999999' in k is not a number")]
    [InlineData("nonsense", "a line is not a letter, a colon and a value")]
    public void Refuses_what_is_no_index(string text, string problem)
    {
        var failure = Assert.Throws<MalformedDataException>(() => Read(text)[0]);
        Assert.Equal(problem, failure.Problem);
    }

    [Fact]
    public void A_package_of_several_repositories_is_there_once_and_one_of_another_identity_beside_it()
    {
        var pool = new ApkPool([Read(Package("a", "T:first")), Read(Package("a", "T:second") + "\n\n" + Package("a", "T:other", 'z'))]);
        Assert.Equal(["first", "other"], pool.Named("a").Select(package => package.Description));
    }

    [Fact]
    public void An_installed_database_is_read_without_its_files()
    {
        var package = ApkIndex.ReadInstalled(Encoding.UTF8.GetBytes(Package("a", "s:edge\nr:b\nq:3\nF:etc\nM:0:0:700\nR:passwd\na:0:0:600\nZ:Q1EyN5AdpAOBJWKMR89pp/C66o+OE=")), "x86_64")[0];
        Assert.Equal(("edge", 3), (package.InstalledTag, package.ReplacesPriority));
        Assert.Equal("b", Assert.Single(package.Replaces).ToString());
        Assert.Null(package.Problem);
    }

    [Fact]
    public void Throws_nothing_else_on_damaged_text()
    {
        byte[] text = Encoding.UTF8.GetBytes(Stanza + "\n\n" + Package("b", "D:a", 'z'));
        var random = new Random(5);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] damaged = [.. text];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            try
            {
                var index = ApkIndex.Read(damaged, Origin);
                for (int entry = 0; entry < index.Count; entry++)
                {
                    Assert.NotEmpty(index[entry].Name);
                }
            }
            catch (MalformedDataException)
            {
                // What it is for.
            }
        }
    }

    [RequiresTheory(Needs.Data)]
    [InlineData("main", 5_443)]
    [InlineData("community", 17_587)]
    public void Reads_every_package_of_a_distribution(string repository, int count)
    {
        var index = RealApkIndex.Read(repository, null);
        Assert.Equal(count, index.Count);
        for (int entry = 0; entry < index.Count; entry++)
        {
            Assert.Null(index[entry].Problem);
        }
    }

    private static ApkIndexOrigin Origin { get; } = new("https://mirror.example/main", "x86_64", null);

    private static ApkIndex Read(string text) => ApkIndex.Read(Encoding.UTF8.GetBytes(text), Origin);

    private static string Package(string name, string more, char identity = 'y') => $"C:Q1E{identity}N5AdpAOBJWKMR89pp/C66o+OE=\nP:{name}\nV:1\n{more}";
}
