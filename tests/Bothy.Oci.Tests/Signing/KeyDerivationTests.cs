using System.Text;
using Bothy.Oci.Signing.Keys;

namespace Bothy.Oci.Tests.Signing;

public sealed class KeyDerivationTests
{
    // RFC 7914, section 12; the fourth vector takes a gigabyte, which is more than the limit.
    [Theory]
    [InlineData("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    [InlineData("pleaseletmein", "SodiumChloride", 16384, 8, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")]
    public void Scrypt_gives_what_the_rfc_says(string password, string salt, int cost, int blockSize, int parallelization, string key) =>
        Assert.Equal(key, Convert.ToHexStringLower(Scrypt.DeriveKey(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), cost, blockSize, parallelization, 64)));

    [Theory]
    [InlineData(65536, 8, 1, true)] // cosign's own
    [InlineData(1 << 18, 8, 1, true)]
    [InlineData(1 << 19, 8, 1, false)] // 512 MiB
    [InlineData(1 << 20, 8, 1, false)] // the RFC's fourth
    [InlineData(65536, 8, 8, true)]
    [InlineData(65536, 8, 9, false)] // the work of nine
    [InlineData(1000, 8, 1, false)] // no power of two
    [InlineData(1, 8, 1, false)]
    [InlineData(0, 8, 1, false)]
    [InlineData(2, 0, 1, false)]
    [InlineData(2, 1, 0, false)]
    [InlineData(2, long.MaxValue, long.MaxValue, false)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue, false)]
    [InlineData(1L << 62, 1, 1, false)]
    public void Scrypt_is_not_done_at_any_price(long cost, long blockSize, long parallelization, bool affordable) =>
        Assert.Equal(affordable, Scrypt.IsAffordable(cost, blockSize, parallelization));

    // RFC 7914, section 8.
    [Fact]
    public void The_core_of_Salsa20_gives_what_the_rfc_says()
    {
        byte[] input = Convert.FromHexString("7e879a214f3ec9867ca940e641718f26baee555b8c61c1b50df846116dcd3b1dee24f319df9b3d8514121e4b5ac5aa3276021d2909c74829edebc68db8b8c25e");
        uint[] words = [.. input.Chunk(4).Select(word => BitConverter.ToUInt32(word))];

        Salsa20.Hash(words, 8);

        Assert.Equal(
            "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81",
            Convert.ToHexStringLower([.. words.SelectMany(BitConverter.GetBytes)]));
    }

    // RFC 8439, section 2.5.2.
    [Fact]
    public void Poly1305_gives_what_the_rfc_says() => Assert.Equal(
        "a8061dc1305136c6c22b8baf0c0127a9",
        Convert.ToHexStringLower(SecretBox.Authenticate(
            "Cryptographic Forum Research Group"u8,
            Convert.FromHexString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"))));

    // RFC 8439, appendix A.3, vectors 7 to 9: sums that reach or pass the prime.
    [Theory]
    [InlineData("0200000000000000000000000000000000000000000000000000000000000000", "ffffffffffffffffffffffffffffffff", "03000000000000000000000000000000")]
    [InlineData("02000000000000000000000000000000ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000", "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000", "05000000000000000000000000000000")]
    public void Poly1305_carries(string key, string message, string tag) =>
        Assert.Equal(tag, Convert.ToHexStringLower(SecretBox.Authenticate(Convert.FromHexString(message), Convert.FromHexString(key))));

    // NaCl's own vector (tests/secretbox.c and "Cryptography in NaCl", section 10).
    private const string BoxKey = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
    private const string BoxNonce = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";
    private const string Box =
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
        + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
        + "7973f622a43d14a6599b1f654cb45a74e355a5";

    private const string Opened =
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
        + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
        + "5e0705";

    [Fact]
    public void A_secretbox_of_NaCl_opens() => Assert.Equal(
        Opened,
        Convert.ToHexStringLower(SecretBox.TryOpen(Convert.FromHexString(Box), Convert.FromHexString(BoxNonce), Convert.FromHexString(BoxKey))!));

    [Fact]
    public void A_secretbox_that_was_changed_anywhere_does_not_open()
    {
        byte[] box = Convert.FromHexString(Box);
        byte[] nonce = Convert.FromHexString(BoxNonce);
        byte[] key = Convert.FromHexString(BoxKey);
        Assert.All(Enumerable.Range(0, box.Length), at =>
        {
            byte[] changed = [.. box];
            changed[at] ^= 1;
            Assert.Null(SecretBox.TryOpen(changed, nonce, key));
        });
        Assert.Null(SecretBox.TryOpen(box, [.. nonce[..23], 0], key));
        Assert.Null(SecretBox.TryOpen(box, nonce, [.. key[..31], 0]));
        Assert.Null(SecretBox.TryOpen(box.AsSpan(0, 15), nonce, key));
    }
}
