using System.Reflection;
using Bothy.Inspection.Matching.Versions;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>The orders of versions, by chains from the published specifications: each line is earlier than the next, and what stands on one line is the same.</summary>
public sealed class VersionOrderTests
{
    // Semantic Versioning 2.0.0, 11.
    private const string Semantic = """
        0.0.1-0
        0.0.1
        1.0.0-0.3.7
        1.0.0-alpha
        1.0.0-alpha.1
        1.0.0-alpha.beta
        1.0.0-beta v1.0.0-beta
        1.0.0-beta.2
        1.0.0-beta.11
        1.0.0-rc.1
        1.0.0 1.0.0+20130313144700 =1.0.0
        2.0.0
        2.1.0
        2.1.1
        2.1.10
        2.10.0
        99999999999999999999.0.0
        """;

    // https://go.dev/ref/mod#versions and #pseudo-versions; the releases of Go as its vulnerability database writes them.
    private const string Go = """
        v0.0.0-20190101000000-abcdefabcdef
        v0.0.0-20210101000000-abcdefabcdef 0.0.0-20210101000000-abcdefabcdef
        v0.0.1
        v1.2.3-pre
        v1.2.3-pre.0.20210101000000-abcdefabcdef
        v1.2.3 1.2.3
        v1.2.4-0.20210101000000-abcdefabcdef
        v1.2.4
        go1.20 1.20.0
        1.20.1
        1.21.0-0
        go1.21rc2 1.21.0-rc.2
        go1.21rc10
        go1.21.0 1.21
        1.21.5
        v2.0.0+incompatible v2.0.0
        """;

    // PEP 440, "Summary of permitted suffixes and relative ordering", and its notes on local versions, epochs and normalisation.
    private const string Python = """
        1.dev0
        1.0.dev456 1.0.DEV456 1.0-dev456
        1.0a1 1.0.alpha.1 1.0_a1 1.0a01
        1.0a2.dev456
        1.0a12.dev456
        1.0a12
        1.0b1.dev456
        1.0b2 1.0beta2
        1.0b2.post345.dev456
        1.0b2.post345
        1.0rc1.dev456
        1.0rc1 1.0c1 1.0pre1 1.0-preview_1
        1.0 1 1.0.0 v1.0
        1.0+abc.5
        1.0+abc.7
        1.0+5 1.0+005
        1.0+5.1
        1.0.post456.dev34
        1.0.post456 1.0-456 1.0.rev456 1.0r456
        1.0.15
        1.1.dev1
        1.10
        2013.10
        1!0.1
        1!1.0
        """;

    // POM reference, "Version Order Specification" with its examples, and the two orders that Maven states of itself.
    private const string MavenWords = """
        1-alpha2snapshot
        1-alpha2 1-a2
        1-alpha-123
        1-beta-2
        1-beta123 1-b123
        1-m2 1-milestone-2
        1-m11
        1-rc 1-cr
        1-cr2 1-rc2
        1-rc123
        1-SNAPSHOT 1-snapshot
        1 1-ga 1.ga 1.0 1-0 1.0.0 1-final 1-release 1.0-0
        1-sp
        1-sp2
        1-sp123
        1-abc 1.abc
        1-def
        1-foo2
        1-foo10
        1-pom-1
        1-1-snapshot
        1-1
        1-2
        1-123
        1.1
        1.1.1
        1.2-beta-2
        1.2
        1.10
        20030101
        99999999999999999999
        """;

    private const string MavenNumbers = """
        2.0
        2.0.a
        2-1
        2.0.2
        2.0.123
        2.1-a
        2.1b
        2.1-c
        2.1-1
        2.1.0.1
        2.2
        2.123
        11.a2
        11.a11
        11.b2
        11.b11
        11.m2
        11.m11
        11
        11.a
        11b
        11c
        11m
        """;

    // https://learn.microsoft.com/nuget/concepts/package-versioning
    private const string NuGet = """
        1.0-alpha 1.0.0-ALPHA 1.0.0.0-Alpha
        1.0.0-alpha.2
        1.0.0-alpha.10
        1.0.0-beta
        1.0.0-rc.1
        1.0.1-0 1.0.1-0+x
        1.0.1 1.0.01 1.0.1.0 1.0.1+githash
        1.0.1.1
        1.0.1.10
        1.1 1.1.0
        1.10
        """;

    [Theory]
    [InlineData("semantic", Semantic)]
    [InlineData("go", Go)]
    [InlineData("python", Python)]
    [InlineData("maven", MavenWords)]
    [InlineData("maven", MavenNumbers)]
    [InlineData("nuget", NuGet)]
    public void Every_version_of_a_chain_is_before_all_that_follow_and_as_its_neighbours_on_the_line(string name, string chain)
    {
        string[][] lines = [.. chain.Split('\n').Select(static line => line.Trim().Split(' '))];
        var order = Order(name);
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (string a in lines[i])
            {
                for (int j = 0; j < lines.Length; j++)
                {
                    foreach (string b in lines[j])
                    {
                        Assert.True(order.TryCompare(a, b, out int sign), $"{a} or {b} is no version");
                        Assert.True(Math.Sign(sign) == Math.Sign(i - j), $"{a} and {b} compare as {sign}");
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("apk", "", "a1", "_1", "-r0", "1.0 1.1", "1.0\n")]
    [InlineData("debian", "", ":1", "1:", "a1", "1_2", "x:1", "1 2")]
    [InlineData("semantic", "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3-a..b", "1.2.3+", "^1.2.3", "1.2.x", "latest")]
    [InlineData("go", "", "(devel)", "v1", "go1.x", "v1.2.3.4", "1.21foo2", "1.21rc", "master")]
    [InlineData("python", "", "a", "1.0-", "1.0+", "1.0+a..b", "1!", "1.0.x", "french toast", "1.0 2.0")]
    [InlineData("maven", "", "${project.version}", "1.0 beta", "[1.0,2.0)")]
    [InlineData("nuget", "", "1.2.3.4.5", "1.", "a.b", "1.0-", "1.0-a..b", "1.0+", "v1.0")]
    public void What_is_no_version_is_said_to_be_none(string name, params string[] texts)
    {
        var order = Order(name);
        foreach (string text in texts)
        {
            Assert.False(order.IsVersion(text), $"'{text}' is taken for {order.Kind}");
            Assert.False(order.TryCompare(text, "1.0.0", out _));
            Assert.False(order.TryCompare("1.0.0", text, out _));
        }
    }

    [Theory]
    [InlineData("apk")]
    [InlineData("debian")]
    [InlineData("semantic")]
    [InlineData("go")]
    [InlineData("python")]
    [InlineData("maven")]
    [InlineData("nuget")]
    public void A_text_of_any_length_is_answered(string name)
    {
        var order = Order(name);
        foreach (string text in new[] { new string('1', 100_000), string.Concat(Enumerable.Repeat("1-a", 50_000)), new string('-', 1000), new string('.', 1000), new string('!', 1000) })
        {
            Assert.False(order.IsVersion(text));
            Assert.False(order.TryCompare(text, text, out _));
        }
    }

    [RequiresTheory(Needs.Data)]
    [InlineData("apk", "alpine-generated.txt", 1500)]
    [InlineData("debian", "debian-generated.txt", 1500)]
    public void Every_published_pair_is_in_its_order(string name, string file, int pairs)
    {
        var order = Order(name);
        int seen = 0;
        foreach (string line in File.ReadLines(Path.Combine(RealData.Directory, "versions", file)))
        {
            if (line.Split(' ') is [var a, var sign, var b])
            {
                Assert.True(order.TryCompare(a, b, out int found), line);
                Assert.True(order.TryCompare(b, a, out int back), line);
                Assert.True(Math.Sign(found) == (sign == "<" ? -1 : sign == ">" ? 1 : 0), line);
                Assert.True(Math.Sign(back) == -Math.Sign(found), line);
                seen++;
            }
        }

        Assert.Equal(pairs, seen);
    }

    [Theory]
    [InlineData("apk", "0123..__--r~pabc")]
    [InlineData("debian", "0123...--~+:ab")]
    [InlineData("semantic", "012....--ab+")]
    [InlineData("go", "012....--arc+")]
    [InlineData("python", "0123...!abcrdev+-")]
    [InlineData("maven", "0123...---abmx")]
    [InlineData("nuget", "0123....-ab+")]
    public void Every_order_is_one(string name, string characters)
    {
        var order = Order(name);
        var random = new Random(22);
        string[] versions = [.. Enumerable.Range(0, 200_000).Select(_ => "1" + new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => characters[random.Next(characters.Length)])])).Where(order.IsVersion).Distinct(StringComparer.Ordinal).Take(60)];
        Assert.Equal(60, versions.Length);
        foreach (string a in versions)
        {
            foreach (string b in versions)
            {
                int ab = Sign(order, a, b);
                Assert.True(ab == -Sign(order, b, a), $"{a} and {b} compare differently from either side");
                foreach (string c in versions.Where(c => ab <= 0 && Sign(order, b, c) <= 0))
                {
                    Assert.True(Sign(order, a, c) <= 0, $"{a}, {b} and {c} go round in a circle");
                }
            }
        }
    }

    [Fact]
    public void NuGet_itself_orders_random_versions_alike()
    {
        var judge = NuGetJudge();
        var random = new Random(8);
        string[] numbers = ["0", "1", "01", "2", "10", "2147483647"];
        string[] labels = ["a", "B", "b", "beta", "1", "2", "10", "x-y", "Rc"];
        for (int i = 0; i < 3000; i++)
        {
            string a = Make(random, numbers, labels);
            string b = Make(random, numbers, labels);
            Assert.True(VersionOrders.NuGet.TryCompare(a, b, out int sign), $"{a} {b}");
            Assert.True(Math.Sign(sign) == judge(a, b), $"{a} {b}: {sign}");
        }
    }

    private static int Sign(VersionOrder order, string a, string b)
    {
        Assert.True(order.TryCompare(a, b, out int sign), $"{a} {b}");
        return Math.Sign(sign);
    }

    private static string Make(Random random, string[] numbers, string[] labels)
    {
        string text = string.Join('.', Enumerable.Range(0, random.Next(1, 5)).Select(_ => numbers[random.Next(numbers.Length)]));
        text += random.Next(2) == 0 ? "" : "-" + string.Join('.', Enumerable.Range(0, random.Next(1, 4)).Select(_ => labels[random.Next(labels.Length)]));
        return text + (random.Next(4) == 0 ? "+build.5" : "");
    }

    // The library that the SDK itself orders packages by.
    private static Func<string, string, int> NuGetJudge()
    {
        string shared = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string sdks = Path.GetFullPath(Path.Combine(shared, "..", "..", "..", "sdk"));
        string library = Directory.EnumerateFiles(sdks, "NuGet.Versioning.dll", SearchOption.AllDirectories).Where(static path => !path.Contains("net4", StringComparison.Ordinal)).Order(StringComparer.Ordinal).First();
        var type = Assembly.LoadFrom(library).GetType("NuGet.Versioning.NuGetVersion", throwOnError: true)!;
        var parse = type.GetMethod("Parse", [typeof(string)])!;
        return (a, b) => Math.Sign(((IComparable)parse.Invoke(null, [a])!).CompareTo(parse.Invoke(null, [b])));
    }

    private static VersionOrder Order(string name) => name switch
    {
        "apk" => VersionOrders.Apk,
        "debian" => VersionOrders.Debian,
        "semantic" => VersionOrders.Semantic,
        "go" => VersionOrders.Go,
        "python" => VersionOrders.Python,
        "maven" => VersionOrders.Maven,
        _ => VersionOrders.NuGet,
    };
}
