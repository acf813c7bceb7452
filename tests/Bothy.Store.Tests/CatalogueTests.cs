using System.Text;
using Bothy.Formats.Trees;

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
        Assert.Equal("b7bed26aa1dd85b8fbc9be7d5ab9bfa8c5a6d9c8".Length, Convert.ToHexString(((PackedFile)tree.Find(TreePath.Parse("usr/ping"))!.Content!).Sha1.Span).Length);
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

    private static string Describe(TreeEntry entry) =>
        FormattableString.Invariant($"{entry.Path} {entry.Kind} {entry.Mode} {entry.Origin} {entry.UserId} {entry.GroupId} {entry.UserName ?? "-"} {entry.GroupName ?? "-"} {entry.ModifiedTime} {entry.Content?.Digest} {entry.Content?.Length} {entry.LinkTarget ?? "-"} {entry.DeviceMajor} {entry.DeviceMinor} ")
        + string.Join(',', entry.ExtendedAttributes.Select(pair => $"{pair.Key}={Convert.ToHexString(pair.Value.Span)}"));
}
