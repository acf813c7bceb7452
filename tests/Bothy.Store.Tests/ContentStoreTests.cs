using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Bothy.Store.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class ContentStoreTests : StoreTest
{
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
        Assert.Null(Store.TryOpen(Digest.Of("a"u8)));
        Assert.Null(Store.TryRead(Digest.Of("a"u8)));
        Assert.Null(Store.TryOpenCatalogue(Digest.Of("a"u8), "deb"));
        Assert.Null(Store.Notes.TryRead("a"));
        Store.Remove(Digest.Of("a"u8));

        Assert.False(Directory.Exists(Temporary["store"]));
    }

    [Fact]
    public void A_damaged_blob_is_found_out_and_removed()
    {
        foreach (Func<Digest, byte[]?> read in new Func<Digest, byte[]?>[] { digest => Store.TryRead(digest), ReadVerified })
        {
            var digest = Store.AddBytes(Bytes(100_000));
            Flip(Assert.Single(Files()), 50_000);

            var failure = Assert.Throws<DamagedItemException>(() => read(digest));

            Assert.Equal($"cannot use {digest} from the store: its bytes have another digest", failure.Message);
            Assert.Empty(Files());
        }
    }

    [Fact]
    public void A_blob_that_a_power_cut_left_short_is_damaged_too()
    {
        var digest = Store.AddBytes(Bytes(100_000));
        File.WriteAllBytes(Assert.Single(Files()), []);

        Assert.Throws<DamagedItemException>(() => ReadVerified(digest));
    }

    [Fact]
    public void Notes_are_replaced_as_a_whole_and_damaged_ones_are_none()
    {
        Store.Notes.Write("http://mirror.example/debian stable", "one"u8);
        Store.Notes.Write("http://mirror.example/debian stable", "two\n\0"u8);
        Store.Notes.Write("another", []);

        Assert.Equal("two\n\0"u8.ToArray(), Store.Notes.TryRead("http://mirror.example/debian stable"));
        Assert.Equal(Array.Empty<byte>(), Store.Notes.TryRead("another"));
        Assert.Null(Store.Notes.TryRead("a third"));
        foreach (string file in Files())
        {
            File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        }

        Assert.Null(Store.Notes.TryRead("http://mirror.example/debian stable"));
    }

    [Fact]
    public void Removes_what_dead_processes_left_and_nothing_else()
    {
        Store.AddBytes("a"u8);
        string dead = Path.Combine(Store.Directory, "temporary", "dead");
        string fresh = Path.Combine(Store.Directory, "temporary", "fresh");
        string held = Path.Combine(Store.Directory, "temporary", "held");
        string partial = Path.Combine(Store.Directory, "partial", Digest.Of("b"u8).Hex);
        foreach (string file in (string[])[dead, fresh, held, partial])
        {
            File.WriteAllText(file, "x");
            File.SetLastWriteTimeUtc(file, file == fresh ? DateTime.UtcNow : DateTime.UtcNow.AddHours(-2));
        }

        using var holder = new FileStream(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        new ContentStore(Store.Directory).AddBytes("c"u8);

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
            byte[] bytes = Bytes(10);
            using (var reception = Store.BeginReception(Digest.Of(bytes), null))
            {
                reception.Destination.Write(bytes);
                reception.Commit();
            }

            using (Store.BeginReception(Digest.Of("never"u8), null))
            {
                Store.AddBytes("a"u8);
                Store.Notes.Write("n", "a"u8);
                using var writer = Store.BeginCatalogue(Digest.Of("a"u8), "deb");
                writer.Commit().Dispose();
                Assert.Equal(5, Files().Count());
                Assert.All(Files(), file => Assert.Equal("rw-r--r--", Mode(file)));
            }
        }
        finally
        {
            _ = SetUmask(before);
        }

        Assert.All(Directory.EnumerateDirectories(Store.Directory).Append(Store.Directory), directory => Assert.Equal("rwxr-xr-x", Mode(directory)));
    }

    [RequiresFact(Needs.Containers)]
    public void A_full_disk_is_said_and_leaves_nothing_half_written()
    {
        string mount = Temporary["full"];
        Directory.CreateDirectory(mount);
        Judge.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount).Succeeded();
        try
        {
            var store = new ContentStore(mount);
            byte[] bytes = Bytes(1 << 20);
            string message = $"cannot write to the store {mount}: no space left on the device";

            Assert.Equal(message, Assert.Throws<StoreWriteException>(() => store.AddBytes(bytes)).Message);
            Assert.Equal(message, Assert.Throws<StoreWriteException>(() => store.Notes.Write("a", bytes)).Message);
            using (var writer = store.BeginCatalogue(Digest.Of(bytes), "deb"))
            {
                var entry = Formats.Trees.TreeEntry.File(Formats.Trees.TreePath.Parse("a"), Formats.Trees.FileContent.Empty, new Formats.Trees.Origin.Effect("test"));
                Assert.Equal(message, Assert.Throws<StoreWriteException>(() => writer.AddFile(entry, new MemoryStream(bytes), bytes.Length)).Message);
            }

            Assert.Empty(Directory.EnumerateFiles(mount, "*", SearchOption.AllDirectories));
            using (var reception = store.BeginReception(Digest.Of(bytes), bytes.Length))
            {
                var failure = Assert.Throws<StoreWriteException>(() => reception.Destination.Write(bytes));
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
    public void AStore_that_cannot_be_made_is_said()
    {
        File.WriteAllText(Temporary["file"], "");
        var store = new ContentStore(Path.Combine(Temporary["file"], "store"));

        var failure = Assert.Throws<StoreWriteException>(() => store.AddBytes("a"u8));

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
        using var stream = Store.TryOpenVerified(digest)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
