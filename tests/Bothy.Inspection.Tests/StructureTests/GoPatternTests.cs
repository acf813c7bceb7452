using System.Text;
using System.Text.Json;
using Bothy.Inspection.StructureTests;

namespace Bothy.Inspection.Tests.StructureTests;

public sealed class GoPatternTests
{
    private static readonly string[] Texts =
    [
        "", "a", "A", "b", "ab", "ba", "aa", "aaa", "a\n", "a\nb", "\n", "é", "É", "aé", "é a", "ſ", "s", "S", "K", "k", "\u212A", "ß", "ẞ", "\U0001F600", "\U0001F600\U0001F600", "\U00010400", "\U00010428",
        "x1", "_", "-", "]", "^", "a-b", "a.b", "a|b", "{", "a{2}", "a{,2}", "a{2", " ", "\t", "\v", "\0", "\\", "a\\b", "root:x:0:0\n", "ΣΩ", "σς", "\u2126", "５", "5", "µ", "İ", "ı", "i", "I",
    ];

    // Expression, text, whether it matches. From RE2's syntax page, and where the two languages differ.
    [Theory]
    [InlineData("^a$", "a", true)]
    [InlineData("^a$", "a\n", false)] // .NET's $ takes a line feed at the end
    [InlineData("(?m)^b$", "a\nb\nc", true)]
    [InlineData(@"a\z", "a\n", false)]
    [InlineData("a.b", "a\nb", false)]
    [InlineData("(?s)a.b", "a\nb", true)]
    [InlineData("^.$", "\U0001F600", true)] // one character, two of UTF-16
    [InlineData("^[^x]$", "\U0001F600", true)]
    [InlineData("^[\U0001F5FF-\U0001F601]$", "\U0001F600", true)]
    [InlineData(@"^\w$", "é", false)] // ASCII alone
    [InlineData(@"^\d$", "５", false)]
    [InlineData(@"^\s$", "\v", false)] // not even all of ASCII
    [InlineData("^[[:space:]]$", "\v", true)]
    [InlineData("^[[:^alpha:]x]+$", "12x", true)]
    [InlineData("^[[:word:]]+$", "a_1", true)]
    [InlineData(@"é\b", "é a", false)] // é is no word character
    [InlineData(@"a\b", "aé", true)]
    [InlineData(@"a\B", "ab", true)]
    [InlineData(@"^\pL+$", "aé", true)]
    [InlineData(@"^\p{Lu}$", "É", true)]
    [InlineData(@"^\P{Lu}$", "É", false)]
    [InlineData(@"^\p{^Lu}$", "é", true)]
    [InlineData("(?i)É", "é", true)]
    [InlineData("(?i)^k$", "\u212A", true)] // the Kelvin sign
    [InlineData("(?i)^S$", "ſ", true)]
    [InlineData("(?i)^[r-t]$", "ſ", true)]
    [InlineData("(?i)^i$", "ı", false)]
    [InlineData("(?i)a(?-i)b", "AB", false)]
    [InlineData("(?i:a)b", "AB", false)]
    [InlineData("(?i:a)b", "Ab", true)]
    [InlineData("x(?i)a|b", "B", true)] // flags hold for the rest of the group, further branches too
    [InlineData("(?P<first>a)(?<second>b)", "ab", true)]
    [InlineData(@"\Qa.b\E", "axb", false)]
    [InlineData(@"\Qa.b", "a.b", true)]
    [InlineData(@"\Qab\E+$", "abb", true)]
    [InlineData("^a{2}$", "aa", true)]
    [InlineData("^a{2,}$", "aaa", true)]
    [InlineData("^a{,2}$", "a{,2}", true)] // no count, so itself
    [InlineData("^a{$", "a{", true)]
    [InlineData("[]a]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData(@"[\]-a]", "^", true)]
    [InlineData(@"\x41\x{1F600}\101", "A\U0001F600A", true)]
    [InlineData(@"\_\-\.", "_-.", true)]
    [InlineData("(|a)*b", "b", true)]
    [InlineData("a**", "missing", null)]
    [InlineData("(?U)a+?", "aa", true)]
    public void Matches_as_Go_does(string expression, string text, bool? matches) =>
        Assert.Equal(matches, GoPattern.TryParse(expression, out var pattern, out _) ? pattern.Matches(text) : null);

    [Theory]
    [InlineData("(a", "missing closing ): `(a`")]
    [InlineData("a)", "unexpected ): `a)`")]
    [InlineData("[a", "missing closing ]: `[a`")]
    [InlineData("[b-a]", "invalid character class range: `b-a`")]
    [InlineData("[[:nope:]]", "invalid character class range: `[:nope:]`")]
    [InlineData("*a", "missing argument to repetition operator: `*`")]
    [InlineData("a|*", "missing argument to repetition operator: `*`")]
    [InlineData("(?i)*", "missing argument to repetition operator: `*`")]
    [InlineData("a**", "invalid nested repetition operator: `**`")]
    [InlineData("a*?+", "invalid nested repetition operator: `*?+`")]
    [InlineData("a{2}{3}", "invalid nested repetition operator: `{2}{3}`")]
    [InlineData("a{1001}", "invalid repeat count: `{1001}`")]
    [InlineData("a{3,2}", "invalid repeat count: `{3,2}`")]
    [InlineData("(a{100}){100}", "invalid repeat count: `{100}`")]
    [InlineData("(?=a)", "invalid or unsupported Perl syntax: `(?=`")]
    [InlineData("(?!a)", "invalid or unsupported Perl syntax: `(?!`")]
    [InlineData("(?>a)", "invalid or unsupported Perl syntax: `(?>`")]
    [InlineData("(?x)a", "invalid or unsupported Perl syntax: `(?x`")]
    [InlineData("(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`")]
    [InlineData("(?P<n", "invalid named capture: `(?P<n`")]
    [InlineData("(?P<a b>c)", "invalid named capture: `(?P<a b>`")]
    [InlineData("(?P<n>a)(?P<n>b)", "duplicate capture group name: `n`")]
    [InlineData(@"(a)\1", @"invalid escape sequence: `\1`")]
    [InlineData(@"\Z", @"invalid escape sequence: `\Z`")]
    [InlineData(@"\8", @"invalid escape sequence: `\8`")]
    [InlineData(@"\C", @"invalid escape sequence: `\C`")]
    [InlineData(@"[\b]", @"invalid escape sequence: `\b`")]
    [InlineData(@"\x{110000}", @"invalid escape sequence: `\x{110000}`")]
    [InlineData(@"a\", "trailing backslash at end of expression")]
    [InlineData(@"\pX", @"invalid character class range: `\pX`")]
    [InlineData(@"\p{Greek}", @"the script `\p{Greek}` is not known here; write its characters as ranges")]
    public void Refuses_what_Go_refuses(string expression, string problem)
    {
        Assert.False(GoPattern.TryParse(expression, out _, out string? said));
        Assert.Equal(problem, said);
    }

    [RequiresFact(Needs.Judges + ":go")]
    public void Agrees_with_Go_on_random_expressions()
    {
        var random = new Random(20240917);
        string[] expressions = [.. Enumerable.Range(0, 1000).Select(_ => RandomExpression(random, 3)).Distinct()];

        var mismatches = new List<string>();
        string[] answers = AskGo(expressions);
        for (int i = 0; i < expressions.Length; i++)
        {
            string ours = GoPattern.TryParse(expressions[i], out var pattern, out _) ? string.Concat(Texts.Select(text => pattern.Matches(text) ? '1' : '0')) : "";
            if (ours != answers[i])
            {
                string texts = ours.Length == answers[i].Length ? string.Join(", ", Texts.Where((_, at) => ours[at] != answers[i][at]).Select(text => JsonSerializer.Serialize(text))) : "whether it is one";
                mismatches.Add($"{expressions[i]}: {texts}");
            }
        }

        Assert.True(answers.Count(answer => answer.Length == 0) > 50);
        Assert.True(mismatches.Count == 0, string.Join('\n', mismatches));
    }

    private static string RandomExpression(Random random, int depth)
    {
        string[] atoms =
        [
            "a", "b", "A", "é", "s", "k", "σ", "\U0001F600", "\U00010400", ".", "^", "$", @"\d", @"\W", @"\s", @"\w", @"\b", @"\B", @"\A", @"\z", @"\pL", @"\p{Lu}", @"\P{Ll}", @"\PN", "[a-c]", "[^a]", "[[:alpha:]]", "[^[:word:]é]",
            @"[\d-x]", "[]a]", "[^]-]", "[a-]", @"\x41", @"\x{1F600}", @"\n", @"\.", @"\Qa.\E", "(?i)", "(?s)", "(?m)", "(?i-s)", "(?U)", "{", "}", "]", "-", "a{2}", "a{,2}", @"\v", "[\U00010400-\U00010427]", "(", ")", "[", @"\", "*", @"\1", @"\012", "(?i)[r-t]", @"(?i)\pL",
        ];
        string[] repetitions = ["*", "+", "?", "*?", "{2}", "{0,2}", "{1,}", "{3,1}"];
        var text = new StringBuilder();
        int parts = random.Next(1, 4);
        for (int i = 0; i < parts; i++)
        {
            string part = random.Next(6) switch
            {
                0 when depth > 0 => $"({RandomExpression(random, depth - 1)})",
                1 when depth > 0 => $"(?i:{RandomExpression(random, depth - 1)})",
                2 when depth > 0 => $"(?:{RandomExpression(random, depth - 1)}|{RandomExpression(random, depth - 1)})",
                _ => atoms[random.Next(atoms.Length)],
            };
            text.Append(part).Append(random.Next(3) == 0 ? repetitions[random.Next(repetitions.Length)] : "");
        }

        return text.ToString();
    }

    // For each expression a digit for each text, or nothing where it is not an expression.
    private static string[] AskGo(string[] expressions)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["main.go"], """
            package main

            import ("encoding/json"; "fmt"; "os"; "regexp")

            func main() {
                var asked struct { Expressions, Texts []string }
                file, _ := os.Open(os.Args[1])
                if err := json.NewDecoder(file).Decode(&asked); err != nil { panic(err) }
                for _, e := range asked.Expressions {
                    r, err := regexp.Compile(e)
                    if err == nil {
                        for _, t := range asked.Texts {
                            if r.MatchString(t) { fmt.Print("1") } else { fmt.Print("0") }
                        }
                    }
                    fmt.Println()
                }
            }
            """);
        File.WriteAllText(directory["asked.json"], JsonSerializer.Serialize(new { Expressions = expressions, Texts }));
        var environment = new Dictionary<string, string> { ["GOCACHE"] = directory["cache"], ["GOPATH"] = directory["path"], ["GO111MODULE"] = "off" };
        var run = Judge.Run("env", [.. environment.Select(one => $"{one.Key}={one.Value}"), "go", "run", directory["main.go"], directory["asked.json"]]);
        return run.Succeeded().Output.Split('\n')[..expressions.Length];
    }
}
