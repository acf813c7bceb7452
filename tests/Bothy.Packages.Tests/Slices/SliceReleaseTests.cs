using Bothy.Packages.Slices;

namespace Bothy.Packages.Tests.Slices;

public sealed class SliceReleaseTests
{
    private static string Real => Path.Combine(RealData.Directory, "configs", "chisel-24.04");

    [RequiresFact(Needs.Data)]
    public void Reads_the_slices_of_a_real_release_whole()
    {
        var release = SliceRelease.Open(Real, "24.04");

        Assert.Equal("v1", release.Format);
        Assert.Equal(new DateOnly(2036, 4, 29), release.Maintenance!.EndOfLife);
        Assert.Equal(["ubuntu", "ubuntu-esm-apps", "ubuntu-esm-infra"], release.Archives.Select(static archive => archive.Name));
        Assert.Equal(3, release.PublicKeys.Length);
        Assert.Equal(Directory.GetFiles(Path.Combine(Real, "slices")).Length, release.ReadablePackages().Length);

        // Of its packages a part is here: what they need of others is missing, and nothing else is wrong.
        Assert.All(release.Check(), static finding => Assert.Equal(SliceMistake.UnknownReference, finding.Mistake));
    }

    [RequiresFact(Needs.Data)]
    public void Says_what_a_real_slice_says()
    {
        var slice = SliceRelease.Open(Real).Package("ca-certificates")!.Find("data")!;

        Assert.Equal(["ca-certificates_copyright", "openssl_data"], slice.Essential.Select(static needed => needed.Name.ToString()));
        Assert.Equal((ContentKind.Text, "FIXME", true), (slice.Contents[0].Kind, slice.Contents[0].Text, slice.Contents[0].IsMutable));
        Assert.Equal((ContentKind.Extracted, true), (slice.Contents[1].Kind, slice.Contents[1].IsUntilMutate));
        Assert.Equal((ContentKind.Glob, true), (slice.Contents[2].Kind, slice.Contents[2].IsUntilMutate));
        Assert.StartsWith("certs_dir = ", slice.Mutate!.Text, StringComparison.Ordinal);
        Assert.Equal(22, slice.Mutate.Line);
    }

    [Fact]
    public void Essentials_are_lists_and_since_the_third_format_maps()
    {
        using var old = new ReleaseBuilder("v2")
            .Write("slices/a.yaml", "package: a1\n")
            .Package("foo", "bins:\n  essential: [foo_libs]\n  v3-essential:\n    foo_data: {arch: [arm64, amd64]}\nlibs:\ndata:");
        using var current = new ReleaseBuilder("v3").Package("foo", "bins:\n  hint: The lot\n  essential:\n    foo_libs:\n    foo_data: {arch: arm64}\nlibs:\ndata:");

        var before = old.Open().Package("foo")!.Find("bins")!.Essential;
        var after = current.Open().Package("foo")!.Find("bins")!;

        Assert.Equal(["foo_libs", "foo_data"], before.Select(static needed => needed.Name.ToString()));
        Assert.Equal(["arm64", "amd64"], before[1].Architectures.AsEnumerable());
        Assert.Equal(["foo_libs", "foo_data"], after.Essential.Select(static needed => needed.Name.ToString()));
        Assert.False(after.Essential[1].IsFor("amd64"));
        Assert.Equal("The lot", after.Hint);
    }

    [Fact]
    public void What_a_package_needs_each_of_its_slices_needs_but_the_slice_itself()
    {
        using var release = new ReleaseBuilder().Write("slices/foo.yaml", "package: foo\nessential: [foo_copyright]\nslices:\n  bins:\n  copyright:\n");

        var package = release.Open().Package("foo")!;

        Assert.Equal(["foo_copyright"], package.Find("bins")!.Essential.Select(static needed => needed.Name.ToString()));
        Assert.Empty(package.Find("copyright")!.Essential);
    }

    [Fact]
    public void A_file_with_mistakes_hinders_only_who_asks_for_it()
    {
        using var release = new ReleaseBuilder().Package("bad", "x:").Package("good", "bins:");

        var opened = release.Open();

        Assert.NotNull(opened.Package("good"));
        Assert.Throws<SliceReleaseException>(() => opened.Package("bad"));
        Assert.Null(opened.Package("none"));
    }

    [Fact]
    public void The_digest_is_of_all_names_and_bytes()
    {
        using var one = new ReleaseBuilder().Package("foo", "bins:");
        using var same = new ReleaseBuilder().Package("foo", "bins:");
        using var other = new ReleaseBuilder().Package("foo", "libs:");
        using var more = new ReleaseBuilder().Package("foo", "bins:").Package("bar", "bins:");

        Assert.Equal(one.Open().Digest, same.Open().Digest);
        Assert.NotEqual(one.Open().Digest, other.Open().Digest);
        Assert.NotEqual(one.Open().Digest, more.Open().Digest);
    }

    public static TheoryData<string, string> BadContents => new()
    {
        { "/foo/: {makes: true}", "5:15: unknown key 'makes'; did you mean 'make'?" },
        { "/foo: {make: true}", "5:7: the path of a directory that is made ends with a slash" },
        { "/foo/: {make: maybe}", "5:21: 'make' is true or false, not 'maybe'" },
        { "/foo/*/: {make: true}", "5:7: a path that is made has no wildcards" },
        { "/foo/: {make: true, text: x}", "5:7: a path has one of make, copy, text, symlink and generate" },
        { "/foo/: {text: x}", "5:7: a text is a file: its path does not end with a slash" },
        { "/foo: {symlink: bar}", "5:23: 'symlink' begins with a slash: 'bar' does not" },
        { "/foo: {symlink: /bar, mode: 0644}", "5:7: a symbolic link has no mode" },
        { "/foo: {symlink: /b*r}", "5:23: 'symlink' has no wildcards" },
        { "/foo: {copy: /b*r}", "5:20: 'copy' has no wildcards" },
        { "/foo*: {copy: /bar}", "5:7: a pattern cannot be a copy" },
        { "/foo*: {mode: 0644}", "5:7: a pattern has neither mode, mutable nor prefer" },
        { "/foo: {text: x, mode: 0899}", "5:29: 'mode' is permission bits such as 0755, not '0899'" }, // no octal digits
        { "/foo: {text: x, mode: 010000}", "5:29: 'mode' is permission bits such as 0755, not '010000'" }, // a bit too many
        { "/foo/: {mutable: true}", "5:7: only a file can be mutable" },
        { "/foo: {until: dawn}", "5:21: 'until' is 'mutate', not 'dawn'" },
        { "/foo: {arch: [amd46]}", "5:21: 'amd46' is not an architecture; did you mean 'amd64'?" },
        { "/foo: {prefer: Bar}", "5:22: 'prefer' names a package, not 'Bar'" },
        { "/foo/**: {generate: list}", "5:27: 'generate' is 'manifest', not 'list'" },
        { "/foo/*: {generate: manifest}", "5:7: a path that is generated ends with '/**', its only wildcard" },
        { "/f?o/**: {generate: manifest}", "5:7: a path that is generated ends with '/**', its only wildcard" },
        { "/foo/**: {generate: manifest, until: mutate}", "5:7: a path that is generated has no other keys" },
        { "foo:", "5:7: a path begins with a slash: 'foo' does not" },
        { "/foo/../bar:", "5:7: '/foo/../bar' is not a clean path inside an image" },
        { "/foo//bar:", "5:7: '/foo//bar' is not a clean path inside an image" },
        { "/:", "5:7: '/' is not a clean path inside an image" },
        { "/foo: [text]", "5:13: what is said about /foo is a map, not a list" },
    };

    [Theory]
    [MemberData(nameof(BadContents))]
    public void Refuses_what_a_path_cannot_be(string contents, string problem)
    {
        using var release = new ReleaseBuilder().Write("slices/foo.yaml", $"package: foo\nslices:\n  bins:\n    contents:\n      {contents}\n");

        var failure = Assert.Throws<SliceReleaseException>(() => release.Open().Package("foo"));

        Assert.Equal("release/slices/foo.yaml:" + problem, failure.Message);
        Assert.Equal(failure.Findings.AsEnumerable(), release.Open().Check());
    }

    [Theory]
    [InlineData("package: bar\nslices: {}", "1:1: the package is 'bar', and its file is called after 'foo'")]
    [InlineData("slices: {}", "1:1: 'package' is missing")]
    [InlineData("package: foo\nslice: {}", "2:1: unknown key 'slice'; did you mean 'slices'?")]
    [InlineData("package: foo\nslices: {xy: {}}", "2:10: 'xy' cannot name a slice: want three or more of a-z, 0-9 and '-', a letter first")]
    [InlineData("package: foo\nslices: {Bins: {}}", "2:10: 'Bins' cannot name a slice: want three or more of a-z, 0-9 and '-', a letter first")]
    [InlineData("package: foo\nslices: {bins: {content: {}}}", "2:17: unknown key 'content'; did you mean 'contents'?")]
    [InlineData("package: foo\nslices: {bins: {essential: [bins]}}", "2:29: 'bins' is not the full name of a slice, such as openssl_bins")]
    [InlineData("package: foo\nslices: {bins: {essential: [foo_bins]}}", "2:29: the slice foo_bins needs itself")]
    [InlineData("package: foo\nslices: {bins: {essential: [foo_a-1, foo_a-1]}}", "2:38: foo_a-1 is said to be essential already")]
    [InlineData("package: foo\nessential: [foo_all]\nslices: {bins: {essential: [foo_all]}}", "3:29: foo_all is said to be essential already")]
    [InlineData("package: foo\nslices: {bins: {essential: {foo_all: }}}", "2:28: 'essential' is a list, not a map")]
    [InlineData("package: foo\nslices: {bins: , bins: }", "2:18: the key 'bins' stands twice in one map")]
    [InlineData("package: foo\nslices: {bins: {hint: 'A hint that is a good deal longer than forty characters'}}", "2:23: 'hint' is one line of at most 40 characters")]
    [InlineData("package: foo\n---\npackage: bar", "2:1: a second document begins here; a file is one document")]
    [InlineData("", "1:1: the file is empty")]
    [InlineData("- foo", "1:1: a file of slices is a map, not a list")]
    [InlineData("package: *foo", "1:10: nothing is called '&foo' before this '*foo'")]
    public void Refuses_what_is_no_file_of_slices(string text, string problem)
    {
        using var release = new ReleaseBuilder().Write("slices/foo.yaml", text);

        var failure = Assert.Throws<SliceReleaseException>(() => release.Open().Package("foo"));

        Assert.Equal("release/slices/foo.yaml:" + problem, failure.Message.Split('\n')[0]);
    }

    [Theory]
    [InlineData("archives: {}", "1:1: 'format' is missing")]
    [InlineData("format: v4\narchives: {a: {version: 1, suites: [a], components: [b]}}", "1:9: the format 'v4' is not known: want v1, v2 or v3")]
    [InlineData("format: v1", "1:1: 'archives' is missing")]
    [InlineData("format: v1\narchives: {a: {version: 1, suites: [a]}}", "2:15: 'components' is missing")]
    [InlineData("format: v1\narchives: {a: {version: 1, suites: [a], components: [b], public-keys: [key]}}", "2:72: there is no key 'key'")]
    [InlineData("format: v1\narchives: {a: {version: 1, suites: [a], components: [b], priority: 1001}}", "2:68: 'priority' is a number from -1000 to 1000, not '1001'")]
    [InlineData("format: v1\narchives: {a: {version: 1, suites: [a], components: [b]}, c: {version: 1, suites: [a], components: [b]}}", "2:12: of several archives each has a priority; 'a' has none")]
    [InlineData("format: v2\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {a: {version: 1, suites: [a], components: [b], default: true}}", "3:58: unknown key 'default'")]
    [InlineData("format: v2\narchives: {a: {version: 1, suites: [a], components: [b]}}", "1:1: 'maintenance' is missing")]
    [InlineData("format: v1\nmaintenance: {standard: today, end-of-life: 2028-06-30}\narchives: {a: {version: 1, suites: [a], components: [b]}}", "2:25: 'standard' is a date such as 2028-06-30, not 'today'")]
    [InlineData("format: v1\narchives: {a: {version: 1, suites: [a], components: [b]}}\npublic-keys: {a: {id: abc, armor: x}}", "3:18: 'id' is 16 upper-case hex digits, not 'abc'")]
    public void Refuses_what_is_no_description_of_a_release(string text, string problem)
    {
        using var release = new ReleaseBuilder().Write("chisel.yaml", text);

        var failure = Assert.Throws<SliceReleaseException>(release.Open);

        Assert.Contains("release/chisel.yaml:" + problem, failure.Message.Split('\n'));
    }

    [Fact]
    public void Refuses_a_directory_that_is_no_release()
    {
        using var directory = new TemporaryDirectory();

        var failure = Assert.Throws<BothyException>(() => SliceRelease.Open(directory.Path, "here"));

        Assert.Equal("cannot read the slices of here: there is no chisel.yaml", failure.Message);
        Assert.NotNull(failure.Hint);
    }

    [Fact]
    public void Refuses_two_files_for_one_package_and_passes_over_links()
    {
        using var release = new ReleaseBuilder().Package("foo", "bins:");
        File.CreateSymbolicLink(Path.Combine(release.Path, "slices", "link.yaml"), "foo.yaml");

        Assert.Equal(["foo"], release.Open().PackageNames.AsEnumerable());
        release.Write("slices/deep/foo.yaml", "package: foo\nslices: {}\n");
        Assert.Equal("release/slices/foo.yaml:1:1: the package 'foo' has the file slices/deep/foo.yaml already", Assert.Throws<SliceReleaseException>(release.Open).Message);
    }

    [Fact]
    public void Aliases_are_what_they_stand_for_and_cannot_unfold_into_much()
    {
        using var release = new ReleaseBuilder().Package("foo", "bins: {contents: &all {/a: , /b: }}\nlibs: {contents: *all}");
        string laughter = "package: foo\nslices:\n  l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 9).Select(static i => $"  l{i}: &l{i} [{string.Join(", ", Enumerable.Repeat($"*l{i - 1}", 10))}]\n"));

        Assert.Equal(["/a", "/b"], release.Open().Package("foo")!.Find("libs")!.Contents.Select(static rule => rule.Path));
        release.Write("slices/foo.yaml", laughter);
        Assert.Contains("more than 200000 values", Assert.Throws<SliceReleaseException>(() => release.Open().Package("foo")).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Data)]
    public void Damage_gives_findings_and_nothing_else()
    {
        string[] names = ["ca-certificates", "base-files", "libc6", "tzdata"];
        byte[][] good = [.. names.Select(static name => File.ReadAllBytes(Path.Combine(Real, "slices", name + ".yaml")))];
        var random = new Random(20);
        for (int round = 0; round < 3000; round++)
        {
            byte[] bad = Mutation.Of(good[round % good.Length], random);
            for (int more = random.Next(3); more > 0 && bad.Length > 0; more--)
            {
                bad = Mutation.Of(bad, random);
            }

            var reading = Bothy.Packages.Slices.Reading.PackageReader.Read("x.yaml", names[round % names.Length], "v1", bad);
            foreach (var script in reading.Package?.Slices.Select(static slice => slice.Mutate).OfType<SliceScript>() ?? [])
            {
                Bothy.Packages.Slices.Starlark.StarlarkScript.Problem(script);
            }
        }
    }
}
