using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;

namespace Bothy.Packages.Tests.Repositories;

public sealed class DebianKeysTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly TestSigner _one = new(DebianArchiveBuilder.SomeDate);
    private readonly TestSigner _two = new(DebianArchiveBuilder.SomeDate);

    public void Dispose()
    {
        _root.Dispose();
        _one.Dispose();
        _two.Dispose();
    }

    [Fact]
    public void Signed_by_comes_first_relative_to_the_image_file()
    {
        Write("image/keys/a.gpg", _one.ExportKeyring());
        Write("usr/share/keyrings/debian-archive-keyring.gpg", _two.ExportKeyring());

        var keys = For("deb [signed-by=keys/a.gpg] http://mirror.example/debian bookworm main", [new KeyFile("b", _two.ExportKeyring())]);

        Assert.Equal([_one.Fingerprint], keys.Keyring.Keys.Select(key => key.Fingerprint));
        Assert.Equal(_root["image/keys/a.gpg"], keys.Shown);
    }

    [Fact]
    public void The_image_files_keyring_comes_before_the_machines()
    {
        Write("usr/share/keyrings/debian-archive-keyring.gpg", _two.ExportKeyring());

        var keys = For("deb http://mirror.example/debian bookworm main", [new KeyFile("a", _one.ExportKeyring())]);

        Assert.Equal([_one.Fingerprint], keys.Keyring.Keys.Select(key => key.Fingerprint));
    }

    [Fact]
    public void The_entry_of_the_machine_names_its_keys()
    {
        Write("opt/mirror.gpg", _one.ExportKeyring());
        Write("usr/share/keyrings/debian-archive-keyring.gpg", _two.ExportKeyring());
        Write("etc/apt/sources.list", "deb [signed-by=/opt/mirror.gpg] http://mirror.example/debian bookworm main\n"u8.ToArray());

        var keys = For("deb http://mirror.example/debian bookworm main");

        Assert.Equal([_one.Fingerprint], keys.Keyring.Keys.Select(key => key.Fingerprint));
    }

    [Fact]
    public void The_entry_of_the_machine_may_contain_its_key()
    {
        string folded = string.Concat(_one.ExportArmouredKeyring().TrimEnd('\n').Split('\n').Select(line => $" {(line.Length == 0 ? "." : line)}\n"));
        Write("etc/apt/sources.list.d/a.sources", System.Text.Encoding.ASCII.GetBytes($"Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n{folded}"));

        var keys = For("deb http://mirror.example/debian bookworm main");

        Assert.Equal([_one.Fingerprint], keys.Keyring.Keys.Select(key => key.Fingerprint));
    }

    [Theory]
    [InlineData("bookworm", true)]
    [InlineData("noble", false)]
    public void Last_come_the_keyrings_of_the_distribution_and_of_apt(string suite, bool debian)
    {
        using var apt = new TestSigner(DebianArchiveBuilder.SomeDate);
        Write("usr/share/keyrings/debian-archive-keyring.gpg", _one.ExportKeyring());
        Write("usr/share/keyrings/ubuntu-archive-keyring.gpg", _two.ExportKeyring());
        Write("etc/apt/trusted.gpg.d/apt.asc", System.Text.Encoding.ASCII.GetBytes(apt.ExportArmouredKeyring()));
        Write("etc/apt/trusted.gpg.d/apt.txt", [0]);

        var keys = For($"deb http://mirror.example/archive {suite} main");

        Assert.Equal(new[] { (debian ? _one : _two).Fingerprint, apt.Fingerprint }.Order(), keys.Keyring.Keys.Select(key => key.Fingerprint).Order());
    }

    [Fact]
    public void The_same_keys_are_the_same_object()
    {
        Write("usr/share/keyrings/debian-archive-keyring.gpg", _one.ExportKeyring());
        var machine = MachineApt.Read(_root.Path);
        var search = new DebianKeys(machine, _root.Path, []);
        var archive = new DebianMirrors(machine, null).Resolve(AptSource.Parse("deb http://mirror.example/debian bookworm main"));

        Assert.Same(search.For(archive), search.For(archive));
    }

    private TrustedKeys For(string line, KeyFile[]? keyring = null)
    {
        var machine = MachineApt.Read(_root.Path);
        return new DebianKeys(machine, _root["image"], [.. keyring ?? []]).For(new DebianMirrors(machine, null).Resolve(AptSource.Parse(line)));
    }

    private void Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[name])!);
        File.WriteAllBytes(_root[name], bytes);
    }
}
