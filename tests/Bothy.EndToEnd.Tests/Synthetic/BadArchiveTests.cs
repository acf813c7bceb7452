namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Archives that must not be trusted: each refusal with its words, nothing left behind, and a good archive builds after it.</summary>
public sealed class BadArchiveTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_wrong_key()
    {
        using var other = new TestSigner(DebianArchiveBuilder.SomeDate.AddYears(-1));
        File.WriteAllBytes(_workshop["keys.gpg"], other.ExportKeyring());

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            $"cannot trust DIR/archive bookworm: InRelease: signature by key {Workshop.Signer.KeyId}: that key is not in the keyring",
            "The keys looked at are those of DIR/keys.gpg. Name the file that has the right one: deb [signed-by=FILE] …");
        File.WriteAllBytes(_workshop["keys.gpg"], Workshop.Signer.ExportKeyring());
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_missing_key()
    {
        File.Move(_workshop["keys.gpg"], _workshop["other.gpg"]);

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot read the keys of DIR/keys.gpg: there is no such file",
            "A relative path of signed-by starts at the image file's directory.");
        File.Move(_workshop["other.gpg"], _workshop["keys.gpg"]);
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_changed_InRelease()
    {
        Change(_workshop.Find("InRelease"), "Version: 12.0", "Version: 12.1");

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            $"cannot trust DIR/archive bookworm: InRelease: signature by key {Workshop.Signer.KeyId}: it is bad: the signed bytes were changed, or that key did not sign them",
            "The file was changed after it was signed, on the mirror or on the way; use another mirror.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_changed_index()
    {
        string index = _workshop.Find("by-hash/SHA256");
        byte[] bytes = File.ReadAllBytes(index);
        bytes[^20] ^= 1;
        File.WriteAllBytes(index, bytes);

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            $"cannot trust DIR/archive bookworm: main/binary-amd64/Packages.gz is not the file that its Release file lists: its SHA256 is {Digest.Of(bytes).Hex} where {Path.GetFileName(index)} is expected",
            "The mirror is in the middle of an update, or somebody changed the file; try again, or use another mirror.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_changed_package()
    {
        string deb = _workshop.Find("hello_");
        byte[] bytes = File.ReadAllBytes(deb);
        var expected = Digest.Of(bytes);
        bytes[^20] ^= 1;
        File.WriteAllBytes(deb, bytes);

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            $"cannot fetch hello 1.0-1 (amd64): DIR/archive/pool/main/h/hello/hello_1.0-1_amd64.deb: its digest is {Digest.Of(bytes)} where {expected} is expected",
            "The server or something on the way changed the file, or its index is older than the file; try again or use another mirror.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_truncated_package()
    {
        string deb = _workshop.Find("hello_");
        byte[] bytes = File.ReadAllBytes(deb);
        File.WriteAllBytes(deb, bytes[..^10]);

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            $"cannot fetch hello 1.0-1 (amd64): DIR/archive/pool/main/h/hello/hello_1.0-1_amd64.deb: it has {bytes.Length - 10} bytes where {bytes.Length} are expected",
            "The mirror may be in the middle of an update; try again later.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task An_expired_index()
    {
        _workshop.WriteArchive(validUntil: DebianArchiveBuilder.SomeDate.AddMinutes(30));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot use DIR/archive bookworm: its index expired on 2026-03-01 12:30 UTC",
            "The mirror is out of date: name another one. For an archive of the past on purpose, add the option [check-valid-until=no] to the source.");
        await _workshop.AssertRecoversAsync();
    }

    private static void Change(string file, string from, string to) =>
        File.WriteAllText(file, File.ReadAllText(file).Replace(from, to, StringComparison.Ordinal));
}
