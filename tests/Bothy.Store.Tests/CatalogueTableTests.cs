using System.Text;
using Bothy.Formats.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Store.Tests;

/// <summary>That a tree comes back as it was, and that no bytes do worse than fail.</summary>
public sealed class CatalogueTableTests : StoreTest
{
    private static readonly Digest Source = Digest.Of("a package"u8);
    private static readonly Origin Origin = new Origin.Package("demo", "1.0", "amd64");

    [Fact]
    public void Gives_back_every_field_of_every_kind_of_entry()
    {
        var entries = new List<TreeEntry>
        {
            TreeEntry.Directory(TreePath.Root, Origin),
            TreeEntry.Directory(TreePath.Parse("usr"), Origin, 0b1_111_111_111),
            TreeEntry.SymbolicLink(TreePath.Parse("bin"), "usr/bin", Origin),
            new() { Path = TreePath.Parse("dev/null"), Kind = EntryKind.CharacterDevice, Mode = 438, Origin = Origin, DeviceMajor = 1, DeviceMinor = 3 },
            new() { Path = TreePath.Parse("dev/sda"), Kind = EntryKind.BlockDevice, Mode = 432, Origin = Origin, DeviceMajor = 8, DeviceMinor = 1 << 20, GroupName = "disk" },
            new() { Path = TreePath.Parse("run/pipe"), Kind = EntryKind.Fifo, Mode = 0, Origin = Origin, UserId = int.MaxValue, GroupId = -1, ModifiedTime = -5 },
            new() { Path = TreePath.Parse("usr/ping2"), Kind = EntryKind.HardLink, Mode = 493, Origin = Origin, LinkTarget = "usr/ping" },
        };
        var ping = TreeEntry.File(TreePath.Parse("usr/ping"), FileContent.Of("echo"), Origin, 0b100_111_101_101) with
        {
            UserId = 7,
            UserName = "root",
            GroupName = "",
            ModifiedTime = 1_700_000_000,
            ExtendedAttributes = TreeEntry.NoAttributes.Add("security.capability", new byte[] { 1, 0, 255 }).Add("user.b", Array.Empty<byte>()),
        };
        using (var writer = Store.BeginCatalogue(Source, "deb"))
        {
            entries.ForEach(writer.AddEntry);
            Assert.Equal(ping.Content!.Digest, writer.AddFile(ping, ping.Content.OpenRead(), ping.Content.Length).Digest);
            writer.Attach("control", "Package: demo\n"u8);
            writer.Attach("postinst", []);
            writer.Commit().Dispose();
        }

        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        var tree = catalogue.ReadTree(Origin);

        Assert.Equal(entries.Append(ping).Select(Describe).Order(StringComparer.Ordinal), tree.Entries.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal(["control", "postinst"], catalogue.Attachments.Keys);
        Assert.Equal("Package: demo\n", Encoding.UTF8.GetString(catalogue.Attachments["control"].Span));
        Assert.Equal("echo", Encoding.UTF8.GetString(tree.Find(TreePath.Parse("usr/ping2"))!.Content!.ReadAll()));
        Assert.Equal("B2D21E771D9F86865C5EFF193663574DD1796C8F", Convert.ToHexString(((PackedFile)tree.Find(TreePath.Parse("usr/ping"))!.Content!).Sha1.Span));
    }

    [Fact]
    public void Any_tree_comes_back_as_it_was() =>
        Prop.ForAll(AnyTree().ToArbitrary(), entries =>
        {
            using (var writer = Store.BeginCatalogue(Source, "deb"))
            {
                foreach (var entry in entries)
                {
                    if (entry.Content is { } content)
                    {
                        writer.AddFile(entry, content.OpenRead(), content.Length);
                    }
                    else
                    {
                        writer.AddEntry(entry);
                    }
                }

                writer.Commit().Dispose();
            }

            using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
            var expected = new FileTree();
            entries.ForEach(expected.Set);
            var actual = catalogue.ReadTree(Origin);
            return expected.Entries.Select(Describe).SequenceEqual(actual.Entries.Select(Describe))
                && expected.Entries.Zip(actual.Entries).All(pair => pair.First.Content is null || pair.First.Content.ReadAll().AsSpan().SequenceEqual(pair.Second.Content!.ReadAll()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Bytes_that_are_no_table_are_malformed_and_nothing_worse()
    {
        var writer = new TableWriter();
        foreach (var entry in AnyTree().Sample(20, 100).SelectMany(entries => entries).Take(40))
        {
            writer.Add(entry, entry.Content?.Length ?? 0, new byte[32], new byte[20]);
        }

        byte[] table = writer.Finish(new SortedDictionary<string, byte[]> { ["control"] = Bytes(20) }).ToArray();
        var change = Gen.Choose(0, table.Length - 1).SelectMany(at => Gen.Elements(0, 1, 0x7f, 0x80, 0xff).Select(value => (at, value)));

        Prop.ForAll(Gen.Zip(change.ListOf(), Gen.Choose(0, table.Length)).ToArbitrary(), mutation =>
        {
            byte[] bytes = [.. table];
            foreach (var (at, value) in mutation.Item1)
            {
                bytes[at] = (byte)value;
            }

            foreach (byte[] candidate in (byte[][])[bytes, bytes[..mutation.Item2]])
            {
                try
                {
                    new TableReader(candidate.AsSpan(TableReader.Section(candidate, TableSection.Attachments, "t")), "t").Attachments();
                    new TableReader(candidate.AsSpan(TableReader.Section(candidate, TableSection.Entries, "t")), "t").Entries(Origin, 1000, (_, _, _, _, _) => FileContent.Empty);
                }
                catch (MalformedDataException)
                {
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    private static Gen<List<TreeEntry>> AnyTree()
    {
        var text = Gen.Elements("", "a", "usr", "lib", "ünïcode", "\U0001F600", "with space", new string('x', 300), "\n");
        var path = text.ListOf().Select(parts => TreePath.TryParse(string.Join('/', parts.Where(part => part.Length > 0).Take(8)), null, out var parsed) ? parsed : TreePath.Root);
        var number = Gen.OneOf(Gen.Choose(-5, 5), Gen.Elements(int.MinValue, int.MaxValue, 65534, 1_700_000_000));
        var name = Gen.OneOf(Gen.Constant<string?>(null), text.Select(string? (it) => it));
        var owner = Gen.Zip(Gen.Zip(number, number), Gen.Zip(name, name));
        var entry = Gen.Zip(Gen.Zip(path, Gen.Choose(0, 6)), Gen.Zip(owner, Gen.Zip(number, text)));
        return entry.ListOf().Select(list => list.Select(parts =>
        {
            var ((at, kind), (((user, group), (userName, groupName)), (time, word))) = parts;
            return new TreeEntry
            {
                Path = at, Kind = (EntryKind)kind, Mode = time & 4095, Origin = Origin, UserId = user, GroupId = group, UserName = userName, GroupName = groupName,
                ModifiedTime = time * 5_000_000_000L,
                Content = kind == 0 ? FileContent.Of(word) : null,
                LinkTarget = kind is 2 or 3 ? word : null,
                DeviceMajor = kind is 4 or 5 ? group : 0, DeviceMinor = kind is 4 or 5 ? user : 0,
                ExtendedAttributes = word.Length == 1 ? TreeEntry.NoAttributes.Add("user." + word, Bytes(3)).Add("z", Array.Empty<byte>()) : TreeEntry.NoAttributes,
            };
        }).ToList());
    }

    private static string Describe(TreeEntry entry) =>
        FormattableString.Invariant($"{entry.Path} {entry.Kind} {entry.Mode} {entry.Origin} {entry.UserId} {entry.GroupId} {entry.UserName ?? "-"} {entry.GroupName ?? "-"} {entry.ModifiedTime} {entry.Content?.Digest} {entry.Content?.Length} {entry.LinkTarget ?? "-"} {entry.DeviceMajor} {entry.DeviceMinor} ")
        + string.Join(',', entry.ExtendedAttributes.Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value.Span)}"));
}
