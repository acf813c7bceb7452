using System.Text;
using Bothy.Engine.Assembly.Bases;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>dpkg's record as an image to build on has it, and what of it stays when packages give way to other versions.</summary>
internal sealed class DpkgRecord(BaseFiles files)
{
    private const string Root = "var/lib/dpkg/";

    private static readonly TreePath Diverted = TreePath.Parse(Root + "diversions");
    private static readonly TreePath Overrides = TreePath.Parse(Root + "statoverride");
    private static readonly TreePath Triggers = TreePath.Parse(Root + "triggers");

    /// <summary>Where the record of all packages is.</summary>
    public static TreePath Status { get; } = TreePath.Parse(Root + "status");

    /// <summary>The diversions, as they are written.</summary>
    public IEnumerable<(TreePath From, TreePath To, string Package)> Diversions()
    {
        foreach (string[] lines in Lines(Diverted).Chunk(3))
        {
            if (lines is [var from, var to, var package] && TreePath.TryParseRooted(from, out var source) && TreePath.TryParseRooted(to, out var target))
            {
                yield return (source, target, package);
            }
        }
    }

    /// <summary>The overrides of owners and modes, a line each.</summary>
    public IEnumerable<string> StatOverrides() => Lines(Overrides);

    /// <summary>The paragraphs of <c>status</c> without those of packages that go, by package name: also of packages of which only the configuration is left.</summary>
    /// <exception cref="MalformedDataException">It cannot be read.</exception>
    public IEnumerable<(string Name, string Text)> Paragraphs() => files.Original.Find(Status)?.Content is { } content
        ? Deb822Document.Parse(content.ReadAll(), $"{Status} of the base").Paragraphs
            .Where(paragraph => paragraph["Package"] is not null && !files.Replaced.Any(package => package.Name == paragraph["Package"] && package.Architecture == (paragraph["Architecture"] ?? "")))
            .Select(static paragraph => (paragraph["Package"]!, paragraph + "\n"))
        : [];

    /// <summary>Takes what is recorded of packages that go out of <paramref name="tree"/>.</summary>
    public void RemoveReplaced(FileTree tree)
    {
        foreach (var package in files.Replaced)
        {
            foreach (var entry in tree.Entries.Where(entry => IsOf(package, entry.Path)).ToList())
            {
                tree.Remove(entry.Path);
            }
        }
    }

    /// <summary>The interests in triggers of packages that stay, a line each, by the name of their file below <c>triggers</c>.</summary>
    public IEnumerable<(string File, string Line)> Interests()
    {
        foreach (var entry in files.Original.Entries.Where(static entry => entry.Path.Parent == Triggers && entry.Kind == EntryKind.File))
        {
            foreach (string line in Lines(entry.Path).Where(line => !files.Replaced.Any(package => IsInterestOf(package, line))))
            {
                yield return (entry.Path.Name, line);
            }
        }
    }

    /// <summary>The sum of a configuration file as the package that goes shipped it, in MD5; null where nothing tells.</summary>
    public static string? ShippedSum(InstalledPackage package, TreePath path) => ConfigurationFiles(package)
        .Where(file => file.Path == path)
        .Select(static file => file.Sum)
        .FirstOrDefault();

    /// <summary>The configuration files of a package, each with the sum of what the package shipped.</summary>
    public static IEnumerable<(TreePath Path, string Sum)> ConfigurationFiles(InstalledPackage package)
    {
        foreach (string line in package.Stanza?.Find("Conffiles")?.Lines ?? [])
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [var name, var sum, ..] && TreePath.TryParseRooted(name, out var path))
            {
                yield return (path, sum);
            }
        }
    }

    // The database of a package in the small form, with its sums; of dpkg's own form the files below info.
    private static bool IsOf(InstalledPackage package, TreePath path)
    {
        if (package.Database != Status)
        {
            return path == package.Database || path.Value == package.Database.Value + ".md5sums" || path.Value == $"{package.Database.Parent.Value}/{package.Name}.md5sums";
        }

        int dot = path.Name.LastIndexOf('.');
        return dot > 0 && path.Parent.Value == Root + "info" && (path.Name[..dot] == package.Name || path.Name[..dot] == $"{package.Name}:{package.Architecture}");
    }

    private static bool IsInterestOf(InstalledPackage package, string line)
    {
        string who = line[(line.LastIndexOf(' ') + 1)..].Split('/')[0];
        return who == package.Name || who == $"{package.Name}:{package.Architecture}";
    }

    private string[] Lines(TreePath path) => files.Original.Find(path)?.Content is { } content
        ? Encoding.UTF8.GetString(content.ReadAll()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        : [];
}
