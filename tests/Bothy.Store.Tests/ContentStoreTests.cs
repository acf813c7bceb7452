using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Bothy.Store.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class ContentStoreTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly ContentStore _store;

    public ContentStoreTests() => _store = new ContentStore(_temporary["store"]);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("/b", "/x", "/h", "/b")]
    [InlineData(null, "/x", "/h", "/x/bothy")]
    [InlineData("", "", "/h", "/h/.cache/bothy")]
    [InlineData(null, "relative", "/h", "/h/.cache/bothy")] // the XDG specification has it ignored
    public void Is_where_the_environment_says(string? store, string? cache, string? home, string expected)
    {
        var environment = new Dictionary<string, string?> { ["BOTHY_STORE"] = store, ["XDG_CACHE_HOME"] = cache, ["HOME"] = home };

        Assert.Equal(expected, ContentStore.DefaultDirectory(environment.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!)));
    }

    [Fact]
    public void Without_a_home_the_hint_says_what_to_set()
    {
        var failure = Assert.Throws<BothyException>(() => ContentStore.DefaultDirectory(new Dictionary<string, string>()));

        Assert.Equal("Set BOTHY_STORE to a directory.", failure.Hint);
    }

    [Fact]
    public void Looking_creates_nothing()
    {
        Assert.Null(_store.TryOpen(Digest.Of("a"u8)));
        Assert.Null(_store.TryRead(Digest.Of("a"u8)));
        Assert.Null(_store.TryOpenCatalogue(Digest.Of("a"u8), "deb"));
        Assert.Null(_store.Notes.TryRead("a"));
        _store.Remove(Digest.Of("a"u8));

        Assert.False(Directory.Exists(_temporary["store"]));
    }

    [Fact]
    public void Continues_a_reception_where_an_earlier_one_stopped()
    {
        byte[] bytes = RandomBytes(300_000);
        var digest = Digest.Of(bytes);
        using (var first = _store.BeginReception(digest, bytes.Length))
        {
            first.Destination.Write(bytes.AsSpan(0, 123_456));
        }

        Assert.False(_store.Contains(digest));
        using (var second = new ContentStore(_store.Directory).BeginReception(digest, bytes.Length))
        {
            Assert.Equal(123_456, second.Destination.Length);
            Assert.Equal(123_456, second.ResumedFrom);
            second.Destination.Write(bytes.AsSpan(123_456));
            second.Commit();
        }

        Assert.Equal(bytes, _store.TryRead(digest));
        Assert.Single(Files());
    }

    [Fact]
    public void Can_start_over_in_the_middle()
    {
        byte[] bytes = RandomBytes(1_000);
        using var reception = _store.BeginReception(Digest.Of(bytes), null);
        reception.Destination.Write(RandomBytes(5_000));
        reception.Destination.SetLength(0);
        reception.Destination.Position = 0;
        reception.Destination.Write(bytes);
        reception.Commit();

        Assert.Equal(bytes, _store.TryRead(Digest.Of(bytes)));
    }

    [Theory]
    [InlineData(4L, "its digest is sha256:b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73")]
    [InlineData(5L, "it has 4 bytes where 5 are expected")]
    [InlineData(null, "its digest is sha256:b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73")]
    public void Throws_away_what_is_not_what_was_expected(long? size, string reason)
    {
        var digest = Digest.Of("good"u8);
        using var reception = _store.BeginReception(digest, size);
        reception.Destination.Write("evil"u8);

        var failure = Assert.Throws<BothyException>(reception.Commit);

        Assert.Equal($"cannot accept {digest}: {reason}", failure.Message);
        Assert.Empty(Files());
        using var next = _store.BeginReception(digest, 4);
        Assert.Equal(0, next.Destination.Length);
    }

    [Fact]
    public async Task Many_can_receive_the_same_blob_at_once()
    {
        byte[] bytes = RandomBytes(200_000);
        var digest = Digest.Of(bytes);
        using var together = new Barrier(4);

        // Stores of their own, as processes have: file locks tell open files apart, not processes.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var store = new ContentStore(_store.Directory);
                for (int round = 0; round < 20; round++)
                {
                    together.SignalAndWait();
                    using (var reception = store.BeginReception(digest, bytes.Length))
                    {
                        reception.Destination.Write(bytes.AsSpan((int)reception.Destination.Length));
                        reception.Commit();
                    }

                    Assert.Equal(bytes, store.TryRead(digest));
                    together.SignalAndWait();
                    store.Remove(digest);
                }
            },
            TaskCreationOptions.LongRunning)));

        Assert.Empty(Files());
    }

    [Fact]
    public void While_one_receives_a_blob_another_has_a_file_of_its_own()
    {
        byte[] bytes = RandomBytes(1_000);
        var digest = Digest.Of(bytes);
        using var slow = _store.BeginReception(digest, null);
        slow.Destination.Write(bytes.AsSpan(0, 500));
        using (var fast = new ContentStore(_store.Directory).BeginReception(digest, null))
        {
            Assert.Equal(0, fast.Destination.Length);
            fast.Destination.Write(bytes);
            fast.Commit();
        }

        Assert.True(_store.Contains(digest));
        slow.Destination.Write(bytes.AsSpan(500));
        slow.Commit();

        Assert.Equal(bytes, _store.TryRead(digest));
        Assert.Single(Files());
    }

    [Fact]
    public void A_damaged_blob_is_found_out_and_removed()
    {
        foreach (Func<Digest, byte[]?> read in new Func<Digest, byte[]?>[] { digest => _store.TryRead(digest), ReadVerified })
        {
            var digest = _store.AddBytes(RandomBytes(100_000));
            Flip(Assert.Single(Files()), 50_000);

            var failure = Assert.Throws<DamagedItemException>(() => read(digest));

            Assert.Equal($"cannot use {digest} from the store: its bytes have another digest", failure.Message);
            Assert.Empty(Files());
        }
    }

    [Fact]
    public void A_blob_that_a_power_cut_left_short_is_damaged_too()
    {
        var digest = _store.AddBytes(RandomBytes(100_000));
        File.WriteAllBytes(Assert.Single(Files()), []);

        Assert.Throws<DamagedItemException>(() => ReadVerified(digest));
    }

    [Fact]
    public void Notes_are_replaced_as_a_whole_and_damaged_ones_are_none()
    {
        _store.Notes.Write("http://mirror.example/debian stable", "one"u8);
        _store.Notes.Write("http://mirror.example/debian stable", "two\n\0"u8);
        _store.Notes.Write("another", []);

        Assert.Equal("two\n\0"u8.ToArray(), _store.Notes.TryRead("http://mirror.example/debian stable"));
        Assert.Equal(Array.Empty<byte>(), _store.Notes.TryRead("another"));
        Assert.Null(_store.Notes.TryRead("a third"));
        foreach (string file in Files())
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        }

        Assert.Null(_store.Notes.TryRead("http://mirror.example/debian stable"));
    }

    [Fact]
    public void Removes_what_dead_processes_left_and_nothing_else()
    {
        _store.AddBytes("a"u8);
        string dead = Path.Combine(_store.Directory, "temporary", "dead");
        string fresh = Path.Combine(_store.Directory, "temporary", "fresh");
        string held = Path.Combine(_store.Directory, "temporary", "held");
        string partial = Path.Combine(_store.Directory, "partial", Digest.Of("b"u8).Hex);
        foreach (string file in (string[])[dead, fresh, held, partial])
        {
            File.WriteAllText(file, "x");
            File.SetLastWriteTimeUtc(file, file == fresh ? DateTime.UtcNow : DateTime.UtcNow.AddHours(-2));
        }

        using var holder = new FileStream(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        new ContentStore(_store.Directory).AddBytes("c"u8);

        Assert.False(File.Exists(dead));
        Assert.True(File.Exists(fresh));
        Assert.True(File.Exists(held));
        Assert.True(File.Exists(partial));
    }

    [Fact]
    public void Modes_do_not_depend_on_the_umask()
    {
        uint before = SetUmask(0b000_111_111);
        try
        {
            byte[] bytes = RandomBytes(10);
            using (var reception = _store.BeginReception(Digest.Of(bytes), null))
            {
                reception.Destination.Write(bytes);
                reception.Commit();
            }

            using (_store.BeginReception(Digest.Of("never"u8), null))
            {
                _store.AddBytes("a"u8);
                _store.Notes.Write("n", "a"u8);
                using var writer = _store.BeginCatalogue(Digest.Of("a"u8), "deb");
                writer.Commit().Dispose();
                Assert.Equal(5, Files().Count());
                Assert.All(Files(), file => Assert.Equal("rw-r--r--", Mode(file)));
            }
        }
        finally
        {
            _ = SetUmask(before);
        }

        Assert.All(Directory.EnumerateDirectories(_store.Directory).Append(_store.Directory), directory => Assert.Equal("rwxr-xr-x", Mode(directory)));
    }

    [RequiresFact(Needs.Containers)]
    public void A_full_disk_is_said_and_leaves_nothing_half_written()
    {
        string mount = _temporary["full"];
        Directory.CreateDirectory(mount);
        Judge.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount).Succeeded();
        try
        {
            var store = new ContentStore(mount);
            byte[] bytes = RandomBytes(1 << 20);
            string message = $"cannot write to the store {mount}: no space left on the device";

            Assert.Equal(message, Assert.Throws<BothyException>(() => store.AddBytes(bytes)).Message);
            Assert.Equal(message, Assert.Throws<BothyException>(() => store.Notes.Write("a", bytes)).Message);
            using (var writer = store.BeginCatalogue(Digest.Of(bytes), "deb"))
            {
                var entry = Formats.Trees.TreeEntry.File(Formats.Trees.TreePath.Parse("a"), Formats.Trees.FileContent.Empty, new Formats.Trees.Origin.Effect("test"));
                Assert.Equal(message, Assert.Throws<BothyException>(() => writer.AddFile(entry, new MemoryStream(bytes), bytes.Length)).Message);
            }

            Assert.Empty(Directory.EnumerateFiles(mount, "*", SearchOption.AllDirectories));
            using (var reception = store.BeginReception(Digest.Of(bytes), bytes.Length))
            {
                var failure = Assert.Throws<BothyException>(() => reception.Destination.Write(bytes));
                Assert.Equal(message, failure.Message);
                Assert.Equal("Free some space, or set BOTHY_STORE to a directory with more of it.", failure.Hint);
            }

            Assert.False(store.Contains(Digest.Of(bytes)));
        }
        finally
        {
            Judge.Run("umount", mount).Succeeded();
        }
    }

    [Fact]
    public void A_store_that_cannot_be_made_is_said()
    {
        File.WriteAllText(_temporary["file"], "");
        var store = new ContentStore(Path.Combine(_temporary["file"], "store"));

        var failure = Assert.Throws<BothyException>(() => store.AddBytes("a"u8));

        Assert.StartsWith($"cannot write to the store {store.Directory}: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Set BOTHY_STORE to a directory that you may write to.", failure.Hint);
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern uint SetUmask(uint mask);

    private static string Mode(string path)
    {
        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat(Enumerable.Range(0, 9).Select(bit => (mode >> (8 - bit) & 1) == 0 ? '-' : "rwx"[bit % 3]));
    }

    private static void Flip(string file, int offset)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[offset] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private byte[] ReadVerified(Digest digest)
    {
        using var stream = _store.TryOpenVerified(digest)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private IEnumerable<string> Files() =>
        Directory.Exists(_store.Directory) ? Directory.EnumerateFiles(_store.Directory, "*", SearchOption.AllDirectories) : [];

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
