using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Indexes;
using Bothy.Packages.Tests.Alpine;
using Bothy.Store;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Packages.Tests.Indexes;

public sealed class ApkCompactIndexTests : IDisposable
{
    private static readonly ApkIndexOrigin Origin = new("https://mirror.example/main", "x86_64", null);

    private static readonly Digest Source = Digest.Of("APKINDEX.tar.gz"u8);

    private static readonly string[] Fields =
    [
        "A:noarch", "S:12", "I:13", "T:a description", "U:https://project.example/", "L:MIT", "o:source", "m:Somebody <somebody@example.org>", "t:1700000000",
        "c:0123456789", "k:7", "D:a b>=1 !c so:libd.so.1", "p:virtual-a virtual-b=2 cmd:e=1.0-r0", "p:virtual-a=3", "i:a b=1 !c", "x:unknown",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly ContentStore _store;

    public ApkCompactIndexTests() => _store = new ContentStore(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [RequiresTheory(Needs.Data)]
    [InlineData("main")]
    [InlineData("community")]
    public async Task Every_field_of_a_distribution_is_the_same_whether_read_or_opened(string repository)
    {
        byte[] text = RealApkIndex.Text(repository);
        var read = await OpenAsync(text);
        var opened = await OpenAsync(text: null);

        Assert.Equal(Answers(read), Answers(opened));
        Assert.Equal(text.AsSpan().Count("\nP:"u8), opened.Count);
    }

    [Fact]
    public void Every_field_of_generated_packages_is_the_same_whether_read_or_opened()
    {
        var package = Gen.Zip(Gen.Elements("a", "b", "virtual-a", "package-with-a-longer-name"), Gen.SubListOf(Fields));
        Prop.ForAll(package.ListOf().ToArbitrary(), packages =>
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', packages.Select((package, number) => Stanza(package.Item1, package.Item2, number))));
            _store.AddResult(IndexKeeper.KindOf(ApkIndex.Kind), Source, []);
            Assert.Throws<DamagedItemException>(() => OpenAsync(text: null).GetAwaiter().GetResult());

            string expected = Answers(ApkIndex.Read(text, Origin));
            Assert.Equal(expected, Answers(OpenAsync(text).Result));
            Assert.Equal(expected, Answers(OpenAsync(text: null).Result));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task What_is_wrong_with_a_package_is_said_with_its_place_in_the_text()
    {
        string good = Stanza("good", []) + "\n";
        await OpenAsync(Encoding.UTF8.GetBytes(good + Stanza("bad", ["S:much"])));
        var opened = await OpenAsync(text: null);

        Assert.Equal("good", opened[0].Name);
        Assert.Equal(good.Length, Assert.Throws<MalformedDataException>(() => opened[1]).Offset);
    }

    [Fact]
    public async Task Of_what_is_no_index_nothing_is_kept()
    {
        await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(Encoding.UTF8.GetBytes(Stanza("good", []) + "\nnonsense")));

        Assert.Empty(Directory.EnumerateFiles(_directory["store"], "*", SearchOption.AllDirectories));
    }

    // Bytes that were changed by somebody who also made their digests right.
    [Fact]
    public async Task Forged_stanzas_are_damage_or_malformed()
    {
        await OpenAsync(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 6).Select(i => Stanza($"p{i}", Fields)))));
        string kind = IndexKeeper.KindOf(ApkIndex.Kind);
        byte[] good = _store.TryReadResult(kind, Source)!;
        var changes = Gen.Zip(Gen.Choose(0, 2200), Gen.Choose(0, 255)).ListOf(3);
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
                _ = Answers(OpenAsync(text: null).GetAwaiter().GetResult());
            }
            catch (Exception failure) when (failure is DamagedItemException or MalformedDataException)
            {
                // The two exceptions that bytes from the store may cause.
            }
        }).QuickCheckThrowOnFailure();
    }

    // Each with an identity of its own: of several with one identity an index keeps only one.
    private static string Stanza(string name, IEnumerable<string> fields, int number = 0) =>
        $"C:{ApkChecksum.FromHash(Convert.FromHexString(Digest.Of(Encoding.ASCII.GetBytes($"{name} {number}")).Hex[..40]))}\nP:{name}\nV:1.0-r0\n" + string.Concat(fields.Select(field => field + "\n"));

    /// <summary>Everything that can be asked of an index.</summary>
    private static string Answers(ApkIndex index)
    {
        var answers = new StringBuilder();
        for (int entry = 0; entry < index.Count; entry++)
        {
            answers.AppendLine(PackageFields.Of(index[entry]));
        }

        var packages = Enumerable.Range(0, index.Count).Select(entry => index[entry]);
        var names = packages.SelectMany(package => package.Provides.Concat(package.InstallIf).Select(dependency => dependency.Name).Append(package.Name));
        foreach (string name in names.Append("none").Distinct(StringComparer.Ordinal))
        {
            answers.Append(name)
                .Append(':').AppendJoin(',', index.Named(name).ToArray())
                .Append(':').AppendJoin(',', index.Providing(name).ToArray())
                .Append(':').AppendJoin(',', index.InstalledIf(name).ToArray()).AppendLine();
        }

        return answers.AppendJoin(' ', index.Names()).ToString();
    }

    private Task<ApkIndex> OpenAsync(byte[]? text) =>
        ApkIndex.OpenAsync(_store, Source, () => text ?? throw new InvalidOperationException("the text was not to be read"), Origin, CancellationToken.None);
}
