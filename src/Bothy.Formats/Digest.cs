using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Bothy;

/// <summary>The sha256 digest of some content, as OCI writes it: <c>sha256:</c> and 64 lower-case hex digits.</summary>
/// <remarks>
/// OCI registers sha512 too. We write sha256 only and refuse the rest; reading sha512 would make this a two-field type.
/// </remarks>
public readonly record struct Digest : ISpanParsable<Digest>, IComparable<Digest>
{
    private const string Prefix = "sha256:";
    private const int HexLength = SHA256.HashSizeInBytes * 2;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly string? _hex;

    private Digest(string hex) => _hex = hex;

    /// <summary>The 64 hex digits, without the algorithm.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("default(Digest) is the digest of nothing");

    /// <summary>The digest of <paramref name="content"/>.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => FromHash(SHA256.HashData(content));

    /// <summary>Wraps a finished sha256 hash.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new(Convert.ToHexStringLower(hash));
    }

    /// <summary>Reads 64 lower-case hex digits without the algorithm, as package indexes write them.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Digest result)
    {
        // Upper case is refused rather than folded: two spellings of one digest would be two keys in every store.
        bool wellFormed = hex.Length == HexLength && !hex.ContainsAnyExcept(LowerHex);
        result = wellFormed ? new Digest(hex.ToString()) : default;
        return wellFormed;
    }

    /// <summary>Reads a digest that must be one, such as a field of a manifest.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a sha256 digest.</exception>
    public static Digest Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var digest)
            ? digest
            : throw new FormatException($"'{s}' is not a digest: want sha256: and {HexLength} lower-case hex digits");

    /// <inheritdoc />
    public static Digest Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Digest result)
    {
        result = default;
        return s.StartsWith(Prefix, StringComparison.Ordinal) && TryParseHex(s[Prefix.Length..], out result);
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc />
    public int CompareTo(Digest other) => string.CompareOrdinal(_hex, other._hex);

    /// <summary>The OCI form, <c>sha256:…</c>.</summary>
    public override string ToString() => Prefix + Hex;
}
