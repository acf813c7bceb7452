using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>The lines of apk's installed database as an image to build on has it (apk-package(5), "Installed database"), a package each.</summary>
internal sealed class InstalledText
{
    private readonly ImmutableArray<Stanza> _stanzas;

    private InstalledText(ImmutableArray<Stanza> stanzas) => _stanzas = stanzas;

    /// <summary>The stanzas, in their order.</summary>
    public IEnumerable<(string Name, string Version, string Checksum)> Packages => _stanzas.Select(static stanza => (stanza.Name, stanza.Version, stanza.Checksum));

    /// <summary>Reads the text of a database.</summary>
    public static InstalledText Parse(byte[] text) => new(
    [
        .. Encoding.UTF8.GetString(text)
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(static stanza => new Stanza([.. stanza.Split('\n', StringSplitOptions.RemoveEmptyEntries)]))
            .Where(static stanza => stanza.Name.Length > 0),
    ]);

    /// <summary>The database that <paramref name="contents"/> has; null where it has none.</summary>
    public static InstalledText? Of(ImageContents contents) =>
        contents.Packages.FirstOrDefault(static package => package.System == PackageSystem.Apk) is { } first && contents.Tree.Find(first.Database)?.Content is { } content
            ? Parse(content.ReadAll())
            : null;

    /// <summary>The checksums of the files that <paramref name="package"/> installed, by their paths as it listed them.</summary>
    public IReadOnlyDictionary<TreePath, ApkChecksum> Sums(string package)
    {
        var sums = new Dictionary<TreePath, ApkChecksum>();
        foreach (var (path, lines) in _stanzas.FirstOrDefault(stanza => stanza.Name == package)?.Files() ?? [])
        {
            if (lines.FirstOrDefault(static line => line.StartsWith("Z:", StringComparison.Ordinal)) is { } line && ApkChecksum.TryParse(line[2..], null, out var sum))
            {
                sums[path] = sum;
            }
        }

        return sums;
    }

    /// <summary>The stanzas of packages that stay, by name: without the files that are another package's now, or gone.</summary>
    /// <param name="stays">Whether the package of a name stays.</param>
    /// <param name="has">Whether the package of a name still has the file at a path, as it listed it.</param>
    public IEnumerable<(string Name, string Text)> Kept(Func<string, bool> stays, Func<string, TreePath, bool> has) =>
        _stanzas.Where(stanza => stays(stanza.Name)).Select(stanza => (stanza.Name, stanza.Without(path => !has(stanza.Name, path))));

    private sealed class Stanza
    {
        private readonly ImmutableArray<string> _lines;

        public Stanza(ImmutableArray<string> lines)
        {
            _lines = lines;
            Name = Value("P:");
            Version = Value("V:");
            Checksum = Value("C:");
        }

        public string Name { get; }

        public string Version { get; }

        public string Checksum { get; }

        /// <summary>The files with the lines about them.</summary>
        public IEnumerable<(TreePath Path, ImmutableArray<string> Lines)> Files() =>
            Groups().Where(static group => group.Path is not null).Select(static group => (group.Path!.Value, group.Lines));

        /// <summary>The text without the files of which <paramref name="gone"/> says so, ending in an empty line.</summary>
        public string Without(Func<TreePath, bool> gone)
        {
            var text = new StringBuilder();
            foreach (var (_, lines) in Groups().Where(group => group.Path is not { } path || !gone(path)))
            {
                text.AppendJoin('\n', lines).Append('\n');
            }

            return text.Append('\n').ToString();
        }

        // A file's line begins a group that ends at the next file or directory; all else has no path.
        private IEnumerable<(TreePath? Path, ImmutableArray<string> Lines)> Groups()
        {
            string directory = "";
            TreePath? path = null;
            var group = ImmutableArray.CreateBuilder<string>();
            foreach (string line in _lines)
            {
                bool isFile = line.StartsWith("R:", StringComparison.Ordinal);
                bool isDirectory = line.StartsWith("F:", StringComparison.Ordinal);
                if ((isFile || isDirectory) && group.Count > 0)
                {
                    yield return (path, group.DrainToImmutable());
                }

                directory = isDirectory ? line[2..] : directory;
                path = isDirectory ? null : isFile ? (TreePath.TryParse($"{directory}/{line[2..]}".TrimStart('/'), null, out var file) ? file : null) : path;
                group.Add(line);
            }

            yield return (path, group.DrainToImmutable());
        }

        private string Value(string field) => _lines.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?[field.Length..] ?? "";
    }
}
