using System.Diagnostics.CodeAnalysis;

namespace Bothy.Formats.Trees;

/// <summary>
/// A path inside an image: relative to its root, separated by single slashes, without <c>.</c>, <c>..</c>, NUL or a slash at
/// either end. The root itself is the empty path. Ordered by ordinal comparison of its parts, so that a directory
/// comes directly before what is in it.
/// </summary>
/// <remarks>This is the one path normaliser of the project: names from archives become paths here or not at all.</remarks>
public readonly record struct TreePath : IComparable<TreePath>, ISpanParsable<TreePath>
{
    /// <summary>The longest path accepted, in characters; Linux's own PATH_MAX.</summary>
    public const int MaxLength = 4096;

    private readonly string? _value;

    // The root has one form, so that equal paths are equal.
    private TreePath(string value) => _value = value.Length == 0 ? null : value;

    /// <summary>The root of the image.</summary>
    public static TreePath Root => default;

    /// <summary>The path without a leading slash; empty for the root.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is the root.</summary>
    public bool IsRoot => Value.Length == 0;

    /// <summary>The last part; empty for the root.</summary>
    public string Name => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The directory this path is in; the root's parent is the root.</summary>
    public TreePath Parent => new(Value[..Math.Max(0, Value.LastIndexOf('/'))]);

    /// <summary>
    /// Reads a name as archives write them: <c>./usr/bin/</c>, <c>usr/bin</c>, <c>./</c>.
    /// Refuses absolute names, <c>..</c> parts, empty parts inside, NUL and names longer than <see cref="MaxLength"/>.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out TreePath result)
    {
        result = default;
        if (s.Length > MaxLength || s.Contains('\0') || (s.Length > 0 && s[0] == '/'))
        {
            return false;
        }

        while (s.StartsWith("./", StringComparison.Ordinal))
        {
            s = s[2..];
        }

        s = s.TrimEnd('/');
        if (s is "" or ".")
        {
            return true;
        }

        foreach (var range in s.Split('/'))
        {
            if (s[range] is "" or "." or "..")
            {
                return false;
            }
        }

        result = new TreePath(s.ToString());
        return true;
    }

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TreePath result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads a path as <see cref="TryParse(ReadOnlySpan{char}, IFormatProvider?, out TreePath)"/> does.</summary>
    /// <exception cref="FormatException"><paramref name="s"/> is not a path inside an image.</exception>
    public static TreePath Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var path) ? path : throw new FormatException($"'{s}' is not a path inside an image");

    /// <inheritdoc />
    public static TreePath Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>Reads a path that is written from the root, with a leading slash, as image files and scripts do.</summary>
    public static bool TryParseRooted(ReadOnlySpan<char> s, out TreePath result)
    {
        result = default;
        return s.Length > 0 && s[0] == '/' && TryParse(s.TrimStart('/'), null, out result);
    }

    /// <summary>The path of <paramref name="relative"/> below this one.</summary>
    /// <exception cref="FormatException"><paramref name="relative"/> is not a path inside an image.</exception>
    public TreePath Append(string relative)
    {
        var tail = Parse(relative);
        return IsRoot ? tail : tail.IsRoot ? this : new TreePath(Value + "/" + tail.Value);
    }

    /// <summary>Whether this path lies below <paramref name="directory"/>, or is it.</summary>
    public bool IsAtOrBelow(TreePath directory) =>
        directory.IsRoot
        || (Value.StartsWith(directory.Value, StringComparison.Ordinal)
            && (Value.Length == directory.Value.Length || Value[directory.Value.Length] == '/'));

    /// <inheritdoc />
    public int CompareTo(TreePath other)
    {
        var (a, b) = (Value, other.Value);
        int common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
        {
            return a.Length.CompareTo(b.Length);
        }

        // A slash sorts before every other character: 'a/b' belongs to 'a' and comes before 'a.b'.
        return a[common] == '/' ? -1 : b[common] == '/' ? 1 : a[common].CompareTo(b[common]);
    }

    /// <summary>The path with a leading slash, as people write it.</summary>
    public override string ToString() => "/" + Value;
}
