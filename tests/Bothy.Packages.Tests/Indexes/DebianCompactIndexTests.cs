using System.Globalization;
using System.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Indexes;
using Bothy.Store;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Packages.Tests.Indexes;

public sealed class DebianCompactIndexTests : IDisposable
{
    private static readonly DebianIndexOrigin Origin = new()
    {
        Archive = new Uri("http://mirror.example/debian/"),
        Suite = "stable",
        Codename = "bookworm",
        Component = "main",
        Architecture = "amd64",
    };

    private static readonly Digest Source = Digest.Of("Packages.gz"u8);

    private static readonly string[] Fields =
    [
        "Source: other", "Source: other (2.0-1)", "Multi-Arch: same", "Multi-Arch: foreign", "Multi-Arch: allowed", "Essential: yes", "Priority: required",
        "Section: libs", "Pre-Depends: a (>= 1) | b", "Depends: c, d (<< 3:1~), e:any", "Recommends: f", "Conflicts: g (= 1)", "Breaks: h (>> 1)",
        "Replaces: i", "Provides: virtual-a", "Provides: virtual-a (= 2), virtual-b, virtual-a", "Installed-Size: 123", "Description: dropped\n and: dropped too",
        "Tag: dropped", "Homepage: https://dropped.example/",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public DebianCompactIndexTests() => _store = new ContentStore(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_field_of_generated_packages_is_the_same_whether_scanned_or_opened()
    {
        var names = Gen.Elements("a", "b", "virtual-a", "virtual-c", "package-with-a-longer-name");
        var package = Gen.Zip(Gen.Zip(names, Gen.Elements("1.0", "2:1.0~rc1-1", "10+b1")), Gen.SubListOf(Fields));
        Prop.ForAll(package.ListOf().ToArbitrary(), packages =>
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(packages.Select((package, number) => Stanza(package.Item1.Item1, package.Item1.Item2, package.Item2, number))));
            var scanned = ReadAndKeepAsync(text).Result;
            var plain = DebianIndex.Read(text, Origin);
            var opened = DebianIndex.TryOpen(_store, Source, Origin)!;

            Assert.Equal(packages.Count, opened.Count);
            Assert.Equal(text.Length, opened.TextLength);
            foreach (var index in new[] { scanned, opened })
            {
                Assert.Equal(PackageFields.Of(plain), PackageFields.Of(index));
                Assert.Equal(plain.Names(), index.Names());
                foreach (string name in new[] { "a", "b", "virtual-a", "virtual-b", "virtual-c", "package-with-a-longer-name", "none" })
                {
                    Assert.Equal(plain.Named(name).Select(PackageFields.Of), index.Named(name).Select(PackageFields.Of));
                    Assert.Equal(plain.Providing(name).Select(PackageFields.Of), index.Providing(name).Select(PackageFields.Of));
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task An_opened_index_makes_each_package_once()
    {
        await ReadAndKeepAsync(Encoding.UTF8.GetBytes(Stanza("a", "1", ["Provides: b"], 0)));
        var opened = DebianIndex.TryOpen(_store, Source, Origin)!;

        Assert.Same(opened.Named("a").Single(), opened.Providing("b").Single());
    }

    [Fact]
    public async Task What_is_wrong_with_a_package_is_said_with_its_place_in_the_text()
    {
        string good = Stanza("good", "1", [], 0);
        await ReadAndKeepAsync(Encoding.UTF8.GetBytes(good + Stanza("bad", "1", ["Installed-Size: much"], 1)));

        Assert.Equal(good.Length, Assert.Throws<MalformedDataException>(() => DebianIndex.TryOpen(_store, Source, Origin)!.Named("bad")).Offset);
    }

    [Fact]
    public async Task Is_of_one_architecture()
    {
        await ReadAndKeepAsync(Encoding.UTF8.GetBytes(Stanza("a", "1", [], 0)));

        Assert.Null(DebianIndex.TryOpen(_store, Source, Origin with { Architecture = "arm64" }));
    }

    // Bytes that were changed by somebody who also made their digests right.
    [Fact]
    public async Task Forged_stanzas_are_damage_or_malformed()
    {
        await ReadAndKeepAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5).Select(i => Stanza($"p{i}", "1", Fields[..1], i)))));
        string kind = IndexKeeper.KindOf(DebianIndex.KindFor(Origin));
        byte[] good = _store.TryReadResult(kind, Source)!;
        var changes = Gen.Zip(Gen.Choose(0, 1200), Gen.Choose(0, 255)).ListOf(3);
        Prop.ForAll(changes.ToArbitrary(), list =>
        {
            byte[] bytes = [.. good];
            foreach (var (at, value) in list)
            {
                bytes[at] = (byte)value;
            }

            _store.AddResult(kind, Source, bytes);
            try
            {
                var opened = DebianIndex.TryOpen(_store, Source, Origin)!;
                _ = opened.Packages.Count() + opened.Named("p3").Length + opened.Names().Count();
            }
            catch (Exception failure) when (failure is DamagedItemException or MalformedDataException)
            {
                // The two exceptions that bytes from the store may cause.
            }
        }).QuickCheckThrowOnFailure();
    }

    private static string Stanza(string name, string version, IEnumerable<string> fields, int number) => string.Create(
        CultureInfo.InvariantCulture,
        $"Package: {name}\nVersion: {version}\nArchitecture: {(number % 3 == 0 ? "all" : "amd64")}\nFilename: pool/{name}_{number}.deb\nSize: {number}\nSHA256: {number:x64}\n")
        + string.Concat(fields.DistinctBy(field => field.Split(':')[0]).Select(field => field + "\n")) + "\n";

    private async Task<DebianIndex> ReadAndKeepAsync(byte[] text)
    {
        await using var keeper = new IndexKeeper(_store, DebianIndex.KindFor(Origin), Source);
        var index = await DebianIndex.ReadAsync(new MemoryStream(text), Origin, keeper, CancellationToken.None);
        await keeper.CommitAsync();
        return index;
    }
}
