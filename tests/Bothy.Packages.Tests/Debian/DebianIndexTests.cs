using System.Text;
using Bothy.Packages.Debian;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebianIndexTests
{
    private static readonly DebianIndexOrigin Origin = new()
    {
        Archive = new Uri("http://mirror.example/debian/"), Suite = "stable", Codename = "bookworm", Component = "main", Architecture = "amd64",
    };

    [Fact]
    public void Reads_the_fields_of_a_package()
    {
        var package = Assert.Single(Read(Stanza("python3-minimal", """
            Source: python3-defaults (3.11.2-1)
            Maintainer: Somebody <somebody@mirror.example>
            Multi-Arch: allowed
            Pre-Depends: libc6 (>= 2.36)
            Depends: python3.11-minimal (>= 3.11.2-1~) | pypy3,
             dpkg (>= 1.13.20)
            Provides: python-minimal (= 3.11), py-thing
            Essential: yes
            Installed-Size: 123
            Priority: important
            Description: a thing
             which is described: at length
            """)).Named("python3-minimal"));
        Assert.Equal("python3-defaults", package.Source);
        Assert.Equal("3.11.2-1", package.SourceVersion.Text);
        Assert.Equal(DebianMultiArch.Allowed, package.MultiArch);
        Assert.Equal("libc6 (>= 2.36)", string.Join(", ", package.PreDepends));
        Assert.Equal("python3.11-minimal (>= 3.11.2-1~) | pypy3, dpkg (>= 1.13.20)", string.Join(", ", package.Depends));
        Assert.Equal("python-minimal (= 3.11), py-thing", string.Join(", ", package.Provides));
        Assert.True(package.Essential);
        Assert.Equal(123, package.InstalledSize);
        Assert.Equal("http://mirror.example/debian/pool/python3-minimal.deb", package.Uri.ToString());
    }

    [Fact]
    public void Finds_packages_by_name_and_by_what_they_provide()
    {
        var index = Read(
            Stanza("mawk", "Provides: awk") + Stanza("gawk", "Provides: awk, other (= 2), awk (= 3)") + Stanza("awk-like", "") + Stanza("mawk", "", "2.0"));
        Assert.Equal(4, index.Count);
        Assert.Equal(["1.0", "2.0"], index.Named("mawk").Select(package => package.Version.Text));
        Assert.Equal(["mawk", "gawk"], index.Providing("awk").Select(package => package.Name));
        Assert.Equal(["gawk"], index.Providing("other").Select(package => package.Name));
        Assert.Empty(index.Named("awk"));
        Assert.Same(index.Named("gawk")[0], index.Providing("awk")[1]);
    }

    [Fact]
    public void Leaves_out_foreign_architectures() =>
        Assert.Equal(0, Read(Stanza("a", "").Replace("amd64", "arm64", StringComparison.Ordinal)).Count);

    [Theory]
    [InlineData("no colon here\n", 0)]
    [InlineData(" continues nothing\n", 0)]
    [InlineData("Package: a\nVersion: 1\n\n", 0)] // lacks the rest
    [InlineData("Package: a\nPackage: b\n", 11)]
    public void Says_where_an_index_is_wrong(string text, long offset) =>
        Assert.Equal(offset, Assert.Throws<MalformedDataException>(() => Read(text)).Offset);

    [Theory]
    [InlineData("Depends: a (")]
    [InlineData("Multi-Arch: maybe")]
    [InlineData("Installed-Size: much")]
    [InlineData("Source: a (1")]
    public void Says_where_a_package_is_wrong_when_it_is_asked_for(string field)
    {
        var index = Read(Stanza("good", "") + Stanza("bad", field));
        Assert.Single(index.Named("good"));
        Assert.Equal(Stanza("good", "").Length, Assert.Throws<MalformedDataException>(() => index.Named("bad")).Offset);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("http://elsewhere.example/x.deb")]
    [InlineData("pool//x.deb")]
    public void Refuses_a_file_outside_of_the_archive(string filename)
    {
        string text = Stanza("a", "").Replace("pool/a.deb", filename, StringComparison.Ordinal);
        Assert.Throws<MalformedDataException>(() => Read(text).Named("a"));
    }

    [Fact]
    public void Reads_the_same_in_pieces_of_any_size()
    {
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => Stanza($"package-{i}", $"Provides: virtual-{i % 7}\nDescription: {new string('x', i)}")));
        foreach (int piece in new[] { 1000, 4096, 700_000 })
        {
            using var stream = new PieceStream(Encoding.UTF8.GetBytes(text), piece);
            var index = DebianIndex.ReadAsync(stream, Origin, CancellationToken.None).Result;
            Assert.Equal(3000, index.Count);
            Assert.Equal(Enumerable.Range(0, 3000).Select(i => $"package-{i}"), index.Packages.Select(package => package.Name));
            Assert.Equal(3000 / 7, index.Providing("virtual-6").Length);
        }
    }

    [Fact]
    public void Throws_nothing_but_malformed_data_on_mutated_bytes()
    {
        byte[] good = Encoding.UTF8.GetBytes(Stanza("a", "Depends: b (>= 1) | c:any, d\nProvides: e (= 2), f") + Stanza("g", "Breaks: h\nSource: i (2)"));
        var mutations = ArbMap.Default.GeneratorFor<(int Position, byte Value)[]>();
        Prop.ForAll(mutations.ToArbitrary(), changes =>
        {
            byte[] bytes = [.. good];
            foreach (var (position, value) in changes)
            {
                bytes[(int)((uint)position % bytes.Length)] = value;
            }

            try
            {
                _ = DebianIndex.Read(bytes, Origin).Packages.Count();
            }
            catch (MalformedDataException)
            {
                // The one exception that bad bytes may cause.
            }
        }).QuickCheckThrowOnFailure();
    }

    private static DebianIndex Read(string text) => DebianIndex.Read(Encoding.UTF8.GetBytes(text), Origin);

    private static string Stanza(string name, string fields, string version = "1.0") =>
        $"Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: pool/{name}.deb\nSize: 10\nSHA256: {new string('0', 64)}\n{fields}{(fields.Length > 0 ? "\n" : "")}\n";

    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
