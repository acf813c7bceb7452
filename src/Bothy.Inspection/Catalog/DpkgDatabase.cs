using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Catalog;

/// <summary>
/// Reads dpkg's record of what is installed: <c>status</c> with the lists below <c>info</c>, and the files below <c>status.d</c>, which stand for it in distroless images.
/// </summary>
internal sealed class DpkgDatabase(FileTree tree, FileOwners owners, ImmutableArray<string>.Builder warnings)
{
    private const string SumsSuffix = ".md5sums";
    private const int MostTold = 10;

    private static readonly TreePath Root = TreePath.Parse("var/lib/dpkg");

    private readonly List<InstalledPackage> _packages = [];
    private readonly Dictionary<TreePath, (TreePath To, string By)> _diversions = [];

    /// <summary>The packages, in the order of the database.</summary>
    public IReadOnlyList<InstalledPackage> Read()
    {
        ReadDiversions();
        ReadStatus();
        ReadStatusDirectory();
        return _packages;
    }

    private void ReadStatus()
    {
        var path = Root.Append("status");
        foreach (var paragraph in Paragraphs(path))
        {
            if (IsInstalled(paragraph) && Add(paragraph, path) is { } package)
            {
                string both = $"{package.Name}:{package.Architecture}";
                string? name = new[] { both, package.Name }.FirstOrDefault(name => Exists(Root.Append($"info/{name}.list")) || Exists(Root.Append($"info/{name}{SumsSuffix}")));
                if (name is not null && !OwnListed(package, Root.Append($"info/{name}.list"), listed => listed))
                {
                    OwnListed(package, Root.Append($"info/{name}{SumsSuffix}"), OfSum);
                }
            }
        }
    }

    private void ReadStatusDirectory()
    {
        if (tree.Follow(Root.Append("status.d")) is not { } directory)
        {
            return;
        }

        foreach (var file in tree.Entries.Where(entry => entry.Path.Parent == directory && entry.Content is not null))
        {
            if (file.Path.Name.EndsWith(SumsSuffix, StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var paragraph in Paragraphs(file.Path))
            {
                if (Add(paragraph, file.Path) is { } package)
                {
                    // A file is called as its package, or by some shorter name.
                    var sums = directory.Append(package.Name + SumsSuffix);
                    OwnListed(package, Exists(sums) ? sums : directory.Append(file.Path.Name + SumsSuffix), OfSum);
                }
            }
        }
    }

    private InstalledPackage? Add(Deb822Paragraph paragraph, TreePath database)
    {
        var package = DpkgStanza.ToPackage(paragraph, database, warnings);
        if (package is not null)
        {
            _packages.Add(package);
        }

        return package;
    }

    // What is removed but for its configuration has no files.
    private static bool IsInstalled(Deb822Paragraph paragraph) =>
        paragraph["Status"] is not { } status || status.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [.., "not-installed" or "config-files"];

    private ImmutableArray<Deb822Paragraph> Paragraphs(TreePath path) =>
        DatabaseReading.Try(() => DatabaseReading.ReadFile(tree, path) is { } bytes ? Read(bytes, path) : null, warnings)?.Paragraphs ?? [];

    // The packages beside one that is damaged are there all the same.
    private Deb822Document Read(byte[] bytes, TreePath path)
    {
        int left = 0;
        var document = Deb822Document.ParsePart(bytes, path.ToString(), (line, failure) =>
        {
            if (++left <= MostTold)
            {
                warnings.Add(FormattableString.Invariant($"cannot read the package of {path} from line {line} on, which is left out: {failure.Problem}"));
            }
        });
        if (left > MostTold)
        {
            warnings.Add(FormattableString.Invariant($"cannot read {left - MostTold} more packages of {path}, which are left out"));
        }

        return document;
    }

    private bool OwnListed(InstalledPackage package, TreePath list, Func<string, string?> pathOf)
    {
        if (DatabaseReading.Try(() => DatabaseReading.ReadFile(tree, list), warnings) is not { } bytes)
        {
            return false;
        }

        owners.MarkListed(package);
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pathOf(line) is { } text && TreePath.TryParse(text.TrimStart('/'), null, out var path))
            {
                bool diverted = _diversions.TryGetValue(path, out var diversion) && diversion.By != package.Name;
                owners.Add(diverted ? diversion.To : path, package);
            }
        }

        return true;
    }

    // "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x"
    private static string? OfSum(string line) => line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? line[space..].TrimStart(' ', '*') : null;

    private bool Exists(TreePath path) => tree.Find(path) is { Content: not null };

    // Three lines each: from where, to where, and whose file stays (a colon: nobody's).
    private void ReadDiversions()
    {
        var path = Root.Append("diversions");
        if (DatabaseReading.Try(() => DatabaseReading.ReadFile(tree, path), warnings) is not { } bytes)
        {
            return;
        }

        foreach (string[] lines in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Chunk(3))
        {
            if (lines is [var from, var to, var by] && TreePath.TryParseRooted(from, out var source) && TreePath.TryParseRooted(to, out var target))
            {
                _diversions[source] = (target, by);
            }
            else
            {
                warnings.Add($"cannot read all of {path}: '{lines[0]}' is not a diversion");
                return;
            }
        }
    }
}
