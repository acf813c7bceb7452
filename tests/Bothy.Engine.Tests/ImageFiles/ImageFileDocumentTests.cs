using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed partial class ImageFileDocumentTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(RealData.Project, "docs", "image-file.md"));

    [Fact]
    public void Every_example_is_an_image_file()
    {
        string[] examples = [.. Example().Matches(Text).Select(match => match.Groups["text"].Value)];
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["common"]);
        foreach (string included in new[] { "python", "bookworm", "nonroot" })
        {
            File.WriteAllText(directory[$"common/{included}.yaml"], $"contents: {{packages: [{included}]}}\n");
        }

        Assert.True(examples.Length > 20, $"only {examples.Length} examples");
        foreach (string example in examples)
        {
            File.WriteAllText(directory["x.yaml"], example);
            var spec = ImageFile.Load("x.yaml", directory.Path);
            string printed = ImageSpecWriter.ToYaml(spec);
            Assert.Equal(SpecDump.Of(spec), SpecDump.Of(ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(printed))));
        }
    }

    [Fact]
    public void Every_key_is_described()
    {
        ImmutableArray<string>[] maps =
        [
            SpecKeys.Top, SpecKeys.Contents, SpecKeys.BaseImage, SpecKeys.File, SpecKeys.Entrypoint, SpecKeys.Accounts, SpecKeys.User, SpecKeys.Group, SpecKeys.Path,
            SpecKeys.Layering, SpecKeys.Certificates, SpecKeys.Certificate, SpecKeys.OsRelease,
        ];

        var missing = maps.SelectMany(keys => keys).Where(key => !Text.Contains($"`{key}`", StringComparison.Ordinal) && !Text.Contains($"`{key}: ", StringComparison.Ordinal));
        Assert.Equal("", string.Join(", ", missing));
    }

    [Fact]
    public void Every_key_but_the_refused_one_stands_in_an_example()
    {
        string examples = string.Concat(Example().Matches(Text).Select(match => match.Groups["text"].Value));

        var without = SpecKeys.Top.Concat(SpecKeys.Contents).Where(key => !Regex.IsMatch(examples, $@"(^|\s|\{{){Regex.Escape(key)}:", RegexOptions.Multiline));
        Assert.Equal(["variants"], without);
    }

    [GeneratedRegex("^```yaml\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
