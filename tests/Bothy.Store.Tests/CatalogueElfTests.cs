using System.Text;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Store.Tests;

/// <summary>That what ELF files are is found out when a catalogue is written, and read from its table ever after.</summary>
public sealed class CatalogueElfTests : StoreTest
{
    private static readonly Digest Source = Digest.Of("a package"u8);
    private static readonly Origin Origin = new Origin.Package("demo", "1.0", "amd64");
    private static readonly byte[] Library = ElfSample.Library("libdemo.so.1", ["libc.so.6"]);

    [Theory]
    [InlineData(0)] // in the writer's buffer from beginning to end
    [InlineData((256 << 10) - 2)] // its magic bytes are parted by the buffer's end
    [InlineData((256 << 10) - 100)]
    [InlineData(1 << 20)]
    public void Facts_are_those_of_the_file_and_the_pack_is_not_read_for_them(int before)
    {
        Write(("before", new byte[before]), ("lib.so", Library), ("text", Encoding.ASCII.GetBytes(new string('x', 100))), ("large.so", [.. Library, .. new byte[600_000]]));
        OverwritePack();

        var tree = Open();

        foreach (string name in new[] { "lib.so", "large.so" })
        {
            var facts = Content(tree, name).ReadElf(name)!;
            Assert.Equal("libdemo.so.1", facts.SoName);
            Assert.Equal("libc.so.6", Assert.Single(facts.Needed));
            Assert.Equal(62, facts.Machine);
        }

        Assert.Null(Content(tree, "before").ReadElf("before"));
        Assert.Null(Content(tree, "text").ReadElf("text"));
    }

    [Fact]
    public void A_file_that_only_begins_as_one_is_read_again_to_say_what_is_wrong_with_it()
    {
        byte[] malformed = [.. Library[..16], .. new byte[100]];
        malformed[4] = 9;
        Write(("bad", malformed), ("short", "\u007fELF"u8.ToArray()));

        var tree = Open();

        var failure = Assert.Throws<MalformedDataException>(() => Content(tree, "bad").ReadElf("/bad"));
        Assert.Contains("file class of 9", failure.Message, StringComparison.Ordinal);
        Assert.Null(Content(tree, "short").ReadElf("/short"));
    }

    [Fact]
    public void Facts_of_another_version_and_none_at_all_are_not_looked_at()
    {
        Assert.Null(new TableReader([], "x").ElfFacts());
        Assert.Null(new TableReader([ElfFactsForm.Version + 1, 0, 1, 2], "x").ElfFacts());
        Assert.Equal(0..0, new TableReader([ElfFactsForm.Version], "x").ElfFacts()!.Find(0));
    }

    [Theory]
    [InlineData(new byte[] { ElfFactsForm.Version, 0 })]
    [InlineData(new byte[] { ElfFactsForm.Version, 0, 5, 1 })]
    [InlineData(new byte[] { ElfFactsForm.Version, 0xff, 0xff, 0xff, 0xff, 0x7f, 0 })]
    public void A_malformed_section_is_refused(byte[] section) =>
        Assert.Throws<MalformedDataException>(() => new TableReader(section, "x").ElfFacts());

    private static FileContent Content(FileTree tree, string name) => tree.Find(TreePath.Parse(name))!.Content!;

    private FileTree Open() => Store.TryOpenCatalogue(Source, "deb")!.ReadTree(Origin);

    private void Write(params (string Name, byte[] Content)[] files)
    {
        using var writer = Store.BeginCatalogue(Source, "deb");
        foreach (var (name, content) in files)
        {
            writer.AddFile(TreeEntry.File(TreePath.Parse(name), FileContent.Empty, Origin), new MemoryStream(content), content.Length);
        }

        writer.Commit().Dispose();
    }

    // Only the table is left as it was.
    private void OverwritePack()
    {
        string path = Directory.EnumerateFiles(Temporary["store"], "*.deb", SearchOption.AllDirectories).Single();
        byte[] bytes = File.ReadAllBytes(path);
        long tableAt = BitConverter.ToInt64(bytes, bytes.Length - CatalogueTrailer.Size + 16);
        bytes.AsSpan(0, (int)tableAt).Clear();
        File.WriteAllBytes(path, bytes);
    }
}
