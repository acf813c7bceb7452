using Bothy.Packages.Slices;

namespace Bothy.Packages.Tests.Slices;

public sealed class SliceSelectionTests
{
    [Fact]
    public void Selects_what_is_needed_in_order_and_says_why()
    {
        using var release = new ReleaseBuilder("v3")
            .Package("app", "bins:\n  essential:\n    lib_libs:\n    cfg_data: {arch: arm64}\n    base_dirs:")
            .Package("lib", "libs:\n  essential:\n    base_dirs:\n  contents:\n    /l:\nmore:")
            .Package("base", "dirs:")
            .Package("cfg", "data:");

        var selection = release.Select("app_bins", "lib_more");

        Assert.Equal(
            ["base_dirs: app_bins > base_dirs", "lib_libs: app_bins > lib_libs", "app_bins: app_bins", "lib_more: lib_more"],
            selection.Slices.Select(static selected => $"{selected.Slice.Name}: {string.Join(" > ", selected.Chain)}"));
        Assert.Equal(["app", "base", "lib"], selection.Packages.AsEnumerable());
        Assert.Equal([false, false, true, true], selection.Slices.Select(static selected => selected.IsRequested));
        Assert.Contains(release.SelectFor("arm64", "app_bins").Slices, static selected => selected.Slice.Name.Package == "cfg");
    }

    [Fact]
    public void A_missing_need_ends_the_selection_where_it_is_said()
    {
        using var release = new ReleaseBuilder().Package("app", "bins:\n  essential: [lib_libs]").Package("lib", "bins:");

        Assert.Equal("release/slices/app.yaml:4:17: the package lib has no slice 'libs'", Assert.Throws<SliceReleaseException>(() => release.Select("app_bins")).Message);
    }

    [Theory]
    [InlineData("hyena", "hyena")]
    [InlineData("hyena lion", "lion")]
    [InlineData("hyena lion hippo", "hippo")]
    [InlineData("hyena hippo", "hippo")] // the chain leads through a package that is not selected
    [InlineData("lion", "lion")]
    public void Content_comes_from_the_last_package_that_is_preferred(string selected, string winner)
    {
        using var release = new ReleaseBuilder()
            .Package("hyena", "bins:\n  contents:\n    /eat: {text: hyena, prefer: lion}")
            .Package("lion", "bins:\n  contents:\n    /eat: {text: lion, prefer: hippo}")
            .Package("hippo", "bins:\n  contents:\n    /eat:");

        var selection = release.Select([.. selected.Split(' ').Select(static name => name + "_bins")]);
        var cuts = selection.Packages.Select(name => selection.Cut(name, PackageTree.Of(name, $"file 0644 /eat {name}")));

        var cut = Assert.Single(cuts, static cut => !cut.Entries.IsEmpty);
        Assert.Equal(winner, System.Text.Encoding.UTF8.GetString(Assert.Single(cut.Entries).Entry.Content!.ReadAll()));
    }

    private static readonly string[] Ship =
    [
        "dir 0755 /usr/", "dir 0711 /usr/bin/", "file 0755 /usr/bin/foo", "file 4755 /usr/bin/foo2", "link /usr/bin/fool -> foo", "hard 0755 /usr/bin/hard = usr/bin/foo",
        "hard 0755 /usr/bin/harder = usr/bin/foo", "dir 0750 /usr/lib/", "dir 0755 /usr/lib/x/", "file 0644 /usr/lib/x/a.so.1", "file 0644 /usr/lib/x/b.so", "dir 0755 /usr/lib/x/deep/",
        "file 0644 /usr/lib/x/deep/a.so.1", "dir 1777 /tmp/",
    ];

    public static TheoryData<string, string> Trees => new()
    {
        { "/usr/bin/foo:", "dir 0755 /usr|dir 0711 /usr/bin|file 0755 /usr/bin/foo 12b" }, // directories above as the package has them
        { "/tmp/:", "dir 1777 /tmp" },
        { "/tmp/: {mode: 0700}", "dir 0700 /tmp" },
        { "/usr/bin/fool:", "dir 0755 /usr|dir 0711 /usr/bin|link 0777 /usr/bin/fool -> foo" },
        { "/usr/bin/foo?:", "dir 0755 /usr|dir 0711 /usr/bin|file 4755 /usr/bin/foo2 13b|link 0777 /usr/bin/fool -> foo" },
        { "/usr/bin/no*:", "" }, // a pattern may match nothing
        { "/usr/lib/*:", "dir 0755 /usr|dir 0750 /usr/lib" }, // what is in it ends with a slash; only nothing at all matches
        { "/usr/lib/*/:", "dir 0755 /usr|dir 0750 /usr/lib|dir 0755 /usr/lib/x" },
        { "/usr/lib/*/a.so.*:", "dir 0755 /usr|dir 0750 /usr/lib|dir 0755 /usr/lib/x|file 0644 /usr/lib/x/a.so.1 17b" },
        { "/usr/lib/**/a.so.*:", "dir 0755 /usr|dir 0750 /usr/lib|dir 0755 /usr/lib/x|file 0644 /usr/lib/x/a.so.1 17b|dir 0755 /usr/lib/x/deep|file 0644 /usr/lib/x/deep/a.so.1 22b" },
        { "/usr/lib/x/**:", "dir 0755 /usr|dir 0750 /usr/lib|dir 0755 /usr/lib/x|file 0644 /usr/lib/x/a.so.1 17b|file 0644 /usr/lib/x/b.so 15b|dir 0755 /usr/lib/x/deep|file 0644 /usr/lib/x/deep/a.so.1 22b" },
        { "/usr/bin/foo: {arch: arm64}", "" },
        { "/opt/foo: {copy: /usr/bin/foo}", "dir 0755 /opt|file 0755 /opt/foo 12b" },
        { "/opt/foo: {copy: /usr/bin/hard, mode: 0500}", "dir 0755 /opt|file 0500 /opt/foo 12b" },
        { "/usr/local/: {make: true}", "dir 0755 /usr|dir 0755 /usr/local" },
        { "/var/mail/: {make: true, mode: 02775}", "dir 0755 /var|dir 2775 /var/mail" },
        { "/etc/x: {text: hello, mode: 0o600}", "dir 0755 /etc|file 0600 /etc/x 5b" },
        { "/etc/x: {text: ''}", "dir 0755 /etc|file 0644 /etc/x 0b" },
        { "/run/: {symlink: /usr/run}", "link 0777 /run -> /usr/run" },
        { "/usr/bin/hard:", "dir 0755 /usr|dir 0711 /usr/bin|file 0755 /usr/bin/hard 12b" }, // its first name is not kept
        { "/usr/bin/h*:", "dir 0755 /usr|dir 0711 /usr/bin|file 0755 /usr/bin/hard 12b|hard 0755 /usr/bin/harder = /usr/bin/hard" },
        { "/usr/bin/foo: ,/usr/bin/hard:", "dir 0755 /usr|dir 0711 /usr/bin|file 0755 /usr/bin/foo 12b|hard 0755 /usr/bin/hard = /usr/bin/foo" },
        { "/usr/bin/foo*: ,/usr/bin/foo: {mode: 0500}", "dir 0755 /usr|dir 0711 /usr/bin|file 0500 /usr/bin/foo 12b|file 4755 /usr/bin/foo2 13b|link 0777 /usr/bin/fool -> foo" }, // a name says more than a pattern
        { "/srv/m/**: {generate: manifest}", "" }, // written when all is known
    };

    [Theory]
    [MemberData(nameof(Trees))]
    public void Cuts_a_package_by_chisels_rules(string contents, string tree)
    {
        using var release = new ReleaseBuilder().Package("foo", $"data:\n  contents:\n    {contents.Replace(",/", "\n    /", StringComparison.Ordinal)}");

        var cut = release.Select("foo_data").Cut("foo", PackageTree.Of("foo", Ship));

        Assert.Equal(tree, string.Join('|', PackageTree.Lines(cut.Tree)));
    }

    [Theory]
    [InlineData("/usr/bin/bar:", "the package foo has no /usr/bin/bar, which foo_data names")]
    [InlineData("/usr/bin/bar: {until: mutate}", "the package foo has no /usr/bin/bar, which foo_data names")]
    [InlineData("/opt/x: {copy: /usr/bin/bar}", "the package foo has no /usr/bin/bar, which foo_data names")]
    [InlineData("/usr/bin:", "/usr/bin is a directory in the package foo: foo_data has to name it /usr/bin/")]
    [InlineData("/usr/bin/foo/:", "/usr/bin/foo/ is no directory in the package foo, and foo_data names it as one")]
    [InlineData("/usr/x: {text: x}\n    /usr/x/: {make: true}", "foo_data and foo_data name /usr/x as different things")]
    public void Refuses_what_the_package_does_not_have(string contents, string problem)
    {
        using var release = new ReleaseBuilder().Package("foo", $"data:\n  contents:\n    {contents}");

        var failure = Assert.Throws<SliceReleaseException>(() => release.Select("foo_data").Cut("foo", PackageTree.Of("foo", Ship)));

        Assert.Equal($"release/slices/foo.yaml:{(contents.Contains('\n', StringComparison.Ordinal) ? 6 : 5)}:5: {problem}".Replace(":5: ", ":7: ", StringComparison.Ordinal), failure.Message);
    }

    [Fact]
    public void Each_path_knows_the_slices_that_name_it_and_how_long_it_stays()
    {
        using var release = new ReleaseBuilder().Package("foo", """
            one:
              contents:
                /usr/bin/foo: {until: mutate}
                /usr/lib/x/*: {until: mutate}
                /etc/x: {text: x, mutable: true}
            two:
              contents:
                /usr/bin/fo*:
            """);

        var entries = release.Select("foo_two", "foo_one").Cut("foo", PackageTree.Of("foo", Ship)).Entries.ToDictionary(static cut => cut.Entry.Path.ToString());

        Assert.Equal(["foo_one", "foo_two"], entries["/usr/bin/foo"].Slices.Select(static name => name.ToString()));
        Assert.False(entries["/usr/bin/foo"].IsUntilMutate);
        Assert.True(entries["/usr/lib/x/b.so"].IsUntilMutate);
        Assert.True(entries["/usr/lib/x"].IsUntilMutate); // '/usr/lib/x/' matches '/usr/lib/x/*' too
        Assert.True(entries["/etc/x"].IsMutable);
        Assert.Equal("effect slice foo_one", entries["/etc/x"].Entry.Origin.ToString());
        Assert.Empty(entries["/usr/bin"].Slices);
        Assert.Equal("foo 1 (amd64)", entries["/usr/bin"].Entry.Origin.ToString());
    }

    [Fact]
    public void Names_of_slices_are_read_as_chisel_writes_them()
    {
        foreach (string good in (string[])["openssl_bins", "libstdc++6_libs", "gcc-12-base_copyright", "python3.12_all-os", "0ad_data", "g++_bins"])
        {
            Assert.Equal(good, SliceName.Parse(good).ToString());
        }

        foreach (string bad in (string[])["", "openssl", "_bins", "openssl_", "openssl_b", "Openssl_bins", "openssl_Bins", "openssl_1st", "open_ssl_bins", "openssl_bins_", "-x_bins", new string('a', 300) + "_bins"])
        {
            Assert.False(SliceName.TryParse(bad, null, out _), bad);
        }
    }
}
