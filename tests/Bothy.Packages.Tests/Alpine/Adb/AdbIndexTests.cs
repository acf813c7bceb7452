using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Adb;

namespace Bothy.Packages.Tests.Alpine.Adb;

public sealed class AdbIndexTests
{
    private const string Source = "the index";

    [Theory]
    [InlineData(AdbCompression.None, 32)]
    [InlineData(AdbCompression.Deflate, 20)]
    public void Reads_like_the_index_of_format_2_of_the_same_packages(AdbCompression compression, int hashLength)
    {
        var packages = Packages();
        var index = Read(new AdbBuilder { Compression = compression }.Index(packages, "v24.10-7-gabc", hashLength));

        Assert.Equal("v24.10-7-gabc", index.Description);
        Assert.Equal(
            string.Concat(packages.Select(package => package.Info.ToIndexStanza(ApkChecksum.FromHash(package.Hash.AsSpan(0, hashLength)), package.File.Length) + "\n")),
            Encoding.UTF8.GetString(index.ToApkIndex()));
    }

    [Fact]
    public void An_index_of_nothing_is_one()
    {
        var index = Read(new AdbBuilder().Index([], ""));

        Assert.Empty(index.Packages);
        Assert.Equal("", index.Description);
    }

    [Theory]
    [InlineData("${name}-${version}.apk", null)]
    [InlineData("${arch}/${name}-${version}.apk", null)]
    [InlineData("${hash:2}/${name}.apk", "it names its packages by '${hash:2}/${name}.apk', which is not supported")]
    public void Refuses_names_of_files_that_it_would_not_find(string names, string? problem)
    {
        byte[] file = new AdbBuilder().Index(Packages(), names: names);

        if (problem is null)
        {
            Assert.Equal(2, Read(file).Packages.Count);
            return;
        }

        Assert.Contains(problem, Assert.Throws<BothyException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil\nP:other", "1.0", "a text has a control character")]
    [InlineData("", "1.0", "no usable name")]
    [InlineData("a b", "1.0", "a name has a blank")]
    [InlineData("../a", "1.0", "no usable name")]
    [InlineData("a", "1/../../b", "no usable version")]
    [InlineData("a", "", "no usable version")]
    [InlineData("a\0b", "1.0", "a text has a NUL")]
    public void Refuses_names_that_would_be_something_else_in_text(string name, string version, string problem)
    {
        var info = new ApkPkgInfo { Name = name, Version = version };
        byte[] file = new AdbBuilder().Index([new BuiltAdb([], info, new byte[32])]);

        Assert.Contains(problem, Assert.Throws<MalformedDataException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_package_without_an_identity()
    {
        byte[] file = new AdbBuilder().Index(Packages(), hashLength: 0);

        Assert.Contains("has no SHA-256", Assert.Throws<MalformedDataException>(() => Read(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_a_package_in_the_place_of_an_index() =>
        Assert.Contains("it is not an index", Assert.Throws<MalformedDataException>(() => Read(Packages()[0].File)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_signature_is_good_for_its_key_its_metadata_and_its_schema_alone()
    {
        foreach (var key in new AsymmetricAlgorithm[] { ApkKeys.Rsa, ApkKeys.Ecdsa })
        {
            byte[] publicKey = key.ExportSubjectPublicKeyInfo();
            byte[] good = new AdbBuilder { Compression = AdbCompression.None, Signers = [key] }.Index(Packages());
            Assert.True(IsSigned(good, publicKey));
            Assert.False(IsSigned(good, (key == ApkKeys.Rsa ? ApkKeys.Ecdsa : (AsymmetricAlgorithm)ApkKeys.Rsa).ExportSubjectPublicKeyInfo()));
            Assert.False(IsSigned(new AdbBuilder().Index(Packages()), publicKey));

            int at = good.AsSpan().IndexOf("v3 of a test"u8);
            good[at] ^= 1;
            Assert.False(IsSigned(good, publicKey));
            good[at] ^= 1;
            "pckg"u8.CopyTo(good.AsSpan(4));
            Assert.False(IsSigned(good, publicKey));
        }
    }

    [Fact]
    public void One_of_several_signatures_will_do()
    {
        byte[] both = new AdbBuilder { Signers = [ApkKeys.Rsa, ApkKeys.Ecdsa] }.Index(Packages());

        Assert.True(IsSigned(both, ApkKeys.Rsa.ExportSubjectPublicKeyInfo()));
        Assert.True(IsSigned(both, ApkKeys.Ecdsa.ExportSubjectPublicKeyInfo()));
    }

    [RequiresTheory("judges:openssl")]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_signed_is_what_openssl_verifies(bool rsa)
    {
        AsymmetricAlgorithm key = rsa ? ApkKeys.Rsa : ApkKeys.Ecdsa;
        using var temporary = new TemporaryDirectory();
        using var reader = AdbIndex.Open(new MemoryStream(new AdbBuilder { Signers = [key] }.Index(Packages())), Source);
        File.WriteAllText(temporary["key"], key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllBytes(temporary["signature"], reader.Signatures[0].Value.ToArray());
        File.WriteAllBytes(temporary["signed"], AdbPublicKey.SignedBytes(reader.Schema, reader.Signatures[0].KeyId.Span, reader.Metadata));

        string said = Judge.Run("openssl", "dgst", "-sha512", "-verify", temporary["key"], "-signature", temporary["signature"], temporary["signed"]).Output;

        Assert.Equal("Verified OK", said.Trim());
        Assert.Equal(AdbWriter.KeyId(key), reader.Signatures[0].KeyId.ToArray());
        Assert.Equal(4 + 18 + 64, new FileInfo(temporary["signed"]).Length);
    }

    [Fact]
    public void Whatever_is_changed_in_a_signed_index_it_is_refused_or_the_same()
    {
        byte[] publicKey = ApkKeys.Ecdsa.ExportSubjectPublicKeyInfo();
        byte[] good = new AdbBuilder { Compression = AdbCompression.None, Signers = [ApkKeys.Ecdsa] }.Index(Packages());
        string expected = Encoding.UTF8.GetString(Read(good).ToApkIndex());
        var random = new Random(7);
        int same = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] bad = Mutation.Of(good, random);
            try
            {
                if (IsSigned(bad, publicKey))
                {
                    Assert.Equal(expected, Encoding.UTF8.GetString(Read(bad).ToApkIndex()));
                    same++;
                }
                else
                {
                    Read(bad);
                }
            }
            catch (BothyException)
            {
                // Refused, as it should be.
            }
        }

        // Changes that change nothing, such as a zero over a zero.
        Assert.InRange(same, 0, 400);
    }

    internal static BuiltAdb[] Packages() => [new AdbBuilder().Build(AdbPackageTests.Everything()), new AdbBuilder().Build(new ApkBuilder("second").Depends("all"))];

    private static AdbIndex Read(byte[] file)
    {
        using var reader = AdbIndex.Open(new MemoryStream(file), Source);
        return AdbIndex.Read(reader, Source);
    }

    private static bool IsSigned(byte[] file, byte[] publicKey)
    {
        using var reader = AdbIndex.Open(new MemoryStream(file), Source);
        return AdbPublicKey.HasSigned(publicKey, reader);
    }
}
