using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ImageFileProperties
{
    private static readonly SourceMark Nowhere = new("x.yaml", 1, 1);

    private static readonly string[] Awkward =
    [
        "", " ", "a b", "a: b", "a #b", "#", "- a", "yes", "null", "~", "1", "0x1", "1e3", "'", "\"", "\\", "a\nb", "a\nb\n", "\n", " a\n b", "a \nb", "\ta", "é", "🦊",
        "{a}", "[a]", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "a:", ":", "?", "---", "...", "\r\n", "\u0085", "\u2028", "\u007f", "=", "<<", "key with spaces",
    ];

    [Fact]
    public void What_is_printed_reads_the_same() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Specs().ToArbitrary(), spec =>
        {
            string printed = ImageSpecWriter.ToYaml(spec);
            var read = ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(printed));
            return SpecDump.Of(spec) == SpecDump.Of(read) && ImageSpecWriter.ToYaml(read) == printed;
        }));

    [Fact]
    public void Parts_that_other_rooms_read_are_printed_so_that_they_read_the_same() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Nodes(3).ToArbitrary(), node =>
        {
            var findings = new SpecFindings();
            var read = YamlTree.Read("x.yaml", ImageSpecWriter.ToYaml(Holding(node)), findings);
            findings.ThrowIfAny();
            return SpecDump.Of(Holding(node)) == SpecDump.Of(Holding(Assert.IsType<SpecNode.Mapping>(read).Entries.Single(entry => entry.Key.Value == "tests").Value));

            static ImageSpec Holding(SpecNode node) => new() { FileName = "x.yaml", Tests = node };
        }));

    [Fact]
    public void Damaged_files_are_read_or_refused_with_places_in_the_file()
    {
        byte[] original = Encoding.UTF8.GetBytes(ImageFileTests.Everything);
        var damage = Gen.Zip(Gen.Choose(0, original.Length - 1), Gen.Choose(0, 255)).ArrayOf(4);
        Check.QuickThrowOnFailure(Prop.ForAll(damage.ToArbitrary(), changes =>
        {
            byte[] content = [.. original];
            foreach (var (at, value) in changes)
            {
                content[at] = (byte)value;
            }

            return IsReadOrRefused(content);
        }));
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, original.Length).ToArbitrary(), length => IsReadOrRefused(original[..length])));
    }

    private static bool IsReadOrRefused(byte[] content)
    {
        try
        {
            ImageFile.Parse("x.yaml", content);
            return true;
        }
        catch (ImageFileException refused)
        {
            return refused.Problems.Length > 0 && refused.Problems.All(problem => problem.Mark is { File: "x.yaml", Line: >= 1, Column: >= 1 } && problem.Value.Length > 0);
        }
    }

    private static Gen<string> Texts() => Gen.OneOf(
        Gen.Elements(Awkward),
        Gen.Elements("abc :#-'\"\\\n,[]{}&*!|>%@`é\t".ToCharArray()).ArrayOf().Select(characters => new string(characters)));

    private static Gen<ImmutableSortedDictionary<string, string>> TextMaps() =>
        Gen.Zip(Texts(), Texts()).ListOf().Select(pairs => pairs
            .Where(pair => pair.Item1.Length > 0 && !pair.Item1.Contains('=') && !pair.Item1.Any(char.IsControl))
            .Aggregate(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal), (map, pair) => map.SetItem(pair.Item1, pair.Item2)));

    private static Gen<SpecNode> Nodes(int depth) => depth == 0
        ? Texts().Select(SpecNode (text) => new SpecNode.Scalar(text, IsPlain: false, Nowhere))
        : Gen.OneOf(
            Nodes(0),
            Gen.Elements("true", "5", "", "plain text", "~").Select(SpecNode (text) => new SpecNode.Scalar(text, IsPlain: true, Nowhere)),
            Nodes(depth - 1).ListOf().Select(SpecNode (items) => new SpecNode.Sequence([.. items.Take(4)], Nowhere)),
            Gen.Zip(Texts(), Nodes(depth - 1)).ListOf().Select(SpecNode (entries) => new SpecNode.Mapping(
                [.. entries.Take(4).DistinctBy(entry => entry.Item1).Select(entry => KeyValuePair.Create(new Marked<string>(entry.Item1, Nowhere), entry.Item2))],
                Nowhere)));

    private static Gen<SpecNode> Tests() => Gen.OneOf(
        Texts().Select(SpecNode (text) => Text(text.AsSpan().TrimEnd('/').Length == 0 ? "a" : text)),
        Texts().ListOf().Select(SpecNode (words) => Map("commandTests", new SpecNode.Sequence([Map("name", Text("a"), "command", Text("b"), "args", new SpecNode.Sequence([.. words.Where(word => word.Length > 0).Select(Text)], Nowhere))], Nowhere))));

    private static SpecNode.Scalar Text(string text) => new(text, IsPlain: false, Nowhere);

    private static SpecNode.Mapping Map(params object[] entries) => new(
        [.. entries.Chunk(2).Select(static entry => KeyValuePair.Create(new Marked<string>((string)entry[0], Nowhere), (SpecNode)entry[1]))], Nowhere);

    private static Gen<ImageSpec> Specs() =>
        from environment in TextMaps()
        from labels in TextMaps()
        from words in Texts().ListOf()
        from keyring in Texts().ListOf()
        from tests in Tests().ListOf()
        from source in Texts()
        from mode in Gen.Choose(0, 0xFFF)
        from recursive in Gen.Elements(true, false)
        select new ImageSpec
        {
            FileName = "x.yaml",
            Contents = new ContentsSpec
            {
                Packages = [new("a", Nowhere)],
                Keyring = [.. keyring.Where(text => text.Length > 0).Select(text => new Marked<string>(text, Nowhere))],
            },
            Environment = environment,
            Labels = labels,
            Command = [.. words],
            Tests = new SpecNode.Sequence([.. tests], Nowhere),
            Paths = [new PathSpec(PathKind.SymbolicLink, Bothy.Formats.Trees.TreePath.Parse("a"), Nowhere) { Source = source.Length == 0 ? "b" : source, Permissions = mode, Recursive = recursive }],
        };
}
