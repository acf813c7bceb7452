using System.Text;
using static Bothy.Oci.Tests.Reading.LayerSamples;

namespace Bothy.Oci.Tests.Reading;

/// <summary>Images that somebody made to break out, to fill a disk, or to look like another one to another reader.</summary>
public sealed class HostileLayersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string> EntriesThatLeave => new()
    {
        { "../etc/passwd", "the entry '../etc/passwd' leaves the image" },
        { "a/../../b", "the entry 'a/../../b' leaves the image" },
        { "a/..", "the entry 'a/..' leaves the image" }, // harmless, and what no builder writes
        { "/../x", "the entry '/../x' leaves the image" },
    };

    [Theory]
    [MemberData(nameof(EntriesThatLeave))]
    public async Task Refuses_entries_that_leave_the_image(string name, string problem)
    {
        var sample = Image([File("first"), new RawTarEntry(name, '0')]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: {problem} (at byte 1024)", await FailureAsync(sample));
    }

    [Theory]
    [InlineData(".wh.", "the entry '.wh.' is a whiteout of nothing")]
    [InlineData("d/.wh..", "the entry 'd/.wh..' is a whiteout of nothing")]
    [InlineData("d/.wh...", "the entry 'd/.wh...' is a whiteout of nothing")] // would be d/..
    [InlineData(".wh.d/file", "the entry '.wh.d/file' lies below a whiteout")]
    public async Task Refuses_whiteouts_of_nothing_that_has_a_name(string name, string problem)
    {
        var sample = Image([new RawTarEntry(name, '0')]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: {problem} (at byte 0)", await FailureAsync(sample));
    }

    [Fact]
    public async Task Passes_over_the_files_of_aufs()
    {
        using var image = await OpenAsync(_directory, Image([File("a", "one"), new RawTarEntry(".wh..wh.aufs", '0'), Directory(".wh..wh.plnk"), File(".wh..wh.plnk/1.2")]));

        Assert.Equal("file 0644 0:0 /a 3b 7692c3ad\n", TreeDump.Of(image.Tree));
        Assert.Empty(image.Layers[0].Whiteouts);
    }

    [Fact]
    public async Task Refuses_a_hard_link_that_leaves_the_image()
    {
        var sample = Image([HardLink("a", "../../etc/shadow")]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: the entry 'a' is a hard link to '../../etc/shadow', which leaves the image (at byte 0)", await FailureAsync(sample));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("b")]
    [InlineData("d")]
    public async Task Refuses_a_hard_link_to_what_is_no_file_at_that_point(string target)
    {
        var sample = Image([Directory("d"), HardLink("b", target), File("later")]);

        Assert.Equal($"cannot read layer {sample.DiffIds[0]} of sample: the entry 'b' is a hard link to '{target}', which is no file at that point", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_an_entry_below_links_in_a_circle()
    {
        var sample = Image([Link("a", "b"), Link("b", "a")], [File("a/x")]);

        Assert.Equal($"cannot read layer {sample.DiffIds[1]} of sample: the entry 'a/x' lies below 'a', a symbolic link that leads nowhere but to itself", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_an_entry_below_a_file_of_a_lower_layer()
    {
        var sample = Image([File("a")], [File("a/x")]);

        Assert.Equal($"cannot read layer {sample.DiffIds[1]} of sample: the entry 'a/x' lies below 'a', which is not a directory", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_an_entry_below_a_file_of_its_own_layer()
    {
        var sample = Image([File("a"), File("a/x")]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: the entry 'a/x' lies below 'a', which is not a directory (at byte 1024)", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_a_file_in_the_place_of_the_root()
    {
        var sample = Image([new RawTarEntry("./", '2') { Link = "/etc" }]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: the entry './' takes the place of the root (at byte 0)", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_links_that_lead_ever_deeper()
    {
        string part = new('p', 90);
        RawTarEntry[][] layers = [.. Enumerable.Range(0, 60).Select(i => (RawTarEntry[])[Link($"l{i}", $"{(i == 0 ? "" : $"l{i - 1}/")}{part}"), Directory($"l{i}/x")])];
        var sample = Image(layers);

        Assert.Contains("leads nowhere but to itself", await FailureAsync(sample), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Follows_a_link_to_the_root_and_out_of_it_no_further()
    {
        using var image = await OpenAsync(_directory, Image([Link("out", "../../../.."), Link("abs", "/"), File("out/a", "one"), File("abs/b", "one")]));

        Assert.Equal(
            "file 0644 0:0 /a 3b 7692c3ad\nlink 0777 0:0 /abs -> /\nfile 0644 0:0 /b 3b 7692c3ad\nlink 0777 0:0 /out -> ../../../..\n",
            TreeDump.Of(image.Tree));
    }

    [Fact]
    public async Task Keeps_names_that_are_not_utf_8()
    {
        byte[] archive = RawTar.Write([File("caf#", "one"), File("#/x", "one")]);
        using var image = await OpenAsync(_directory, new ImageSample([WithLatin1(archive)]));

        Assert.Equal(["caf\uDCE9", "\uDCE9", "\uDCE9/x"], image.Tree.Entries.Select(entry => entry.Path.Value));
    }

    [Fact]
    public async Task Records_a_path_that_comes_twice()
    {
        using var image = await OpenAsync(_directory, Image([Directory("d"), File("d/a", "one"), File("d/a", "two"), Directory("d")]));

        Assert.Equal(["/d/a"], image.Layers[0].Duplicates.Select(path => path.ToString()));
    }

    [Fact]
    public async Task Refuses_a_blob_that_is_another_one()
    {
        var sample = Image([File("a", "one")]);
        string blob = BlobOf(sample);
        byte[] bytes = RawTar.Write([File("a", "One")]);

        Assert.Equal($"cannot accept {blob}: the content is {ImageSample.DigestOf(bytes)}", await TamperedAsync(sample, blob, bytes));
    }

    [Fact]
    public async Task Says_that_a_blob_is_another_one_where_its_bytes_are_no_archive_either()
    {
        var sample = new ImageSample([RawTar.Write([File("a", "one")])], SampleCompression.Gzip);
        byte[] bytes = new byte[(int)sample.Layers[0]!["size"]!];

        Assert.Equal($"cannot accept {BlobOf(sample)}: the content is {ImageSample.DigestOf(bytes)}", await TamperedAsync(sample, BlobOf(sample), bytes));
    }

    [Theory]
    [InlineData(1, "got 2048 bytes, want 2049")]
    [InlineData(-1, "longer than the 2047 bytes promised")]
    public async Task Refuses_a_blob_of_another_size(int difference, string problem)
    {
        var sample = Image([File("a", "one")]);
        sample.Layers[0]!["size"] = 2048 + difference;

        Assert.Equal($"cannot accept {BlobOf(sample)}: {problem}", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_a_layer_that_unpacks_to_another_one_than_the_configuration_says()
    {
        var sample = new ImageSample([RawTar.Write([File("a", "one")])], SampleCompression.Gzip);
        string actual = (string)sample.DiffIds[0]!;
        string promised = ImageSample.DigestOf("other"u8.ToArray());
        sample.DiffIds[0] = promised;

        Assert.Equal($"cannot accept layer {BlobOf(sample)} of sample: it unpacks to {actual}, where the configuration promises {promised}", await FailureAsync(sample));
    }

    [Fact]
    public async Task Does_not_take_an_unread_blob_for_a_layer_that_is_in_the_store()
    {
        byte[] archive = RawTar.Write([File("a", "one")]);
        (await OpenAsync(_directory, new ImageSample([archive], SampleCompression.Gzip))).Dispose();
        var sample = new ImageSample([RawTar.Write([File("a", "evil")])], SampleCompression.Gzip);
        string actual = (string)sample.DiffIds[0]!;
        sample.DiffIds[0] = ImageSample.DigestOf(archive);
        System.IO.Directory.Delete(_directory["layout"], recursive: true);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(_directory, sample));

        Assert.Equal($"cannot accept layer {BlobOf(sample)} of sample: it unpacks to {actual}, where the configuration promises {sample.DiffIds[0]}", failure.Message);
    }

    [Fact]
    public async Task Refuses_another_number_of_layers_than_the_configuration_has()
    {
        var sample = Image([File("a")], [File("b")]);
        sample.DiffIds.RemoveAt(1);

        Assert.Equal("cannot read sample: its manifest has 2 layers, its configuration 1", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_a_layer_that_grows_without_end()
    {
        var sample = new ImageSample([RawTar.Write([File("zeros", new string('\0', 16 << 20))])], SampleCompression.Gzip);
        long most = 200L * (int)sample.Layers[0]!["size"]!;

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: it unpacks to more than {most} bytes", await FailureAsync(sample, freeLayerSize: 1 << 20));
    }

    [Fact]
    public async Task Refuses_more_paths_than_any_image_has()
    {
        // A directory that nobody has an entry for counts as much as one.
        var sample = Image([File("a/b/c/d/e"), File("f/g/h")]);

        Assert.Equal("cannot read sample: it has more than 6 paths", await FailureAsync(sample, mostPaths: 6));
        (await OpenAsync(_directory, sample)).Dispose();
    }

    [Fact]
    public async Task Refuses_a_path_that_is_longer_than_the_kernel_takes()
    {
        // Each link leads deeper, by as much as a link of this format can say.
        string part = new('p', 96);
        string last = $"m/{new string('r', 120)}/{new string('s', 99)}";
        var links = Enumerable.Range(0, 39).Select(i => Link($"l{i}", (i == 0 ? "" : $"l{i - 1}/") + part));
        var sample = Image([.. links, Link("m", "l38/" + part), File(last)]);

        Assert.Equal($"cannot read layer {sample.DiffIds[0]} of sample: the entry '{last}' lands at a path of more than 4096 characters", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_a_sparse_file()
    {
        var sample = Image([new RawTarEntry("a", 'S')]);

        Assert.Equal($"cannot read layer {BlobOf(sample)} of sample: a sparse file, which layers and packages do not hold (at byte 0)", await FailureAsync(sample));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip+encrypted")]
    [InlineData("application/vnd.cncf.helm.chart.content.v1.tar+gzip")]
    [InlineData("application/octet-stream")]
    public async Task Refuses_layers_of_other_types(string mediaType)
    {
        var sample = Image([File("a")]);
        sample.Layers[0]!["mediaType"] = mediaType;

        Assert.Equal($"cannot read sample: its layer {BlobOf(sample)} is of the unknown type '{mediaType}'", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_schema_1_in_plain_words()
    {
        var sample = Image([File("a")]);
        var root = sample.Put("application/vnd.docker.distribution.manifest.v1+prettyjws", "{\"schemaVersion\":1}"u8.ToArray());
        sample.WriteLayout(_directory["layout"], root);

        Assert.Equal("cannot read sample: its manifest is of Docker's schema 1, which names no configuration and is read by nobody any more", await LayoutFailureAsync());
    }

    [Fact]
    public async Task Refuses_an_artifact()
    {
        var sample = Image([File("a")]);
        sample.Manifest["config"] = sample.Put("application/vnd.oci.empty.v1+json", "{}"u8.ToArray());
        sample.Manifest["artifactType"] = "application/spdx+json";

        Assert.Equal("cannot read sample: it is an artifact of type 'application/spdx+json', not an image", await FailureAsync(sample));
    }

    [Fact]
    public async Task Refuses_a_manifest_of_another_type_than_promised()
    {
        var sample = Image([File("a")]);
        var root = sample.PutManifest();
        root["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json";
        sample.WriteLayout(_directory["layout"], root);

        Assert.Equal(
            $"cannot read {root["digest"]} of sample: it says it is 'application/vnd.oci.image.manifest.v1+json' where 'application/vnd.docker.distribution.manifest.v2+json' was promised",
            await LayoutFailureAsync());
    }

    [Fact]
    public async Task A_mutated_layer_is_read_or_refused_and_nothing_else()
    {
        byte[] good = RawTar.Write([Directory("d"), File("d/a", "one"), HardLink("b", "d/a"), Link("c", "d"), Whiteout("e"), Opaque("d"), File("c/f", "two")]);
        var random = new Random(20260);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = Mutation.Of(good, random);
            using var directory = new TemporaryDirectory();
            try
            {
                using var image = await OpenAsync(directory, new ImageSample([bytes]));
                Assert.All(image.Tree.Entries, entry => Assert.DoesNotContain("..", entry.Path.Value.Split('/')));
            }
            catch (BothyException)
            {
                // Refused.
            }
        }
    }

    private static string BlobOf(ImageSample sample) => (string)sample.Layers[0]!["digest"]!;

    private static byte[] WithLatin1(byte[] archive)
    {
        for (int at = 0; at < archive.Length; at++)
        {
            archive[at] = archive[at] == (byte)'#' ? (byte)0xE9 : archive[at];
        }

        return WithChecksums(archive);
    }

    private static byte[] WithChecksums(byte[] archive)
    {
        for (int at = 0; at < archive.Length; at += 512)
        {
            var header = archive.AsSpan(at, 512);
            if (header.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                header.Slice(148, 8).Fill((byte)' ');
                int sum = 0;
                foreach (byte value in header)
                {
                    sum += value;
                }

                Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(header[148..]);
            }
        }

        return archive;
    }

    private async Task<string> TamperedAsync(ImageSample sample, string blob, byte[] bytes)
    {
        sample.WriteLayout(_directory["layout"]);
        await System.IO.File.WriteAllBytesAsync($"{_directory["layout"]}/blobs/sha256/{blob[7..]}", bytes);
        return await LayoutFailureAsync();
    }

    private async Task<string> LayoutFailureAsync()
    {
        var failure = await Assert.ThrowsAnyAsync<BothyException>(() => OpenLayoutAsync(_directory));
        return failure.Message;
    }
}
