using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Packages.Alpine.Adb;
using Bothy.Packages.Repositories;

namespace Bothy.Packages.Alpine;

/// <summary>
/// Public keys by the name of their file, which is how an apk signature says whose it is: in <c>/etc/apk/keys</c> the file name
/// <c>alpine-devel@…-6165ee59.rsa.pub</c> is the identity of the key, and nothing else about it is.
/// </summary>
public sealed class ApkKeyring
{
    private const int MaxFileLength = 64 << 10;

    // What OpenSSL and every signer of packages keep within; a key of a million bits is a way to keep a verifier busy.
    private const int MinBits = 1024;
    private const int MaxBits = 16384;

    private readonly ImmutableSortedDictionary<string, byte[]> _keys;

    private ApkKeyring(ImmutableSortedDictionary<string, byte[]> keys) => _keys = keys;

    /// <summary>No key: nothing is trusted.</summary>
    public static ApkKeyring Empty { get; } = new(ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal));

    /// <summary>The names of the keys, in ordinal order.</summary>
    public IEnumerable<string> Names => _keys.Keys;

    /// <summary>The keys of <paramref name="files"/>; their names may be paths, of which the last part counts.</summary>
    /// <exception cref="BothyException">One is no public key of RSA or ECDSA (PEM, SubjectPublicKeyInfo), or two different ones have the same name.</exception>
    public static ApkKeyring Of(IEnumerable<KeyFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var keys = Empty._keys.ToBuilder();
        foreach (var file in files)
        {
            string name = file.Name[(file.Name.LastIndexOf('/') + 1)..];
            byte[] key = ReadPem(file);
            if (keys.TryGetValue(name, out byte[]? other) && !other.AsSpan().SequenceEqual(key))
            {
                throw new BothyException($"cannot use the key {file.Name}: another key has the same file name, and a signature names its key by that alone")
                {
                    Hint = "Give the files the names that the repositories' signatures use.",
                };
            }

            keys[name] = key;
        }

        return new ApkKeyring(keys.ToImmutable());
    }

    /// <summary>The keys in a directory such as <c>/etc/apk/keys</c>: every file in it is one.</summary>
    /// <exception cref="BothyException">The directory cannot be read, or a file in it is no key.</exception>
    public static ApkKeyring ReadDirectory(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        try
        {
            return Of(Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(Read));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read the keys of {directory}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>These keys and those of <paramref name="other"/>.</summary>
    /// <exception cref="BothyException">Two different keys have the same name.</exception>
    public ApkKeyring With(ApkKeyring other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (var (name, key) in other._keys)
        {
            if (_keys.TryGetValue(name, out byte[]? mine) && !mine.AsSpan().SequenceEqual(key))
            {
                throw new BothyException($"cannot use two keyrings together: they have different keys of the name {name}");
            }
        }

        return new ApkKeyring(_keys.SetItems(other._keys));
    }

    /// <summary>Whether there is a key of this name.</summary>
    public bool Contains(string name) => _keys.ContainsKey(name);

    /// <summary>Whether <paramref name="signature"/> is the key <paramref name="name"/>'s over bytes with the hash <paramref name="hash"/> (PKCS #1 v1.5).</summary>
    internal bool Verify(string name, ReadOnlySpan<byte> hash, HashAlgorithmName algorithm, ReadOnlySpan<byte> signature)
    {
        if (!_keys.TryGetValue(name, out byte[]? key))
        {
            return false;
        }

        // An RSA object is not safe for several threads; making one costs less than the verification.
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(key, out _);
            return rsa.VerifyHash(hash, signature, algorithm, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException)
        {
            // A signature that is longer than the key, as some platforms see it; or the key is an ECDSA one, of which such files know nothing.
            return false;
        }
    }

    /// <summary>The key that signed what <paramref name="reader"/> read, or why there is none.</summary>
    internal ApkVerdict FindSigner(AdbReader reader)
    {
        foreach (var (name, key) in _keys)
        {
            if (AdbPublicKey.HasSigned(key, reader))
            {
                return new ApkVerdict(name, Problem: null, IsChanged: false);
            }
        }

        bool isChanged = _keys.Values.Any(key => AdbPublicKey.IsNamed(key, reader));
        return new ApkVerdict(
            null,
            isChanged ? "its signature of a key of the keyring is not over these bytes" : reader.Signatures.IsEmpty ? "it is not signed" : "it is signed by no key of the keyring",
            isChanged);
    }

    private static KeyFile Read(string path)
    {
        if (new FileInfo(path).Length > MaxFileLength)
        {
            throw TooLong(path);
        }

        return new KeyFile(path, File.ReadAllBytes(path));
    }

    private static byte[] ReadPem(KeyFile file)
    {
        if (file.Bytes.Length > MaxFileLength)
        {
            throw TooLong(file.Name);
        }

        string pem = System.Text.Encoding.Latin1.GetString(file.Bytes.Span);
        return TryReadRsa(file.Name, pem, out var failure) ?? TryReadEcdsa(pem) ?? throw NotAKey(file.Name, failure);
    }

    private static byte[]? TryReadRsa(string name, string pem, out Exception? failure)
    {
        failure = null;
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(pem);
        }
        catch (Exception refused) when (refused is ArgumentException or CryptographicException)
        {
            failure = refused;
            return null;
        }

        return rsa.KeySize is >= MinBits and <= MaxBits
            ? rsa.ExportSubjectPublicKeyInfo()
            : throw new BothyException(FormattableString.Invariant($"cannot use the key {name}: it has {rsa.KeySize} bits, want {MinBits} to {MaxBits}"));
    }

    // Only files of format 3 are signed with these.
    private static byte[]? TryReadEcdsa(string pem)
    {
        using var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            return ecdsa.ExportParameters(includePrivateParameters: false).Curve.IsNamed ? ecdsa.ExportSubjectPublicKeyInfo() : null;
        }
        catch (Exception refused) when (refused is ArgumentException or CryptographicException)
        {
            return null;
        }
    }

    private static BothyException TooLong(string name) =>
        new(FormattableString.Invariant($"cannot use the key {name}: it has more than {MaxFileLength} bytes"));

    private static BothyException NotAKey(string name, Exception? inner) =>
        new($"cannot use the key {name}: it is neither an RSA nor an ECDSA public key", inner)
        {
            Hint = "apk's keys are PEM files that begin with -----BEGIN PUBLIC KEY-----.",
        };
}
