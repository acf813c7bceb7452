using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;
using Bothy.Packages.Repositories;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkKeyringTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_directory_s_files_are_keys_by_their_names()
    {
        using var one = ApkSigner.Generate("one.rsa.pub", bits: 1024);
        using var two = ApkSigner.Generate("two.rsa.pub", bits: 1024);
        File.WriteAllText(_directory["one.rsa.pub"], one.ExportPublicKey());
        File.WriteAllText(_directory["two.rsa.pub"], two.ExportPublicKey());

        var keys = ApkKeyring.ReadDirectory(_directory.Path);

        Assert.Equal(["one.rsa.pub", "two.rsa.pub"], keys.Names);
        Assert.True(keys.Contains("one.rsa.pub"));
        Assert.False(keys.Contains(_directory["one.rsa.pub"]));
    }

    [Fact]
    public void The_same_key_may_come_twice_and_another_of_its_name_may_not()
    {
        using var one = ApkSigner.Generate("one.rsa.pub", bits: 1024);
        using var other = ApkSigner.Generate("one.rsa.pub", bits: 1024);

        Assert.Equal(["one.rsa.pub"], ApkKeyring.Of([KeyOf("a/one.rsa.pub", one), KeyOf("one.rsa.pub", one)]).Names);
        Assert.Equal(
            "cannot use the key b/one.rsa.pub: another key has the same file name, and a signature names its key by that alone",
            Assert.Throws<BothyException>(() => ApkKeyring.Of([KeyOf("a/one.rsa.pub", one), KeyOf("b/one.rsa.pub", other)])).Message);
        Assert.Throws<BothyException>(() => ApkKeyring.Of([KeyOf("one.rsa.pub", one)]).With(ApkKeyring.Of([KeyOf("one.rsa.pub", other)])));
    }

    [Theory]
    [InlineData("", "it is neither an RSA nor an ECDSA public key")]
    [InlineData("hello", "it is neither an RSA nor an ECDSA public key")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "it is neither an RSA nor an ECDSA public key")]
    public void What_is_no_key_is_named(string text, string problem) => Assert.Equal($"cannot use the key k: {problem}", Refusal(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_key_of_another_kind_or_size_is_named()
    {
        using var other = DSA.Create(1024);
        using var small = RSA.Create(512);

        Assert.Equal("cannot use the key k: it is neither an RSA nor an ECDSA public key", Refusal(Encoding.ASCII.GetBytes(other.ExportSubjectPublicKeyInfoPem())));
        Assert.Equal("cannot use the key k: it has 512 bits, want 1024 to 16384", Refusal(Encoding.ASCII.GetBytes(small.ExportSubjectPublicKeyInfoPem())));
        Assert.Equal("cannot use the key k: it has more than 65536 bytes", Refusal(new byte[70_000]));
    }

    [Fact]
    public void A_key_that_signs_format_3_alone_verifies_nothing_of_format_2()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keys = ApkKeyring.Of([new KeyFile("k", Encoding.ASCII.GetBytes(curve.ExportSubjectPublicKeyInfoPem()))]);
        byte[] hash = new byte[32];

        Assert.False(keys.Verify("k", hash, HashAlgorithmName.SHA256, curve.SignHash(hash)));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named() =>
        Assert.StartsWith(
            $"cannot read the keys of {_directory["keys"]}: ",
            Assert.Throws<BothyException>(() => ApkKeyring.ReadDirectory(_directory["keys"])).Message,
            StringComparison.Ordinal);

    private static KeyFile KeyOf(string name, ApkSigner signer) => new(name, Encoding.ASCII.GetBytes(signer.ExportPublicKey()));

    private static string Refusal(byte[] bytes) => Assert.Throws<BothyException>(() => ApkKeyring.Of([new KeyFile("k", bytes)])).Message;
}
