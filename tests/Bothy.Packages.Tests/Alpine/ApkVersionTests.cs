using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkVersionTests
{
    [Theory]
    [InlineData("1.2_alpha", "1.2_beta")]
    [InlineData("1.2_rc3", "1.2")]
    [InlineData("1.2_rc1-r5", "1.2-r0")]
    [InlineData("1.2", "1.2-r0")]
    [InlineData("1.2-r9", "1.2_p1")]
    [InlineData("1.2_p9", "1.2a")]
    [InlineData("1.2z", "1.2.1")]
    [InlineData("1.9", "1.10")]
    [InlineData("1.2_cvs1", "1.2_svn1")]
    [InlineData("1.2_git1", "1.2_hg1")]
    [InlineData("1.0015", "1.002")] // a fraction: a zero leads
    [InlineData("1_pre2019100222214411111111111", "1_pre2021053019362711111111111")] // fits no integer
    [InlineData("1~0a", "1~0b")]
    [InlineData("1-r1", "1~0a")]
    public void Orders_as_apk(string earlier, string later)
    {
        Assert.True(ApkVersion.Parse(earlier).CompareTo(ApkVersion.Parse(later)) < 0);
        Assert.True(ApkVersion.Parse(later).CompareTo(ApkVersion.Parse(earlier)) > 0);
    }

    [Fact]
    public void Two_texts_may_order_the_same_and_are_still_two()
    {
        Assert.Equal(0, ApkVersion.Parse("1-r1").CompareTo(ApkVersion.Parse("1-r01")));
        Assert.NotEqual(ApkVersion.Parse("1-r1"), ApkVersion.Parse("1-r01"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1..2")]
    [InlineData("1.")]
    [InlineData("1A")]
    [InlineData("1~")]
    [InlineData("1~xyz")]
    [InlineData("1-1")]
    [InlineData("1-r1-r1")]
    [InlineData("1-r1_p1")]
    [InlineData("1 ")]
    [InlineData("1é")]
    public void Refuses_what_is_no_version(string text)
    {
        Assert.False(ApkVersion.TryParse(text, null, out _));
        Assert.StartsWith($"'{text}' is not an apk version: ", Assert.Throws<FormatException>(() => ApkVersion.Parse(text)).Message, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Data)]
    public void Agrees_with_the_published_comparisons()
    {
        int compared = 0;
        foreach (string[] words in new[] { "apk.data", "alpine.txt", "alpine-generated.txt" }.SelectMany(Lines))
        {
            if (words is [var a, var op, var b])
            {
                Assert.True(Holds(a, op, b), string.Join(' ', words));
                Assert.True(op is not ("<" or ">" or "=") || Holds(b, op switch { "<" => ">", ">" => "<", _ => op }, a), string.Join(' ', words) + ", read backwards");
            }
            else
            {
                bool wellFormed = !words[0].StartsWith('!');
                Assert.True(ApkVersion.TryParse(words[0].TrimStart('!'), null, out _) == wellFormed, words[0]);
            }

            compared++;
        }

        Assert.True(compared > 2600, $"only {compared} lines were found");
    }

    [RequiresFact(Needs.Data)]
    public void Agrees_with_apk_on_random_pairs()
    {
        using var apk = RealApk.Unpack();
        var random = new Random(31);
        var pairs = Enumerable.Range(0, 1_000).Select(_ => Pair(random)).ToList();
        const string script = "while read a b; do /sbin/apk version -t $a $b; done";
        string[] answers = apk.Run("/bin/sh", ["-c", script], string.Concat(pairs.Select(pair => $"{pair.A} {pair.B}\n")))
            .Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(pairs.Zip(answers, (pair, answer) => $"{pair.A} {answer} {pair.B}"), pairs.Select(pair => $"{pair.A} {Sign(pair.A, pair.B)} {pair.B}"));
        Assert.True(answers.Count(answer => answer == "=") > 50);
    }

    private static IEnumerable<string[]> Lines(string file) =>
        File.ReadLines(Path.Combine(RealData.Directory, "versions", file))
            .Select(line => line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words.Length > 0);

    private static bool Holds(string a, string op, string b)
    {
        bool negated = op.StartsWith('!');
        bool holds = ApkDependency.TryParse($"x{op.TrimStart('!')}{b}", null, out var dependency)
            ? dependency.Admits(ApkVersion.Any(a))
            : op == Sign(a, b);
        return holds != negated;
    }

    private static string Sign(string a, string b) =>
        ApkVersion.Any(a).CompareTo(ApkVersion.Any(b)) switch { < 0 => "<", > 0 => ">", _ => "=" };

    private static (string A, string B) Pair(Random random)
    {
        string a = Text(random);
        string b = a + Piece(random);
        return random.Next(2) == 0 && ApkVersion.TryParse(b, null, out _) ? (a, b) : (a, Text(random));
    }

    // Without zeros that lead: apk-tools 2.14 compares those otherwise than the releases after it.
    private static string Text(Random random) =>
        random.Next(1, 12)
        + (random.Next(2) == 0 ? $".{random.Next(1, 12)}" : "")
        + (random.Next(4) == 0 ? ((char)('a' + random.Next(3))).ToString() : "")
        + (random.Next(3) == 0 ? Suffix(random) : "")
        + (random.Next(6) == 0 ? Suffix(random) : "")
        + (random.Next(3) == 0 ? $"-r{random.Next(3)}" : "");

    private static string Suffix(Random random)
    {
        string[] suffixes = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"];
        return $"_{suffixes[random.Next(suffixes.Length)]}{(random.Next(3) == 0 ? "" : random.Next(1, 3))}";
    }

    private static string Piece(Random random)
    {
        string[] pieces = [".1", "1", "", "_p1", "_rc", "-r1", "_git20240101"];
        return pieces[random.Next(pieces.Length)];
    }
}
