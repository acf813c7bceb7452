using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>
/// Modules of Node.js: a directory in <c>node_modules</c> (or in those that Debian puts in its place) with a <c>package.json</c> that has a name and a version.
/// </summary>
internal static class NodeModules
{
    private const string FileName = "package.json";

    private static readonly string[] DebianDirectories = ["usr/share/nodejs", "usr/lib/nodejs"];

    public static bool IsMetadata(TreePath path, ReadOnlySpan<char> name) =>
        name.SequenceEqual(FileName) && IsModule(path.Parent);

    public static IEnumerable<LanguagePackage> Read(TreeEntry entry)
    {
        string source = entry.Path.ToString();
        return MetadataFile.Json(MetadataFile.Bytes(entry, MetadataFile.MaxText), source, json =>
        {
            string? name = json.Text("name");
            string? version = json.Text("version");

            // Parts of a module (its ES modules, its tests) may have a package.json that names no package.
            return !MetadataFile.IsName(name) || !MetadataFile.IsName(version)
                ? (LanguagePackage[])[]
                :
                [
                    new LanguagePackage
                    {
                        Ecosystem = Ecosystem.Node,
                        Name = name!,
                        Version = version,
                        Location = entry.Path,
                        License = License(json),
                        Description = json.Text("description"),
                        Homepage = json.Text("homepage"),
                    },
                ];
        });
    }

    /// <summary>The packages with the files of each module: what is below its directory and not in a module of its own.</summary>
    public static ImmutableArray<LanguagePackage> WithFiles(ImmutableArray<LanguagePackage> packages, FileTree tree)
    {
        var files = packages
            .Where(static package => package.Ecosystem == Ecosystem.Node)
            .DistinctBy(static package => package.Location)
            .ToDictionary(static package => package.Location.Parent, static _ => ImmutableArray.CreateBuilder<TreePath>());
        if (files.Count == 0)
        {
            return packages;
        }

        var innermost = new Dictionary<TreePath, TreePath?>();
        foreach (var entry in tree.Entries)
        {
            if (entry.Kind is EntryKind.File or EntryKind.HardLink && Innermost(entry.Path.Parent) is { } module)
            {
                files[module].Add(entry.Path);
            }
        }

        return [.. packages.Select(package => package.Ecosystem == Ecosystem.Node ? package with { Files = files[package.Location.Parent].ToImmutable() } : package)];

        // Each directory asks the one above it once, however many files it has and however deep it is.
        TreePath? Innermost(TreePath directory)
        {
            var unknown = new Stack<TreePath>();
            TreePath? answer = null;
            for (var at = directory; !at.IsRoot && !innermost.TryGetValue(at, out answer); at = at.Parent)
            {
                unknown.Push(at);
                if (files.ContainsKey(at))
                {
                    answer = at;
                    break;
                }
            }

            while (unknown.TryPop(out var below))
            {
                innermost[below] = answer;
            }

            return answer;
        }
    }

    private static bool IsModule(TreePath directory)
    {
        var parent = directory.Parent;
        if (parent.Name.StartsWith('@'))
        {
            parent = parent.Parent;
        }

        return parent.Name == "node_modules" || DebianDirectories.Contains(parent.Value, StringComparer.Ordinal);
    }

    // "license": "MIT", or as of old { "type": "MIT" } and "licenses": [ … ], which offers a choice.
    private static string? License(JsonElement json)
    {
        if (json.Text("license") is { } license)
        {
            return license;
        }

        if (json.TryGetProperty("license", out var single) && single.Text("type") is { } type)
        {
            return type;
        }

        if (!json.TryGetProperty("licenses", out var several) || several.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        string[] names = [.. several.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString() : item.Text("type")).OfType<string>()];
        return names.Length == 0 ? null : names.Length == 1 ? names[0] : $"({string.Join(" OR ", names)})";
    }
}
