using System.Text;
using Bothy.Formats.Ar;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Ar;

public sealed class ArReaderTests
{
    private static readonly byte[] TwoMembers = Archive(("debian-binary", "2.0\n"), ("control.tar.xz", "odd"), ("data.tar", "even"));

    [Fact]
    public void Reads_members_in_order() =>
        Assert.Equal(["debian-binary=2.0\n", "control.tar.xz=odd", "data.tar=even"], Read(TwoMembers));

    [Fact]
    public void Skips_what_was_not_read()
    {
        var reader = new ArReader(new MemoryStream(TwoMembers), "x.deb");
        var names = new List<string>();
        while (reader.TryReadNext(out var member))
        {
            names.Add(FormattableString.Invariant($"{member.Name} {member.Size} {member.Offset}"));
        }

        Assert.Equal(["debian-binary 4 68", "control.tar.xz 3 132", "data.tar 4 196"], names);
    }

    [Fact]
    public void A_missing_pad_after_the_last_member_is_accepted() =>
        Assert.Equal(["a=odd"], Read(Archive(("a", "odd"))[..^1]));

    [Theory]
    [InlineData("", "not an ar archive")]
    [InlineData("!<arch>", "not an ar archive")]
    [InlineData("!<arch>\ndebian-binary", "the archive ends too early")]
    [InlineData("!<arch>\ndebian-binary   0           0     0     100644  4         xx", "a member's header does not end as it should")]
    [InlineData("!<arch>\ndebian-binary   0           0     0     100644  4x        `\n2.0\n", "a member's size is not a number")]
    [InlineData("!<arch>\ndebian-binary   0           0     0     100644  -4        `\n2.0\n", "a member's size is not a number")]
    [InlineData("!<arch>\ndebian-binary   0           0     0     100644            `\n2.0\n", "a member has no size")]
    [InlineData("!<arch>\ndebian-binary   0           0     0     100644  5         `\n2.0\n", "the archive ends too early")]
    [InlineData("!<arch>\n//              0           0     0     100644  4         `\n2.0\n", "member '//' has a long name or is a symbol table, which no package has")] // GNU's name table
    [InlineData("!<arch>\n#1/4            0           0     0     100644  4         `\n2.0\n", "member '#1/4' has a long name or is a symbol table, which no package has")] // BSD's long name
    [InlineData("!<arch>\na/b             0           0     0     100644  4         `\n2.0\n", "a member's name is empty or not plain text")]
    [InlineData("!<arch>\n                0           0     0     100644  4         `\n2.0\n", "a member's name is empty or not plain text")]
    public void Refuses(string archive, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => Read(Encoding.Latin1.GetBytes(archive))).Problem);

    [Fact]
    public void Refuses_more_members_than_allowed()
    {
        var reader = new ArReader(new MemoryStream(TwoMembers), "x.deb", maxMembers: 1);
        Assert.True(reader.TryReadNext(out _));
        Assert.Equal("more than 1 members", Assert.Throws<MalformedDataException>(() => reader.TryReadNext(out _)).Problem);
    }

    [Fact]
    public void Damaged_archives_are_malformed_or_read() =>
        Prop.ForAll(
            Gen.Choose(0, TwoMembers.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (at, (byte)value))).ToArbitrary(),
            damage =>
            {
                byte[] bytes = [.. TwoMembers];
                bytes[damage.at] = damage.Item2;
                Record.Exception(() => Read(bytes)).IsMalformedOrNone();
            }).QuickCheckThrowOnFailure();

    [RequiresFact(Needs.Judges + ":ar")]
    public void Reads_what_ar_writes()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["debian-binary"], "2.0\n");
        File.WriteAllText(directory["a-name-of-15-ch"], "odd");
        Judge.Run("ar", ["rcD", "x.a", "debian-binary", "a-name-of-15-ch"], directory: directory.Path).Succeeded();

        Assert.Equal(["debian-binary=2.0\n", "a-name-of-15-ch=odd"], Read(File.ReadAllBytes(directory["x.a"])));
    }

    private static List<string> Read(byte[] archive)
    {
        var reader = new ArReader(new MemoryStream(archive), "x.deb");
        var members = new List<string>();
        while (reader.TryReadNext(out var member))
        {
            members.Add($"{member.Name}={new StreamReader(reader.Content).ReadToEnd()}");
        }

        return members;
    }

    private static byte[] Archive(params (string Name, string Content)[] members)
    {
        var text = new StringBuilder("!<arch>\n");
        foreach (var (name, content) in members)
        {
            text.Append(FormattableString.Invariant($"{name,-16}{0,-12}{0,-6}{0,-6}{"100644",-8}{content.Length,-10}`\n{content}"));
            text.Append(content.Length % 2 == 1 ? "\n" : "");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
