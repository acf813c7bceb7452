using System.IO.Compression;
using System.Text;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Packages that the archive vouches for and that must not be unpacked all the same.</summary>
public sealed class BadPackageTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("./../escaped", '0', "", "the entry './../escaped' leaves the package")]
    [InlineData("./usr/../../escaped", '0', "", "the entry './usr/../../escaped' leaves the package")]
    [InlineData("/etc/absolute", '0', "", "the entry '/etc/absolute' has an absolute name")]
    [InlineData("./dev/null", '3', "", "the entry './dev/null' is a device, which no package ships")]
    [InlineData("./dev/disk", '4', "", "the entry './dev/disk' is a device, which no package ships")]
    [InlineData("./etc/link", '1', "./../../etc/passwd", "the entry './etc/link' is a hard link to './../../etc/passwd', which is no file that came before it")]
    [InlineData("./etc/link", '1', "/etc/passwd", "the entry './etc/link' is a hard link to '/etc/passwd', which is no file that came before it")]
    [InlineData("./etc/link", '1', "./etc/passwd", "the entry './etc/link' is a hard link to './etc/passwd', which is no file that came before it")] // inside, but nothing of the package
    [InlineData("./usr/bin/hello", '0', "", "the entry './usr/bin/hello' comes twice")] // a second time
    [InlineData("./usr/bin/hello/below", '0', "", "the entry './usr/bin/hello/below' lies below 'usr/bin/hello', which is not a directory")] // below a file
    public async Task An_entry_that_does_not_belong(string name, char type, string link, string problem)
    {
        _workshop.WriteArchive(Workshop.Hello().Raw(new RawTarEntry(name, type) { Link = link }));

        // Five blocks come before it: the root, usr, usr/bin, and hello with its content.
        _workshop.AssertRefused(await _workshop.BuildAsync(), $"cannot read the .deb of hello 1.0-1 (amd64), data.tar.gz: {problem} (at byte 2560)");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_decompression_bomb()
    {
        const int segments = 17;
        const int segmentSize = 32 << 20;
        byte[] zeros = Gzip(new byte[segmentSize]);
        using var data = new MemoryStream();
        for (int i = 0; i < segments; i++)
        {
            byte[] tar = RawTar.Write([new RawTarEntry($"./zeros{i}", '0') { Content = new byte[segmentSize] }]);
            data.Write(Gzip(tar.AsSpan(..512)));
            data.Write(zeros);
        }

        data.Write(Gzip(new byte[1024]));
        WriteDeb(data.ToArray());

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot read the .deb of hello 1.0-1 (amd64), data.tar.gz: it unpacks to more than 536870912 bytes",
            "Content that grows like this is usually an attack or a mistake; nothing of it was used.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_package_that_is_not_the_one_of_the_index()
    {
        byte[] deb = Workshop.Hello("2.0-1").Build();
        WriteArchiveWith(deb);

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot use hello 1.0-1 (amd64): its .deb says that it is hello 2.0-1 (amd64)",
            "The archive's index and its packages contradict each other; use another mirror, and tell its owner.",
            partial: null); // the other package may have been on its way
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_package()
    {
        WriteArchiveWith("#!/bin/sh\n"u8.ToArray());

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot read the .deb of hello 1.0-1 (amd64): not an ar archive (at byte 0)",
            partial: null);
        await _workshop.AssertRecoversAsync();
    }

    private static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private void WriteDeb(byte[] data)
    {
        byte[] control = RawTar.Write([new RawTarEntry("./control", '0') { Content = Encoding.UTF8.GetBytes(Workshop.Hello().ControlParagraph()) }]);
        WriteArchiveWith(DebBuilder.Ar(("debian-binary", "2.0\n"u8.ToArray()), ("control.tar.gz", Gzip(control)), ("data.tar.gz", data)));
    }

    // The index is honest about the bytes: what is wrong is in them.
    private void WriteArchiveWith(byte[] deb)
    {
        const string path = "pool/main/h/hello/other.deb";
        Directory.Delete(_workshop["archive"], recursive: true);
        var archive = new DebianArchiveBuilder(_workshop["archive"], Workshop.Signer) { Endings = [".gz"] };
        archive.Add(Workshop.Greet());
        archive.AddStanza(Workshop.Hello().IndexStanza(path, deb));
        archive.Write();
        Directory.CreateDirectory(Path.GetDirectoryName(_workshop["archive/" + path])!);
        File.WriteAllBytes(_workshop["archive/" + path], deb);
    }
}
