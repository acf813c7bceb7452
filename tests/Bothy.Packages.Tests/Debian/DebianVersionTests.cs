using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebianVersionTests
{
    [Theory]
    [InlineData("1.0~rc1", "1.0")]
    [InlineData("1.0~~", "1.0~")]
    [InlineData("1.0", "1.0a")]
    [InlineData("1.0a", "1.0+")] // letters before everything else
    [InlineData("1.9", "1.10")]
    [InlineData("9", "1:0")]
    [InlineData("1.0-1", "1.0-1+b1")]
    [InlineData("1.0-2", "1.0-1-1")] // the last dash divides: the upstream of the second is 1.0-1
    [InlineData("1-99999999999999999999998", "1-99999999999999999999999")] // fits no integer
    public void Orders_as_dpkg(string earlier, string later)
    {
        Assert.True(DebianVersion.Parse(earlier).CompareTo(DebianVersion.Parse(later)) < 0);
        Assert.True(DebianVersion.Parse(later).CompareTo(DebianVersion.Parse(earlier)) > 0);
    }

    [Theory]
    [InlineData("1.0", "0:1.0-0")]
    [InlineData("1.01", "1.1")]
    [InlineData("1.", "1.0")]
    public void Two_texts_may_order_the_same_and_are_still_two(string one, string other)
    {
        Assert.Equal(0, DebianVersion.Parse(one).CompareTo(DebianVersion.Parse(other)));
        Assert.NotEqual(DebianVersion.Parse(one), DebianVersion.Parse(other));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a1")]
    [InlineData("1.0-")]
    [InlineData("-1")]
    [InlineData(":1")]
    [InlineData("x:1")]
    [InlineData("1:")]
    [InlineData("-1:1")]
    [InlineData("2147483648:1")] // an epoch is an int
    [InlineData("1 0")]
    [InlineData("1_0")]
    [InlineData("1.0-a_b")]
    [InlineData("1.0-1:2")] // no colon in a revision
    [InlineData("1é")]
    public void Refuses_what_dpkg_refuses(string text) => Assert.False(DebianVersion.TryParse(text, null, out _));

    [RequiresFact(Needs.Judges + ":dpkg")]
    public void Agrees_with_dpkg_on_random_pairs()
    {
        var random = new Random(20);
        var pairs = Enumerable.Range(0, 400).Select(_ => Pair(random)).ToList();

        // One shell for all: each line it writes is the operators that hold, or "bad" where dpkg refuses one of the two.
        const string script = """
            while read a b; do
              if dpkg --validate-version "$a" 2>/dev/null && dpkg --validate-version "$b" 2>/dev/null; then
                if dpkg --compare-versions "$a" lt "$b"; then echo lt; elif dpkg --compare-versions "$a" gt "$b"; then echo gt; else echo eq; fi
              else echo bad; fi
            done
            """;
        byte[] input = System.Text.Encoding.UTF8.GetBytes(string.Concat(pairs.Select(pair => $"{pair.A} {pair.B}\n")));
        string[] answers = Judge.Run("sh", ["-c", script], input).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(answers, pairs.Select(pair => Ours(pair.A, pair.B)));
        Assert.Contains("eq", answers);
        Assert.Contains("bad", answers);
    }

    [RequiresFact(Needs.Data)]
    public void Agrees_with_the_published_pairs()
    {
        int compared = 0;
        foreach (string file in new[] { "debian.txt", "debian-generated.txt" })
        {
            foreach (string line in File.ReadLines(Path.Combine(RealData.Directory, "versions", file)))
            {
                if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var a, var op, var b] && op is ("<" or "=" or ">"))
                {
                    Assert.Equal($"{a} {op} {b}", $"{a} {Sign(DebianVersion.Parse(a).CompareTo(DebianVersion.Parse(b)))} {b}");
                    Assert.Equal(Sign(-DebianVersion.Parse(a).CompareTo(DebianVersion.Parse(b))), Sign(DebianVersion.Parse(b).CompareTo(DebianVersion.Parse(a))));
                    compared++;
                }
            }
        }

        Assert.True(compared > 1500, $"only {compared} pairs were found");
    }

    private static string Sign(int order) => order < 0 ? "<" : order > 0 ? ">" : "=";

    private static string Ours(string a, string b) =>
        !DebianVersion.TryParse(a, null, out var left) || !DebianVersion.TryParse(b, null, out var right)
            ? "bad"
            : left.CompareTo(right) switch { < 0 => "lt", > 0 => "gt", _ => "eq" };

    private static (string A, string B) Pair(Random random)
    {
        string a = Text(random);

        // Half of the pairs differ in one place only: two random texts nearly always differ in the first.
        return random.Next(2) == 0 ? (a, Text(random)) : (a, a.Insert(random.Next(a.Length + 1), Piece(random)));
    }

    private static string Text(Random random) =>
        (random.Next(4) == 0 ? $"{random.Next(3)}:" : "")
        + random.Next(3)
        + string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => Piece(random)))
        + (random.Next(2) == 0 ? "-" + random.Next(3) + Piece(random) : "");

    private static string Piece(Random random)
    {
        string[] pieces = ["0", "00", "1", "9", "10", "a", "b", "Z", "~", "+", ".", "-", "rc", "~~", ".0", "_"];
        return pieces[random.Next(random.Next(10) == 0 ? pieces.Length : pieces.Length - 1)];
    }
}
