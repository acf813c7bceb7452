using System.Collections.Frozen;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Catalog;

/// <summary>What an image says it is (os-release(5)).</summary>
public sealed class OsRelease
{
    // Real ones have less than a kilobyte.
    private const int MaxSize = 64 << 10;

    private static readonly string[] Places = ["etc/os-release", "usr/lib/os-release"];

    private readonly FrozenDictionary<string, string> _values;

    private OsRelease(FrozenDictionary<string, string> values) => _values = values;

    /// <summary><c>ID</c>, such as <c>alpine</c> or <c>debian</c>; <c>linux</c> where missing, as the manual page says.</summary>
    public string Id => _values.GetValueOrDefault("ID", "linux");

    /// <summary><c>ID_LIKE</c>, in order.</summary>
    public IReadOnlyList<string> IdLike => _values.GetValueOrDefault("ID_LIKE", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary><c>VERSION_ID</c>; null where missing.</summary>
    public string? VersionId => _values.GetValueOrDefault("VERSION_ID");

    /// <summary><c>VERSION_CODENAME</c>; null where missing.</summary>
    public string? VersionCodename => _values.GetValueOrDefault("VERSION_CODENAME");

    /// <summary><c>PRETTY_NAME</c>, or what stands in for it.</summary>
    public string PrettyName => _values.GetValueOrDefault("PRETTY_NAME") ?? _values.GetValueOrDefault("NAME", "Linux");

    /// <summary>The value of <paramref name="key"/>; null where missing.</summary>
    public string? this[string key] => _values.GetValueOrDefault(key);

    /// <summary>Reads the file of <paramref name="tree"/>, through links; null where there is none.</summary>
    /// <exception cref="BothyException">Its content cannot be read.</exception>
    public static OsRelease? Of(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return Places.Select(place => tree.Find(TreePath.Parse(place))).FirstOrDefault(entry => entry?.Content is { Length: <= MaxSize }) is { Content: { } content }
            ? Parse(Encoding.UTF8.GetString(content.ReadAll(MaxSize)))
            : null;
    }

    /// <summary>Reads the lines of an os-release file. Lines that are no assignment are passed over; of two the last counts.</summary>
    public static OsRelease Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && !line.TrimStart().StartsWith('#'))
            {
                values[line[..equals].Trim()] = Unquote(line[(equals + 1)..].Trim());
            }
        }

        return new OsRelease(values.ToFrozenDictionary(StringComparer.Ordinal));
    }

    // The shell's rules: within single quotes nothing is special, within double quotes a backslash is before " $ ` and itself.
    private static string Unquote(string value)
    {
        if (value.Length < 2 || value[0] is not ('"' or '\'') || value[^1] != value[0])
        {
            return value;
        }

        string inside = value[1..^1];
        if (value[0] == '\'')
        {
            return inside;
        }

        var text = new StringBuilder(inside.Length);
        for (int i = 0; i < inside.Length; i++)
        {
            bool escaped = inside[i] == '\\' && i + 1 < inside.Length && inside[i + 1] is '"' or '$' or '`' or '\\';
            text.Append(inside[escaped ? ++i : i]);
        }

        return text.ToString();
    }
}
