using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Bothy.Packages.Alpine;

/// <summary>
/// The identity of an apk package: the hash of its compressed control part, SHA-1 (20 bytes) or, in the newer form, SHA-256. Written
/// <c>Q1</c> and base64, or <c>Q2</c> for SHA-256; <c>X1</c> and <c>X2</c> with hex digits, as apk-tools 3 writes them in file names, are read too.
/// </summary>
public readonly record struct ApkChecksum : ISpanParsable<ApkChecksum>, IComparable<ApkChecksum>
{
    private const int LongestHash = SHA256.HashSizeInBytes;

    private readonly string? _text;

    private ApkChecksum(ReadOnlySpan<byte> hash) =>
        _text = (hash.Length == SHA1.HashSizeInBytes ? "Q1" : "Q2") + Convert.ToBase64String(hash);

    /// <summary>Whether the hash is a SHA-256.</summary>
    public bool IsSha256 => ToString()[1] == '2';

    /// <summary>Wraps a finished hash: 20 bytes of SHA-1, or 32 of SHA-256.</summary>
    public static ApkChecksum FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length is SHA1.HashSizeInBytes or SHA256.HashSizeInBytes
            ? new(hash)
            : throw new ArgumentException("want the 20 bytes of a SHA-1 or the 32 of a SHA-256", nameof(hash));

    /// <summary>The bytes of the hash.</summary>
    public byte[] ToHash() => Convert.FromBase64String(ToString()[2..]);

    /// <summary>Reads a checksum that must be one.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is no checksum.</exception>
    public static ApkChecksum Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var checksum)
            ? checksum
            : throw new FormatException($"'{s}' is not a checksum of apk: want Q1 and the base64 of a SHA-1");

    /// <inheritdoc />
    public static ApkChecksum Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ApkChecksum result)
    {
        result = default;
        Span<byte> hash = stackalloc byte[LongestHash];
        int length = 0;
        bool decoded = s switch
        {
            ['Q', '1' or '2', .. var base64] => Convert.TryFromBase64Chars(base64, hash, out length) && !base64.ContainsAny(" \t\r\n"),
            ['X', '1' or '2', .. var hex] => Convert.FromHexString(hex, hash, out _, out length) == System.Buffers.OperationStatus.Done,
            _ => false,
        };

        // The digit is not believed: apk-tools reads one that is long enough for a SHA-256 as one, whatever stands before it.
        if (!decoded || length is not (SHA1.HashSizeInBytes or SHA256.HashSizeInBytes) || (s[1] == '2' && length == SHA1.HashSizeInBytes))
        {
            return false;
        }

        result = new ApkChecksum(hash[..length]);
        return true;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApkChecksum result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public int CompareTo(ApkChecksum other) => string.CompareOrdinal(_text, other._text);

    /// <summary>The form of an index, <c>Q1…</c>.</summary>
    public override string ToString() => _text ?? throw new InvalidOperationException("default(ApkChecksum) is the checksum of nothing");
}
