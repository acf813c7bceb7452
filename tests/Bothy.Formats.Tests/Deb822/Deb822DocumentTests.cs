using System.Text;
using Bothy.Formats.Deb822;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Deb822;

public sealed class Deb822DocumentTests
{
    [Fact]
    public void Reads_paragraphs_with_fields_in_their_order()
    {
        var document = Parse("Package: a\nVersion: 1:2\nDescription: short\n long\n .\n  kept\n\n\nPackage: b\n");

        Assert.Equal(2, document.Paragraphs.Length);
        Assert.Equal(["Package", "Version", "Description"], document.Paragraphs[0].Fields.Select(field => field.Name));
        Assert.Equal("short\n long\n .\n  kept", document.Paragraphs[0]["description"]);
        Assert.Equal("1:2", document.Paragraphs[0]["VERSION"]);
        Assert.Equal("b", document.Paragraphs[1]["Package"]);
        Assert.Equal(9, document.Paragraphs[1].Line);
        Assert.Null(document.Paragraphs[1]["Version"]);
    }

    [Theory]
    [InlineData("A: 1\r\nB: 2\r\n\r\nA: 3\r\n", "A: 1\nB: 2\n\nA: 3\n")]
    [InlineData("A:1", "A: 1\n")] // no blank, no line end
    [InlineData("A:\t 1 \t\n", "A: 1\n")]
    [InlineData("A :1\n", "A: 1\n")] // dpkg lets blanks stand before the colon
    [InlineData("A:\n", "A:\n")]
    [InlineData("A:\n x\n\ty\n", "A:\n x\n\ty\n")]
    [InlineData("# top\nA: 1\n# between\n more\n", "A: 1\n more\n")] // a comment does not end a field
    [InlineData("A: 1\n \t\nA: 2\n", "A: 1\n\nA: 2\n")] // a line of blanks separates
    [InlineData("\n\n# nothing\n\n", "")]
    [InlineData("A: x # not a comment\n #nor this\n", "A: x # not a comment\n #nor this\n")]
    [InlineData("A: b: c\n", "A: b: c\n")]
    public void Reads_what_deb822_allows(string text, string expected) => Assert.Equal(expected, Parse(text).ToString());

    [Theory]
    [InlineData(" x\n", "line 1: the line continues a field, but there is none before it (at byte 0)")]
    [InlineData("A: 1\n\n x\n", "line 3: the line continues a field, but there is none before it (at byte 6)")]
    [InlineData("A: 1\nB\n", "line 2: the line is not a field ('Name: value') (at byte 5)")]
    [InlineData(": 1\n", "line 1: the line is not a field ('Name: value') (at byte 0)")]
    [InlineData("-A: 1\n", "line 1: the line is not a field ('Name: value') (at byte 0)")]
    [InlineData("A B: 1\n", "line 1: the line is not a field ('Name: value') (at byte 0)")]
    [InlineData("é: 1\n", "line 1: the line is not a field ('Name: value') (at byte 0)")]
    [InlineData("A: 1\na: 2\n", "line 2: the field a comes twice in one paragraph (at byte 5)")]
    [InlineData("A: \0\n", "line 1: a NUL byte (at byte 0)")]
    public void Refuses(string text, string problem) =>
        Assert.Equal("cannot read control: " + problem, Assert.Throws<MalformedDataException>(() => Parse(text)).Message);

    // What is read of each, and from which line on what is left out, with the reason.
    [Theory]
    [InlineData("A: 1\n\nB\n more\nC: 3\n\nD: 4\n", "A: 1\n\nD: 4\n", "3: line 3: the line is not a field ('Name: value')")]
    [InlineData("A: 1\nB: 2\nA: 3\n\nD: 4\n", "D: 4\n", "1: line 3: the field A comes twice in one paragraph")]
    [InlineData(" x\ny: 1\n\n\n\n z\n\nA: 1\n", "A: 1\n", "1: line 1: the line continues a field, but there is none before it|6: line 6: the line continues a field, but there is none before it")]
    [InlineData("A: 1\nB: \0\nC: 3\n \t\nD: 4\n", "D: 4\n", "1: line 2: a NUL byte")] // a line of blanks separates here too
    [InlineData("A: 1\n\nB: 1\nB: 2\n", "A: 1\n", "3: line 4: the field B comes twice in one paragraph")] // the last one
    [InlineData("A: 1\n\nB: 2\n", "A: 1\n\nB: 2\n", "")]
    public void Passes_over_paragraphs_that_cannot_be_read(string text, string expected, string told)
    {
        var passedOver = new List<string>();

        var document = Deb822Document.ParsePart(Encoding.UTF8.GetBytes(text), "status", (line, failure) => passedOver.Add(FormattableString.Invariant($"{line}: {failure.Problem}")));

        Assert.Equal((expected, told), (document.ToString(), string.Join('|', passedOver)));
    }

    [Fact]
    public void What_can_be_read_whole_is_read_alike_when_paragraphs_may_be_passed_over()
    {
        var bytes = Gen.Elements<byte>(9, 10, 10, 13, 32, 35, 58, 65, 66, 97).ArrayOf();

        Prop.ForAll(bytes.ToArbitrary(), input =>
        {
            int passedOver = 0;
            string part = Deb822Document.ParsePart(input, "status", (_, _) => passedOver++).ToString();
            try
            {
                return Deb822Document.Parse(input, "status").ToString() == part && passedOver == 0;
            }
            catch (MalformedDataException)
            {
                return passedOver > 0;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Splits_values_into_lines_and_words()
    {
        var field = Parse("SHA256:\n ab  12 x\n cd 3 y\n").Paragraphs[0].Find("sha256")!;

        Assert.Equal(["ab  12 x", "cd 3 y"], field.Lines);
        Assert.Equal(["ab", "12", "x", "cd", "3", "y"], field.Words);
    }

    [Fact]
    public void Replaces_a_field_in_its_place_and_adds_a_new_one_at_the_end()
    {
        var paragraph = Parse("A: 1\nB: 2\n").Paragraphs[0].With("a", "3").With("Status", "install ok installed").Without("b");

        Assert.Equal("a: 3\nStatus: install ok installed\n", paragraph.ToString());
    }

    [Theory]
    [InlineData("A", " x")]
    [InlineData("A", "x\ny")]
    [InlineData("A", "x\n ")]
    [InlineData("A", "x\n\n y")]
    [InlineData("A", "x\0")]
    [InlineData("#A", "x")]
    [InlineData("A:", "x")]
    public void Does_not_create_what_would_not_read_back(string name, string value) =>
        Assert.Throws<ArgumentException>(() => new Deb822Field(name, value));

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        var line = Gen.Elements("x", "x  y", ".", "#", ":", "ü", "a: b");
        var value = line.ListOf().Select(lines => string.Join("\n ", lines));
        var paragraph = value.NonEmptyListOf().Select(values =>
            new Deb822Paragraph(values.Select((text, i) => new Deb822Field($"Field-{i}", text))));
        var document = paragraph.NonEmptyListOf().Select(paragraphs => string.Join('\n', paragraphs));

        Prop.ForAll(document.ToArbitrary(), text => Parse(text).ToString() == text).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_bytes_give_a_document_or_a_malformed_data_failure()
    {
        var bytes = Gen.Elements<byte>(0, 9, 10, 13, 32, 35, 45, 58, 65, 97, 0xc3, 0xff).ArrayOf();

        Prop.ForAll(bytes.ToArbitrary(), input =>
        {
            try
            {
                string text = Deb822Document.Parse(input, "control").ToString();
                return Parse(text).ToString() == text;
            }
            catch (MalformedDataException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();
    }

    private static Deb822Document Parse(string text) => Deb822Document.Parse(Encoding.UTF8.GetBytes(text), "control");
}
