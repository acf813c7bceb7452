using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;

namespace Bothy.Engine.Tests.LocalFiles;

public sealed class NamePatternTests
{
    private static readonly string[] Names = ["a", "b", "ab", "abc", "ba", "z", "é", "\U0001F600", "\U0001F600a", "-", "]", "[", "[a]", "^", "!", "*", "\\", "\\a", "a-", "a*b", "?", "a.md", ".a", "^a]"];

    [Theory]
    [InlineData("[a-c]", "b", true)]
    [InlineData("[a-c]", "d", false)]
    [InlineData("[^a-c]", "d", true)]
    [InlineData("[^a-c]", "b", false)]
    [InlineData("[!a]", "!", true)] // no negation, unlike a shell's
    [InlineData("[ac-e]x*", "dxyz", true)]
    [InlineData("[c-a]", "b", false)] // a range that holds nothing
    [InlineData("[\\]]", "]", true)]
    [InlineData("[a\\-z]", "-", true)]
    [InlineData("[a\\-z]", "b", false)]
    [InlineData("[a^]", "^", true)]
    [InlineData("[^^]", "^", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\a\\?", "a?", true)]
    [InlineData("a]", "a]", true)]
    [InlineData("[\U0001F5FF-\U0001F601]", "\U0001F600", true)] // one character, two of UTF-16
    [InlineData("\\x?", "x\U0001F600", true)]
    [InlineData("*[b]*[c]", "abbbc", true)]
    public void Matches_as_Go_does(string text, string name, bool isMatch) => Assert.Equal(isMatch, Parse(text)!.Matches(name));

    [Theory]
    [InlineData("[a", "has a '[' without its ']'")]
    [InlineData("[", "has a '[' without its ']'")]
    [InlineData("[^", "has a '[' without its ']'")]
    [InlineData("[a-", "has a '[' without its ']'")]
    [InlineData("[]", "has a ']' between brackets that wants a backslash before it")]
    [InlineData("[]a]", "has a ']' between brackets that wants a backslash before it")]
    [InlineData("[-a]", "has a '-' between brackets that wants a backslash before it")]
    [InlineData("[a-]", "has a ']' between brackets that wants a backslash before it")]
    [InlineData("a\\", "ends in a backslash")]
    [InlineData("[a\\", "ends in a backslash")]
    [InlineData("x/[a/b]", "has a '[' without its ']'")] // brackets do not reach across parts of a path
    public void What_is_no_pattern_is_a_mistake_of_the_image_file(string pattern, string problem)
    {
        string yaml = $"contents:\n  files:\n  - source: a\n    path: /a\n    exclude: ['{pattern}']\n";

        var refused = Assert.Throws<ImageFileException>(() => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(yaml)));

        Assert.Equal($"x.yaml:5:15: the pattern '{pattern}' {problem}", refused.Message);
    }

    [RequiresFact(Needs.Judges + ":go")]
    public void Agrees_with_Go_on_random_patterns()
    {
        var random = new Random(20261121);
        string[] atoms = ["a", "b", "c", "é", "\U0001F600", ".", "-", "]", "^", "!", "*", "?", "[", "\\", "[a-c]", "[^a]", "[ab", "[^-", "[\\]]", "[\\--z]", "[z-a]", "[é-\U0001F600]", "[[]", "\\*", "\\[", "\\\\"];
        string[] patterns = [.. Enumerable.Range(0, 3000).Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => atoms[random.Next(atoms.Length)]))).Distinct()];

        string[] answers = AskGo(patterns);

        Assert.InRange(answers.Count(static answer => answer == "bad"), 300, 2500);
        Assert.True(answers.Count(static answer => answer.Contains('1', StringComparison.Ordinal)) > 100);
        Assert.Equal(
            patterns.Zip(answers, static (pattern, answer) => $"{pattern} {answer}"),
            patterns.Select(pattern => $"{pattern} {(Parse(pattern) is { } read ? string.Concat(Names.Select(name => read.Matches(name) ? '1' : '0')) : "bad")}"));
    }

    private static NamePattern? Parse(string text) => NamePattern.TryParse(text, out var pattern, out _) ? pattern : null;

    private static string[] AskGo(string[] patterns)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["main.go"], """
            package main

            import ("os"; "path"; "strings")

            func main() {
                patterns, _ := os.ReadFile(os.Args[1])
                names, _ := os.ReadFile(os.Args[2])
                for _, pattern := range strings.Split(string(patterns), "\n") {
                    answer := ""
                    for _, name := range strings.Split(string(names), "\n") {
                        matches, err := path.Match(pattern, name)
                        if err != nil { answer = "bad"; break }
                        if matches { answer += "1" } else { answer += "0" }
                    }
                    os.Stdout.WriteString(answer + "\n")
                }
            }
            """);
        File.WriteAllText(directory["patterns"], string.Join('\n', patterns));
        File.WriteAllText(directory["names"], string.Join('\n', Names));
        string[] environment = [$"GOCACHE={directory["cache"]}", $"GOPATH={directory["path"]}", "GO111MODULE=off"];
        return Judge.Run("env", [.. environment, "go", "run", directory["main.go"], directory["patterns"], directory["names"]]).Succeeded().Output.Split('\n')[..patterns.Length];
    }
}
