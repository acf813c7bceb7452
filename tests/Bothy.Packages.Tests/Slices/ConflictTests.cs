using Bothy.Packages.Slices;
using Bothy.Packages.Slices.Checking;

namespace Bothy.Packages.Tests.Slices;

public sealed class ConflictTests
{
    public static TheoryData<string, string, string?> OfTwoPackages => new()
    {
        { "/a:", "/b:", null },
        { "/a:", "/a:", "slices bar_data and foo_data conflict on /a (release/slices/foo.yaml:5:7)" }, // nobody knows what is in the packages
        { "/a/:", "/a/:", "slices bar_data and foo_data conflict on /a/ (release/slices/foo.yaml:5:7)" },
        { "/a/: {make: true}", "/a/: {make: true}", null }, // made alike
        { "/a/: {make: true}", "/a/: {make: true, mode: 0700}", "slices bar_data and foo_data conflict on /a/ (release/slices/foo.yaml:5:7)" },
        { "/a/: {make: true}", "/a/:", "slices bar_data and foo_data conflict on /a/ (release/slices/foo.yaml:5:7)" },
        { "/a: {text: x}", "/a: {text: x}", null },
        { "/a: {text: x}", "/a: {text: y}", "slices bar_data and foo_data conflict on /a (release/slices/foo.yaml:5:7)" },
        { "/a: {text: x}", "/a: {text: x, mutable: true}", "slices bar_data and foo_data conflict on /a (release/slices/foo.yaml:5:7)" },
        { "/a: {text: x}", "/a: {text: x, until: mutate}", null }, // how long it stays is another matter
        { "/a: {symlink: /x}", "/a: {symlink: /x}", null },
        { "/a: {symlink: /x}", "/a: {symlink: /y}", "slices bar_data and foo_data conflict on /a (release/slices/foo.yaml:5:7)" },
        { "/a*:", "/ab:", "slices bar_data and foo_data conflict on /ab and /a* (release/slices/foo.yaml:5:7)" },
        { "/a*:", "/a/b:", null }, // a star is no slash
        { "/a**:", "/a/b:", "slices bar_data and foo_data conflict on /a/b and /a** (release/slices/foo.yaml:5:7)" },
        { "/a?:", "/a:", null },
        { "/a?:", "/ab: {text: x}", "slices bar_data and foo_data conflict on /ab and /a? (release/slices/foo.yaml:5:7)" },
        { "/x-*-a:", "/x-*-b:", null },
        { "/x-*-a.*:", "/x-*-b:", "slices bar_data and foo_data conflict on /x-*-b and /x-*-a.* (release/slices/foo.yaml:5:7)" }, // /x--a.-b
        { "/l/*-linux-*/a.so.*:", "/l/*-linux-*/b.so.*:", null },
        { "/l/*-linux-*/a.so.*:", "/l/x86_64-linux-gnu/a.so.1:", "slices bar_data and foo_data conflict on /l/x86_64-linux-gnu/a.so.1 and /l/*-linux-*/a.so.* (release/slices/foo.yaml:5:7)" },
        { "/d/**: {generate: manifest}", "/d/**: {generate: manifest}", null },
        { "/d/**: {generate: manifest}", "/d/x:", "slices bar_data and foo_data conflict on /d/x and /d/** (release/slices/foo.yaml:5:7)" },
        { "/a: {prefer: bar}", "/a:", null },
        { "/a:", "/a: {text: x, prefer: foo}", null },
    };

    [Theory]
    [MemberData(nameof(OfTwoPackages))]
    public void Packages_conflict_on_what_nobody_knows_to_be_the_same(string first, string second, string? conflict)
    {
        using var release = new ReleaseBuilder().Package("foo", $"data:\n  contents:\n    {first}").Package("bar", $"data:\n  contents:\n    {second}");

        Assert.Equal(conflict is null ? [] : [$"release/slices/bar.yaml:5:7: {conflict}"], release.Open().Check().Select(static finding => finding.ToString()));
        var selecting = Record.Exception(() => release.Select("foo_data", "bar_data"));
        Assert.Equal(conflict is null ? null : $"release/slices/bar.yaml:5:7: {conflict}", selecting?.Message);
    }

    [Theory]
    [InlineData("/a:", "/a:", false)]
    [InlineData("/a*:", "/a*:", false)]
    [InlineData("/a*:", "/ab:", false)] // both are the package's
    [InlineData("/a**:", "/a/b*:", false)]
    [InlineData("/a:", "/a: {until: mutate}", false)]
    [InlineData("/a:", "/a: {mutable: true}", true)]
    [InlineData("/a:", "/a: {copy: /b}", true)]
    [InlineData("/a: {copy: /b}", "/a: {copy: /b}", false)]
    [InlineData("/a:", "/a: {text: x}", true)]
    [InlineData("/a: {text: x}", "/a: {text: y}", true)]
    [InlineData("/a*:", "/ab: {text: x}", true)]
    [InlineData("/d/**: {generate: manifest}", "/d/x:", true)]
    [InlineData("/a: {text: x, arch: amd64}", "/a: {text: y, arch: arm64}", true)] // as chisel has it, though they never meet
    public void Slices_of_one_package_share_what_is_in_it(string first, string second, bool conflicts)
    {
        using var release = new ReleaseBuilder().Package("foo", $"one:\n  contents:\n    {first}\ntwo:\n  contents:\n    {second}");

        Assert.Equal(conflicts ? [SliceMistake.Conflict] : [], release.Open().Check().Select(static finding => finding.Mistake));
    }

    [Fact]
    public void Only_what_is_selected_has_to_be_free_of_conflicts()
    {
        using var release = new ReleaseBuilder()
            .Package("foo", "data:\n  contents:\n    /a:\nmore:\n  contents:\n    /b: {arch: arm64}")
            .Package("bar", "data:\n  contents:\n    /a:\nmore:\n  contents:\n    /b:");

        Assert.Equal(2, release.Open().Check().Length);
        Assert.Equal(2, release.Select("foo_data", "bar_more").Slices.Length);
        Assert.Equal(2, release.Select("foo_more", "bar_more").Slices.Length); // on amd64 there is one /b
        Assert.Throws<SliceReleaseException>(() => release.SelectFor("arm64", "foo_more", "bar_more"));
    }

    [Theory]
    [InlineData("prefer: lion", "prefer: hippo", "", "")] // a chain
    [InlineData("prefer: lion", "", "", "slices hippo_bins and hyena_bins conflict on /eat (release/slices/hyena.yaml:5:7)|slices hippo_bins and lion_bins conflict on /eat (release/slices/lion.yaml:5:7)")]
    [InlineData("prefer: hippo", "prefer: hippo", "", "slices hyena_bins and lion_bins conflict on /eat (release/slices/lion.yaml:5:7)")] // which of the two?
    [InlineData("prefer: lion", "prefer: hippo", "prefer: hyena", "packages prefer each other in a circle for /eat: hippo → hyena → lion → hippo")]
    [InlineData("prefer: lion", "prefer: hippo", "prefer: hippo", "hippo_bins prefers its own package for /eat")]
    [InlineData("prefer: lion", "prefer: hippo", "prefer: hipo", "hippo_bins prefers hipo for /eat, and there is no such package; did you mean 'hippo'?")]
    [InlineData("prefer: lion", "prefer: hippo", "prefer: ant", "hippo_bins prefers ant for /eat, which no slice of that package has")]
    public void Preferences_lead_in_a_chain_from_each_package_to_the_next(string hyena, string lion, string hippo, string problems)
    {
        using var release = new ReleaseBuilder()
            .Package("hyena", $"bins:\n  contents:\n    /eat: {{text: x, {hyena}}}")
            .Package("lion", $"bins:\n  contents:\n    /eat: {{text: y, {lion}}}")
            .Package("hippo", $"bins:\n  contents:\n    /eat: {{{hippo}}}")
            .Package("ant", "bins:");

        Assert.Equal(problems.Split('|', StringSplitOptions.RemoveEmptyEntries), release.Open().Check().Select(static finding => finding.Text));
    }

    [Fact]
    public void Slices_of_one_package_prefer_the_same()
    {
        using var release = new ReleaseBuilder()
            .Package("foo", "one:\n  contents:\n    /a: {prefer: bar}\ntwo:\n  contents:\n    /a: ")
            .Package("bar", "data:\n  contents:\n    /a:");

        Assert.Equal(["foo_two and foo_one prefer different packages for /a"], release.Open().Check().Select(static finding => finding.Text));
    }

    [Fact]
    public void Circles_are_told_once_from_their_first_slice_on()
    {
        using var release = new ReleaseBuilder()
            .Package("foo", "one:\n  essential: [bar_one]\ntwo:\n  essential: [foo_one]")
            .Package("bar", "one:\n  essential: [foo_bar]")
            .Write("slices/baz.yaml", "package: baz\nslices: {}\n");
        release.Package("foo", "one:\n  essential: [bar_one]\ntwo:\n  essential: [foo_one]\nbar:\n  essential: [foo_one]");

        const string Circle = "release/slices/bar.yaml:4:17: slices need each other in a circle: bar_one → foo_bar → foo_one → bar_one";
        Assert.Equal([Circle], release.Open().Check().Select(static finding => finding.ToString()));
        Assert.Equal(Circle, Assert.Throws<SliceReleaseException>(() => release.Select("foo_two")).Message);
    }

    [Fact]
    public void A_circle_counts_where_an_architecture_closes_it()
    {
        using var open = new ReleaseBuilder("v3").Package("foo", "one:\n  essential:\n    foo_two: {arch: amd64}\ntwo:\n  essential:\n    foo_one: {arch: arm64}");
        using var closed = new ReleaseBuilder("v3").Package("foo", "one:\n  essential:\n    foo_two: {arch: amd64}\ntwo:\n  essential:\n    foo_one:");

        Assert.Empty(open.Open().Check());
        Assert.Equal(["slices need each other in a circle: foo_one → foo_two → foo_one"], closed.Open().Check().Select(static finding => finding.Text));
        Assert.Equal(2, open.Select("foo_one").Slices.Length);
        Assert.Single(closed.SelectFor("arm64", "foo_one").Slices);
    }

    [Fact]
    public void What_is_not_there_is_said_with_what_is_near()
    {
        using var release = new ReleaseBuilder()
            .Write("slices/foo.yaml", "package: foo\narchive: debain\nessential: [foo_coppyright, libs6_libs]\nslices: {bins: {essential: [foo_nothing]}, copyright: }")
            .Package("libc6", "libs:")
            .Package("bad", "x:");

        Assert.Equal(
            [
                "release/slices/bad.yaml:3:3: 'x' cannot name a slice: want three or more of a-z, 0-9 and '-', a letter first",
                "release/slices/foo.yaml:1:1: there is no archive 'debain'; did you mean 'debian'?",
                "release/slices/foo.yaml:3:13: the package foo has no slice 'coppyright'; did you mean 'copyright'?",
                "release/slices/foo.yaml:3:29: there are no slices of libs6, so no libs6_libs; did you mean 'libc6'?",
                "release/slices/foo.yaml:4:29: the package foo has no slice 'nothing'",
            ],
            release.Open().Check().Select(static finding => finding.ToString()));
        var failure = Assert.Throws<BothyException>(() => release.Select("foo_bin"));
        Assert.Equal("cannot select the slice foo_bin of release: the package foo has no slice 'bin'; did you mean 'bins'?", failure.Message);
    }

    // What an exhaustive search finds, over short texts of three characters and a slash.
    [Fact]
    public void Patterns_overlap_where_a_text_matches_both()
    {
        string[] texts = [.. Texts(5)];
        var random = new Random(3);
        for (int round = 0; round < 4000; round++)
        {
            string a = Pattern(random);
            string b = Pattern(random);
            bool common = texts.Any(text => Matches(a, text) && Matches(b, text));
            bool overlap = PatternOverlap.Exists(a, b);

            // A common text may be longer than those tried.
            Assert.True(common == overlap || (overlap && a.Length + b.Length > 5), $"{a} {b}: {common}");
            Assert.Equal(overlap, PatternOverlap.Exists(b, a));
        }
    }

    [Fact]
    public void The_index_finds_what_comparing_all_pairs_finds()
    {
        var random = new Random(4);
        for (int round = 0; round < 300; round++)
        {
            string[] patterns = [.. Enumerable.Range(0, 30).Select(_ => "/" + Pattern(random)).Distinct(StringComparer.Ordinal)];
            var index = new PatternIndex();
            foreach (string pattern in patterns)
            {
                index.Add(pattern);
            }

            var expected = new List<(int, int)>();
            for (int a = 0; a < patterns.Length; a++)
            {
                for (int b = a + 1; b < patterns.Length; b++)
                {
                    if (PatternOverlap.Exists(patterns[a], patterns[b]))
                    {
                        expected.Add((a, b));
                    }
                }
            }

            Assert.Equal(expected, index.Overlaps().Select(static pair => (Math.Min(pair.A, pair.B), Math.Max(pair.A, pair.B))).Order());
        }
    }

    private static bool Matches(string pattern, string text) => Bothy.Formats.Trees.PathPattern.Matches(pattern, text, crossSlashes: false);

    private static string Pattern(Random random)
    {
        string[] parts = ["a", "b", "/", "*", "?", "**", "a", "/"];
        return string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static IEnumerable<string> Texts(int longest) =>
        longest == 0 ? [""] : Texts(longest - 1).SelectMany(text => text.Length == longest - 1 ? new[] { text, text + "a", text + "b", text + "/" } : [text]).Distinct(StringComparer.Ordinal);
}
