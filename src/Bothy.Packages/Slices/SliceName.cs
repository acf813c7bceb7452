using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Packages.Slices;

/// <summary>The full name of a slice, its package and its own name joined by an underscore: <c>openssl_bins</c>. Ordered by both, ordinally.</summary>
/// <remarks>A package's name follows Debian's policy (5.6.1); a slice's has at least three of <c>a-z 0-9 -</c> and begins with a letter.</remarks>
public readonly record struct SliceName : IComparable<SliceName>, ISpanParsable<SliceName>
{
    private const int MaxLength = 256;
    private const int ShortestSlice = 3;
    private const int ShortestPackage = 2;

    private static readonly SearchValues<char> OfPackages = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+-.");
    private static readonly SearchValues<char> OfSlices = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly string? _package;
    private readonly string? _slice;

    internal SliceName(string package, string slice) => (_package, _slice) = (package, slice);

    /// <summary>The package's name.</summary>
    public string Package => _package ?? throw new InvalidOperationException("default(SliceName) names nothing");

    /// <summary>The slice's name within its package.</summary>
    public string Slice => _slice ?? throw new InvalidOperationException("default(SliceName) names nothing");

    /// <inheritdoc />
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out SliceName result)
    {
        result = default;
        int underscore = s.IndexOf('_');
        if (underscore < 0 || s.Length > MaxLength || !IsPackage(s[..underscore]) || !IsSlice(s[(underscore + 1)..]))
        {
            return false;
        }

        result = new SliceName(s[..underscore].ToString(), s[(underscore + 1)..].ToString());
        return true;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SliceName result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads a name that must be one.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not the full name of a slice.</exception>
    public static SliceName Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"'{s}' is not the name of a slice: want package_slice");

    /// <inheritdoc />
    public static SliceName Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc />
    public int CompareTo(SliceName other)
    {
        int byPackage = string.CompareOrdinal(_package, other._package);
        return byPackage != 0 ? byPackage : string.CompareOrdinal(_slice, other._slice);
    }

    /// <summary>The full name.</summary>
    public override string ToString() => $"{_package}_{_slice}";

    /// <summary>Whether <paramref name="name"/> can name a package.</summary>
    internal static bool IsPackage(ReadOnlySpan<char> name) =>
        name.Length >= ShortestPackage && char.IsAsciiLetterOrDigit(name[0]) && !name.ContainsAnyExcept(OfPackages);

    /// <summary>Whether <paramref name="name"/> can name a slice within its package.</summary>
    internal static bool IsSlice(ReadOnlySpan<char> name) =>
        name.Length >= ShortestSlice && char.IsAsciiLetterLower(name[0]) && !name.ContainsAnyExcept(OfSlices);
}
