using System.Text;
using Bothy.Packages.Indexes;
using Bothy.Store;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Packages.Tests.Indexes;

public sealed class CompactIndexTests : IDisposable
{
    private const string Kind = "test-amd64";

    private static readonly Digest Source = Digest.Of("some index"u8);

    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public CompactIndexTests() => _store = new ContentStore(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 1)]
    [InlineData(500, 300)]
    [InlineData(5, 8188)] // a block each, exactly
    [InlineData(5, 8189)]
    [InlineData(7, 300_000)] // several to a slab, each many blocks
    [InlineData(3, 1_048_572)] // a slab each
    public async Task Gives_back_what_was_added_from_memory_and_from_the_store(int count, int size)
    {
        var stanzas = Enumerable.Range(0, count).Select(i => Stanza(i, size)).ToList();
        var made = await KeepAsync(stanzas);

        foreach (var index in new[] { made, Open()! })
        {
            Assert.Equal(count, index.Count);
            Assert.Equal("some facts", Encoding.ASCII.GetString(index.Facts.Span));
            Assert.Equal(stanzas, Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetString(index.Stanza(i).Span)));
        }
    }

    [Fact]
    public void Finds_of_any_names_what_a_dictionary_finds()
    {
        var names = Gen.Elements("a", "b", "aa", "so:libc.musl-x86_64.so.1", "12345678", "123456789", "1234567890123456", "ä", new string('x', 300)).ListOf();
        Prop.ForAll(names.ListOf().ToArbitrary(), packages =>
        {
            var expected = packages.SelectMany((names, number) => names.Select(name => (Name: name, Number: number))).ToLookup(pair => pair.Name, pair => pair.Number, StringComparer.Ordinal);
            KeepAsync([.. packages.Select(names => string.Join(' ', names) + "!")]).Wait();
            var index = Open()!;
            foreach (string name in expected.Select(group => group.Key).Append("c").Append("aaa"))
            {
                Assert.Equal(expected[name].Distinct(), index.Find(1, Encoding.UTF8.GetBytes(name)));
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Finds_each_of_many_names()
    {
        await KeepAsync([.. Enumerable.Range(0, 20_000).Select(i => $"package-{i} virtual-{i % 10} {i}")]);
        var index = Open()!;

        for (int i = 0; i < 20_000; i++)
        {
            Assert.Equal([i], index.Find(1, Encoding.UTF8.GetBytes($"package-{i}")));
        }

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => (i * 10) + 3), index.Find(1, "virtual-3"u8));
        Assert.Empty(index.Find(0, "virtual-3"u8));
    }

    [Fact]
    public async Task Is_not_there_for_another_source_kind_or_number_of_tables()
    {
        await KeepAsync(["a"]);

        Assert.Null(CompactIndex.TryOpen(_store, Kind, Digest.Of("another"u8), 2));
        Assert.Null(CompactIndex.TryOpen(_store, "test-arm64", Source, 2));
        Assert.Throws<DamagedItemException>(() => CompactIndex.TryOpen(_store, Kind, Source, 3));
    }

    [Fact]
    public async Task What_is_not_committed_leaves_nothing()
    {
        await using (var keeper = new IndexKeeper(_store, Kind, Source))
        {
            Fill(keeper, ["a b"]);
        }

        Assert.Null(Open());
        Assert.Empty(Directory.EnumerateFiles(_directory["store"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Any_flipped_byte_is_found_out_before_it_is_used()
    {
        var stanzas = Enumerable.Range(0, 400).Select(i => $"package-{i} virtual-{i % 10}").ToList();
        await KeepAsync(stanzas);
        string path = IndexFile();
        byte[] good = await File.ReadAllBytesAsync(path);
        string expected = Answers(Open()!);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] bytes = [.. good];
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(1, 256);
            await File.WriteAllBytesAsync(path, bytes);
            try
            {
                Assert.Equal(expected, Open() is { } index ? Answers(index) : expected);
            }
            catch (DamagedItemException)
            {
                Assert.False(File.Exists(path));
                refused++;
            }
        }

        Assert.True(refused > 500);
    }

    // Bytes that were changed by somebody who also made their digests right.
    [Fact]
    public async Task Forged_bytes_cause_no_other_exception_than_damage()
    {
        await KeepAsync([.. Enumerable.Range(0, 40).Select(i => $"package-{i} virtual-{i % 10}")]);
        string kind = IndexKeeper.KindOf(Kind);
        byte[] good = _store.TryReadResult(kind, Source)!;
        int[] interesting = [0, 1, 2, 3, .. Enumerable.Range(8 << 10, good.Length - (8 << 10))];
        var changes = Gen.Zip(Gen.Elements(interesting), Gen.Elements<byte>(0, 1, 0x7f, 0x80, 0xff)).ListOf(4);
        Prop.ForAll(changes.ToArbitrary(), list =>
        {
            byte[] bytes = [.. good];
            foreach (var (at, value) in list)
            {
                bytes[at] = value;
            }

            _store.AddResult(kind, Source, bytes);
            try
            {
                _ = Answers(Open()!);
            }
            catch (DamagedItemException)
            {
                // The one exception that bytes from the store may cause.
            }
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void What_is_too_short_is_damage(int length)
    {
        _store.AddResult(IndexKeeper.KindOf(Kind), Source, new byte[length]);

        Assert.Throws<DamagedItemException>(() => Open());
        Assert.Null(Open());
    }

    [Fact]
    public async Task Many_writers_and_readers_of_one_index_do_not_disturb_each_other()
    {
        var stanzas = Enumerable.Range(0, 3000).Select(i => $"package-{i} virtual-{i % 10}").ToList();
        await KeepAsync(stanzas);
        string expected = Answers(Open()!);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (int round = 0; round < 5; round++)
            {
                var before = Open()!;
                await KeepAsync(stanzas);
                Assert.Equal(expected, Answers(before));
                Assert.Equal(expected, Answers(Open()!));
            }
        })));
        Assert.Single(Directory.EnumerateFiles(_directory["store"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task One_index_is_read_by_many_threads()
    {
        await KeepAsync([.. Enumerable.Range(0, 3000).Select(i => $"package-{i} virtual-{i % 10}")]);
        string expected = Answers(Open()!);
        var index = Open()!;

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Answers(index)))), answers => Assert.Equal(expected, answers));
    }

    private static string Stanza(int number, int size) => $"{number}".PadRight(size, (char)('a' + (number % 26)))[..size];

    /// <summary>Everything that can be asked of an index of <c>package-N virtual-M</c>.</summary>
    private static string Answers(CompactIndex index)
    {
        var answers = new StringBuilder(Encoding.ASCII.GetString(index.Facts.Span));
        for (int i = 0; i < index.Count; i++)
        {
            answers.Append(Encoding.ASCII.GetString(index.Stanza(i).Span)).AppendJoin(',', index.Find(1, Encoding.ASCII.GetBytes($"package-{i}"))).Append('\n');
        }

        return answers.AppendJoin(',', Enumerable.Range(0, 10).SelectMany(i => index.Find(1, Encoding.ASCII.GetBytes($"virtual-{i}")))).ToString();
    }

    // Each word of a stanza is a name of its second table.
    private static CompactIndex Fill(IndexKeeper keeper, IReadOnlyList<string> stanzas)
    {
        var builder = new CompactIndexBuilder(2, keeper);
        foreach (string stanza in stanzas)
        {
            Assert.True(builder.TryAdd(Encoding.UTF8.GetBytes(stanza)));
            int at = 0;
            foreach (string word in stanza.TrimEnd('!').Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                byte[] name = Encoding.UTF8.GetBytes(word);
                builder.AddName(1, name, at);
                at += name.Length + 1;
            }
        }

        return builder.Finish("some facts"u8);
    }

    private async Task<CompactIndex> KeepAsync(IReadOnlyList<string> stanzas)
    {
        await using var keeper = new IndexKeeper(_store, Kind, Source);
        var index = Fill(keeper, stanzas);
        await keeper.CommitAsync();
        return index;
    }

    private CompactIndex? Open() => CompactIndex.TryOpen(_store, Kind, Source, 2);

    private string IndexFile() => Directory.EnumerateFiles(_directory["store/results"]).Single();
}
