using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>
/// Python distributions by their metadata: <c>*.dist-info/METADATA</c> with <c>RECORD</c> (PyPA, "Recording installed projects"), <c>*.egg-info/PKG-INFO</c>
/// and <c>*.egg-info</c> files.
/// </summary>
internal static class PythonDistributions
{
    private const int MaxRecord = 16 << 20;
    private const int MaxRecordLines = 200_000;
    private const string LicenseClassifier = "License :: ";

    public static bool IsMetadata(TreePath path, ReadOnlySpan<char> name) => name switch
    {
        "METADATA" => path.Parent.Value.EndsWith(".dist-info", StringComparison.Ordinal),
        "PKG-INFO" => path.Parent.Value.EndsWith(".egg-info", StringComparison.Ordinal),
        _ => name.Length > 9 && name.EndsWith(".egg-info", StringComparison.Ordinal),
    };

    public static IEnumerable<LanguagePackage> Read(TreeEntry entry, FileTree tree)
    {
        var headers = Headers(MetadataFile.Text(entry), entry.Path.ToString());
        string? name = First(headers, "Name");
        string? version = First(headers, "Version");
        if (!MetadataFile.IsName(name) || !MetadataFile.IsName(version))
        {
            throw new MalformedDataException(entry.Path.ToString(), 0, "it has no Name, or no Version");
        }

        return
        [
            new LanguagePackage
            {
                Ecosystem = Ecosystem.Python,
                Name = name!,
                Version = version,
                Location = entry.Path,
                License = License(headers),
                Description = First(headers, "Summary"),
                Homepage = First(headers, "Home-page"),
                Files = Files(entry, tree),
            },
        ];
    }

    // The header of a message (core metadata is written as e-mail headers); what follows the first empty line is the description.
    private static List<(string Name, string Value)> Headers(string text, string source)
    {
        var headers = new List<(string Name, string Value)>();
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).TrimEnd('\r');
            if (line.IsEmpty)
            {
                break;
            }

            if (line[0] is ' ' or '\t')
            {
                continue;
            }

            int colon = line.IndexOf(':');
            if (colon <= 0)
            {
                throw new MalformedDataException(source, range.Start.Value, "a line that is no header");
            }

            headers.Add((line[..colon].ToString(), line[(colon + 1)..].Trim().ToString()));
        }

        return headers;
    }

    private static string? First(List<(string Name, string Value)> headers, string name) =>
        headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value is { Length: > 0 } value && value != "UNKNOWN" ? value : null;

    // License-Expression is SPDX and wins; License is anything from a name to a whole text, of which one line is kept; classifiers name a family.
    private static string? License(List<(string Name, string Value)> headers) =>
        First(headers, "License-Expression")
        ?? First(headers, "License")
        ?? headers
            .Where(static header => header.Name.Equals("Classifier", StringComparison.OrdinalIgnoreCase) && header.Value.StartsWith(LicenseClassifier, StringComparison.Ordinal))
            .Select(static header => header.Value[(header.Value.LastIndexOf(':') + 1)..].Trim())
            .FirstOrDefault(static license => license != "OSI Approved");

    private static ImmutableArray<TreePath> Files(TreeEntry entry, FileTree tree)
    {
        var parent = entry.Path.Parent;
        if (entry.Path.Name.EndsWith(".egg-info", StringComparison.Ordinal))
        {
            return [entry.Path];
        }

        if (!tree.TryGet(parent.Append("RECORD"), out var record) || record.Kind != EntryKind.File)
        {
            return [.. tree.Entries.SkipUntil(parent).TakeWhile(other => other.Path.IsAtOrBelow(parent)).Where(IsContent).Select(static other => other.Path)];
        }

        var files = new SortedSet<TreePath>();
        string text = MetadataFile.Text(MetadataFile.Bytes(record, MaxRecord));
        int lines = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            if (++lines > MaxRecordLines)
            {
                throw new MalformedDataException(record.Path.ToString(), range.Start.Value, FormattableString.Invariant($"it has more than {MaxRecordLines} lines"));
            }

            if (FirstField(text.AsSpan(range).TrimEnd('\r')) is { Length: > 0 } field
                && Resolve(parent.Parent, field) is { } path
                && tree.TryGet(path, out var file)
                && IsContent(file))
            {
                files.Add(path);
            }
        }

        return [.. files];
    }

    private static bool IsContent(TreeEntry entry) => entry.Kind is EntryKind.File or EntryKind.HardLink;

    // RECORD is CSV: a path with a comma or a quote in it is quoted, a quote in it doubled.
    private static string FirstField(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith('"'))
        {
            int comma = line.IndexOf(',');
            return (comma < 0 ? line : line[..comma]).ToString();
        }

        int end = line.LastIndexOf("\",", StringComparison.Ordinal);
        int close = line[1..].IndexOf("\",", StringComparison.Ordinal) + 1;
        return close <= 0 || end < close ? "" : line[1..close].ToString().Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    /// <summary>A path of RECORD, relative to the directory that the distribution is in; null where it leaves the tree.</summary>
    private static TreePath? Resolve(TreePath directory, string field)
    {
        if (field.StartsWith('/'))
        {
            return TreePath.TryParseRooted(field, out var rooted) ? rooted : null;
        }

        var at = directory;
        ReadOnlySpan<char> rest = field;
        while (rest.StartsWith("../", StringComparison.Ordinal))
        {
            if (at.IsRoot)
            {
                return null;
            }

            at = at.Parent;
            rest = rest[3..];
        }

        return TreePath.TryParse(rest, null, out var tail) && !tail.IsRoot && at.Value.Length + tail.Value.Length < TreePath.MaxLength ? at.Append(tail.Value) : null;
    }

    /// <summary>The entries from <paramref name="path"/> on; entries are sorted.</summary>
    private static IEnumerable<TreeEntry> SkipUntil(this IReadOnlyList<TreeEntry> entries, TreePath path)
    {
        int low = 0;
        int high = entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = entries[middle].Path.CompareTo(path) < 0 ? (middle + 1, high) : (low, middle);
        }

        for (int i = low; i < entries.Count; i++)
        {
            yield return entries[i];
        }
    }
}
