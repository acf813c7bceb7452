using System.Text;
using Bothy.Formats.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Store.Tests;

public sealed class CatalogueTests : IDisposable
{
    private static readonly Digest Source = Digest.Of("a package"u8);
    private static readonly Origin Origin = new Origin.Package("demo", "1.0", "amd64");

    private readonly TemporaryDirectory _temporary = new();
    private readonly ContentStore _store;

    public CatalogueTests() => _store = new ContentStore(_temporary["store"]);

    public void Dispose() => _temporary.Dispose();

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
        using (var writer = _store.BeginCatalogue(Source, "deb"))
        {
            entries.ForEach(writer.AddEntry);
            Assert.Equal(ping.Content!.Digest, writer.AddFile(ping, ping.Content.OpenRead(), ping.Content.Length));
            writer.Attach("control", "Package: demo\n"u8);
            writer.Attach("postinst", []);
            writer.Commit().Dispose();
        }

        using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
        var tree = catalogue.ReadTree(Origin);

        Assert.Equal(entries.Append(ping).Select(Describe).Order(StringComparer.Ordinal), tree.Entries.Select(Describe).Order(StringComparer.Ordinal));
        Assert.Equal(["control", "postinst"], catalogue.Attachments.Keys);
        Assert.Equal("Package: demo\n", Encoding.UTF8.GetString(catalogue.Attachments["control"].Span));
        Assert.Equal("echo", Encoding.UTF8.GetString(tree.Find(TreePath.Parse("usr/ping2"))!.Content!.ReadAll()));
        Assert.Equal("B2D21E771D9F86865C5EFF193663574DD1796C8F", Convert.ToHexString(((PackedFile)tree.Find(TreePath.Parse("usr/ping"))!.Content!).Sha1.Span));
    }

    [Fact]
    public void A_writer_that_is_abandoned_leaves_nothing()
    {
        using (var writer = _store.BeginCatalogue(Source, "deb"))
        {
            writer.AddFile(TreeEntry.File(TreePath.Parse("a"), FileContent.Empty, Origin), new MemoryStream(new byte[300_000]), 300_000);
        }

        Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
        Assert.Empty(Directory.EnumerateFiles(_temporary["store"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_writer_that_died_shows_nothing_and_does_not_get_in_the_way()
    {
        // Not disposed, as after kill -9: its file stays open and locked.
        var dead = _store.BeginCatalogue(Source, "deb");
        dead.AddFile(NewFile("a"), new MemoryStream(new byte[300_000]), 300_000);

        Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
        Write(("a", Bytes(10)));
        using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
        Assert.Equal(1, catalogue.ReadTree(Origin).Count);
        GC.KeepAlive(dead);
    }

    [Fact]
    public void A_file_that_ends_early_is_refused()
    {
        using var writer = _store.BeginCatalogue(Source, "deb");

        var failure = Assert.Throws<BothyException>(() => writer.AddFile(NewFile("a"), new MemoryStream(new byte[5]), 7));

        Assert.Equal("cannot take /a into the store: it ends 2 bytes too early", failure.Message);
    }

    [Fact]
    public void A_file_takes_no_more_than_its_length()
    {
        var archive = new MemoryStream(Bytes(100));
        using (var writer = _store.BeginCatalogue(Source, "deb"))
        {
            writer.AddFile(NewFile("a"), archive, 30);
            writer.Commit().Dispose();
        }

        Assert.Equal(30, archive.Position);
        using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
        Assert.Equal(Bytes(100)[..30], catalogue.ReadTree(Origin).Entries[0].Content!.ReadAll());
    }

    [Fact]
    public void Kinds_and_sources_are_kept_apart()
    {
        Write(("a", Bytes(10)));

        Assert.Null(_store.TryOpenCatalogue(Source, "other"));
        Assert.Null(_store.TryOpenCatalogue(Digest.Of("x"u8), "deb"));
        File.Copy(TheFile(), TheFile().Replace(".deb", ".other", StringComparison.Ordinal));
        Assert.Throws<DamagedItemException>(() => _store.TryOpenCatalogue(Source, "other"));
        Assert.NotNull(_store.TryOpenCatalogue(Source, "deb"));
    }

    [Fact]
    public void Another_version_of_the_format_counts_as_none_and_is_replaced()
    {
        Write(("a", Bytes(10)));
        byte[] file = File.ReadAllBytes(TheFile());
        file[^56] = 99;
        File.WriteAllBytes(TheFile(), file);

        Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
        Write(("a", Bytes(10)));
        Assert.NotNull(_store.TryOpenCatalogue(Source, "deb"));
    }

    [Fact]
    public void Every_changed_byte_of_table_and_trailer_is_noticed()
    {
        Write(("a", Bytes(10)), ("b/c", []));
        byte[] file = File.ReadAllBytes(TheFile());
        for (int at = 10; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 0x10;
            File.WriteAllBytes(TheFile(), changed);
            bool isVersion = at >= file.Length - 56 && at < file.Length - 52;
            if (isVersion)
            {
                Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
                continue;
            }

            var failure = Assert.Throws<DamagedItemException>(() => _store.TryOpenCatalogue(Source, "deb"));
            Assert.StartsWith($"cannot use the files of {Source} from the store: ", failure.Message, StringComparison.Ordinal);
            Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
        }
    }

    [Fact]
    public void Every_shorter_file_is_noticed()
    {
        Write(("a", Bytes(10)));
        string path = TheFile();
        byte[] file = File.ReadAllBytes(path);
        for (int length = 0; length < file.Length; length++)
        {
            File.WriteAllBytes(path, file[..length]);

            Assert.Throws<DamagedItemException>(() => _store.TryOpenCatalogue(Source, "deb"));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)] // read in pieces
    public void A_damaged_file_is_found_out_and_the_catalogue_removed(int length)
    {
        Write(("a", Bytes(length)), ("b", Bytes(50)));
        byte[] file = File.ReadAllBytes(TheFile());
        file[length - 1] ^= 1;
        File.WriteAllBytes(TheFile(), file);
        using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
        var tree = catalogue.ReadTree(Origin);

        Assert.Throws<DamagedItemException>(() => tree.Entries[0].Content!.ReadAll());

        Assert.Null(_store.TryOpenCatalogue(Source, "deb"));
        Assert.Equal(Bytes(50), tree.Entries[1].Content!.ReadAll());
    }

    [Fact]
    public void Files_can_be_read_again_and_by_many_at_once()
    {
        Write([.. Enumerable.Range(0, 20).Select(number => (FormattableString.Invariant($"f{number:00}"), Bytes(number * 10_000)))]);
        using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
        var entries = catalogue.ReadTree(Origin).Entries;

        Parallel.For(0, 200, number => Assert.Equal(Bytes(number % 20 * 10_000), entries[number % 20].Content!.ReadAll()));
    }

    [Fact]
    public void A_catalogue_in_use_can_be_replaced_and_removed()
    {
        Write(("a", Bytes(100_000)));
        using var before = _store.TryOpenCatalogue(Source, "deb")!;
        var content = before.ReadTree(Origin).Entries[0].Content!;
        Write(("a", Bytes(5)));
        File.Delete(TheFile());

        Assert.Equal(Bytes(100_000), content.ReadAll());
    }

    [Fact]
    public void Any_tree_comes_back_as_it_was() =>
        Prop.ForAll(AnyTree().ToArbitrary(), entries =>
        {
            using (var writer = _store.BeginCatalogue(Source, "deb"))
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

            using var catalogue = _store.TryOpenCatalogue(Source, "deb")!;
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
                    new TableReader(candidate.AsSpan(TableReader.Section(candidate, TableSection.Entries, "t")), "t").Entries(Origin, 1000, (_, _, _, _) => FileContent.Empty);
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

    private static TreeEntry NewFile(string path) => TreeEntry.File(TreePath.Parse(path), FileContent.Empty, Origin);

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    private string TheFile() => Path.Combine(_store.Directory, "catalogues", $"{Source.Hex}.deb");

    private void Write(params (string Path, byte[] Bytes)[] files)
    {
        using var writer = _store.BeginCatalogue(Source, "deb");
        foreach (var (path, bytes) in files)
        {
            writer.AddFile(NewFile(path), new MemoryStream(bytes), bytes.Length);
        }

        writer.Commit().Dispose();
    }

    private static string Describe(TreeEntry entry) =>
        FormattableString.Invariant($"{entry.Path} {entry.Kind} {entry.Mode} {entry.Origin} {entry.UserId} {entry.GroupId} {entry.UserName ?? "-"} {entry.GroupName ?? "-"} {entry.ModifiedTime} {entry.Content?.Digest} {entry.Content?.Length} {entry.LinkTarget ?? "-"} {entry.DeviceMajor} {entry.DeviceMinor} ")
        + string.Join(',', entry.ExtendedAttributes.Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value.Span)}"));
}
