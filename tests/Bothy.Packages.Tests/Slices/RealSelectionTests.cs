using System.Text;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices;

namespace Bothy.Packages.Tests.Slices;

/// <summary>
/// Selections of a real release over packages that are made of the paths it names, beside what a program in Python that knows chisel's rules and nothing
/// of ours, with PyYAML and regular expressions, makes of the same.
/// </summary>
public sealed class RealSelectionTests
{
    private const string Rules = """
        import json, os, re, sys, yaml
        question = json.load(sys.stdin)
        files = {}
        for name in os.listdir(question["slices"]):
            with open(os.path.join(question["slices"], name)) as file:
                sdf = yaml.load(file, Loader=yaml.BaseLoader)
            files[sdf["package"]] = sdf

        def slice_of(name):
            package, _, own = name.partition("_")
            return package, files[package]["slices"][own] or {}

        def closed(requests):
            chosen, pending = set(), list(requests)
            while pending:
                name = pending.pop()
                if name in chosen:
                    continue
                chosen.add(name)
                package, said = slice_of(name)
                pending += files[package].get("essential", []) + said.get("essential", [])
            return chosen

        def regex(pattern):
            parts = re.split(r"(\*\*|\*|\?)", pattern)
            meaning = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
            return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)

        def answer(arch, chosen):
            tree, named = {}, {}
            for name in sorted(chosen):
                package, said = slice_of(name)
                shipped = question["packages"][package]
                for path, rule in (said.get("contents") or {}).items():
                    rule = rule or {}
                    if "generate" in rule or arch not in ([rule["arch"]] if isinstance(rule.get("arch"), str) else rule.get("arch", [arch])):
                        continue
                    if "make" in rule:
                        got = {path: rule.get("mode", "0755")}
                    elif "text" in rule:
                        got = {path: rule.get("mode", "0644")}
                    elif "symlink" in rule:
                        got = {path.rstrip("/"): "-> " + rule["symlink"]}
                    elif "copy" in rule:
                        got = {path: rule.get("mode", shipped[rule["copy"]])}
                    elif re.search(r"[*?]", path):
                        match = regex(path)
                        got = {each: mode for each, mode in shipped.items() if match.fullmatch(each)}
                    else:
                        got = {path: rule.get("mode", shipped[path])}
                    for each, mode in got.items():
                        tree[each] = mode
                        named.setdefault(each, set()).add(name)
                        parent = os.path.dirname(each.rstrip("/"))
                        while parent != "/":
                            tree.setdefault(parent + "/", shipped.get(parent + "/", "0755"))
                            named.setdefault(parent + "/", set())
                            parent = os.path.dirname(parent)
            for path in sorted(tree):
                mode = tree[path] if tree[path].startswith("->") else "%04o" % int(tree[path], 8)
                print(path, mode, ",".join(sorted(named[path])), sep=" ")

        for each in question["selections"]:
            answer(each["arch"], closed(each["requests"]))
            print()
        """;

    private static string Directory => Path.Combine(RealData.Directory, "configs", "chisel-24.04");

    [RequiresFact(Needs.Data, Needs.Judges + ":python3")]
    public void Give_the_trees_that_chisels_rules_give()
    {
        var release = SliceRelease.Open(Directory);
        var packages = release.PackageNames.ToDictionary(static name => name, name => Shipped(release.Package(name)!), StringComparer.Ordinal);
        var selections = new List<object>();
        var actual = new StringBuilder();
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            foreach (string[] requests in Requests(release))
            {
                SliceSelection selection;
                try
                {
                    selection = SliceSelection.Select(release, requests.Select(static name => SliceName.Parse(name)), architecture);
                }
                catch (SliceReleaseException missing) when (missing.Findings.All(static finding => finding.Mistake == SliceMistake.UnknownReference))
                {
                    // The release here is a part of the real one.
                    continue;
                }

                selections.Add(new { arch = architecture, requests });
                actual.Append(Dump(selection, packages)).Append('\n');
            }
        }

        string question = JsonSerializer.Serialize(new
        {
            slices = Path.Combine(Directory, "slices"),
            selections,
            packages = packages.ToDictionary(static each => each.Key, static each => each.Value.Entries.ToDictionary(Name, static entry => Convert.ToString(entry.Mode, 8))),
        });
        Assert.Equal(Judge.Run("python3", ["-c", Rules], Encoding.UTF8.GetBytes(question)).Succeeded().Output, actual.ToString());
        Assert.True(selections.Count >= 16, $"only {selections.Count} selections are whole");
    }

    [RequiresFact(Needs.Data)]
    public void The_certificates_are_bundled_by_their_own_script()
    {
        var release = SliceRelease.Open(Directory);
        var selection = SliceSelection.Select(release, [SliceName.Parse("ca-certificates_data-with-certs"), SliceName.Parse("base-passwd_data")], "amd64");
        var cuts = selection.Packages.Select(name => selection.Cut(name, FilesIn(Shipped(release.Package(name)!), "usr/share/ca-certificates/mozilla"))).ToList();
        var tree = new FileTree();
        foreach (var entry in cuts.SelectMany(static cut => cut.Tree.Entries))
        {
            tree.Set(entry);
        }

        var outcome = SliceMutation.Run(selection, cuts, tree, CancellationToken.None);

        Assert.NotEmpty(outcome.Written);
        Assert.DoesNotContain(outcome.Removed, static path => path.Value.Contains("mozilla", StringComparison.Ordinal)); // the other slice keeps the certificates
        foreach (var (path, before) in outcome.Written)
        {
            Assert.True(tree.TryGet(path, out var entry));
            Assert.NotEqual(before, entry.Content!.Digest);
            Assert.DoesNotContain("FIXME", Encoding.UTF8.GetString(entry.Content.ReadAll()), StringComparison.Ordinal);
        }
    }

    // The certificates lie side by side: the script reads everything that is in their directory.
    private static FileTree FilesIn(FileTree tree, string directory)
    {
        var place = TreePath.Parse(directory);
        foreach (var entry in tree.Entries.Where(entry => entry.Path.IsAtOrBelow(place) && (entry.Path.Parent != place || entry.Kind == EntryKind.Directory) && entry.Path != place).ToList())
        {
            tree.Remove(entry.Path);
        }

        return tree;
    }

    // Every slice of some packages alone, and a few together.
    private static IEnumerable<string[]> Requests(SliceRelease release) =>
        release.ReadablePackages()
            .Where(static package => package.Name is "openssl" or "base-files" or "python3" or "bash" or "tzdata")
            .SelectMany(static package => package.Slices.Select(static slice => new[] { slice.Name.ToString() }))
            .Append(["ca-certificates_data", "base-files_base", "bash_bins"])
            .Append(["libc6_libs", "libssl3t64_libs", "zlib1g_libs", "base-passwd_data"]);

    private static string Dump(SliceSelection selection, Dictionary<string, FileTree> packages)
    {
        var entries = new Dictionary<TreePath, (TreeEntry Entry, SortedSet<SliceName> Slices)>();
        foreach (var cut in selection.Packages.SelectMany(name => selection.Cut(name, packages[name]).Entries))
        {
            if (!entries.TryGetValue(cut.Entry.Path, out var known) || (known.Slices.Count == 0 && cut.Slices.Length > 0))
            {
                entries[cut.Entry.Path] = known = (cut.Entry, []);
            }

            known.Slices.UnionWith(cut.Slices);
        }

        return string.Concat(entries.Values
            .Select(static each => (Path: Name(each.Entry), Line: $"{Name(each.Entry)} {Mode(each.Entry)} {string.Join(',', each.Slices.Select(static name => name.ToString()).Order(StringComparer.Ordinal))}\n"))
            .OrderBy(static each => each.Path, StringComparer.Ordinal)
            .Select(static each => each.Line));
    }

    private static string Mode(TreeEntry entry) =>
        entry.Kind == EntryKind.SymbolicLink ? $"-> {entry.LinkTarget}" : Convert.ToString(entry.Mode, 8).PadLeft(4, '0');

    private static string Name(TreeEntry entry) => entry.Kind == EntryKind.Directory ? $"{entry.Path}/" : entry.Path.ToString();

    // What the definitions name, with a file for each pattern, files that nobody names, and modes that tell one path from another.
    private static FileTree Shipped(SlicePackage package)
    {
        var tree = new FileTree();
        var origin = new Origin.Package(package.Name, "1", "amd64");
        var paths = package.Slices.SelectMany(static slice => slice.Contents).Where(static rule => rule.IsFromPackage).Select(static rule => rule.CopyOf ?? rule.Path)
            .SelectMany(static path => new[] { path.Replace("**", "one/two", StringComparison.Ordinal), path.Replace("**", "three", StringComparison.Ordinal) })
            .Select(static path => path.Replace("*-linux-*", "x86_64-linux-gnu", StringComparison.Ordinal).Replace("*", "0.1", StringComparison.Ordinal).Replace('?', '7'))
            .SelectMany(static path => path.EndsWith('/') ? new[] { path } : [path, path + "-unnamed"])
            .Append($"/usr/share/doc/{package.Name}/changelog.gz");
        foreach (string path in paths.Distinct(StringComparer.Ordinal))
        {
            var place = TreePath.Parse(path.Trim('/'));
            for (var parent = place.Parent; !parent.IsRoot; parent = parent.Parent)
            {
                tree.Set(TreeEntry.Directory(parent, origin, parent.Value.Length % 3 == 0 ? 0b111_000_000 : TreeEntry.DefaultDirectoryMode));
            }

            if (!tree.Contains(place))
            {
                tree.Set(path.EndsWith('/')
                    ? TreeEntry.Directory(place, origin, 0b111_101_000)
                    : TreeEntry.File(place, FileContent.Of($"{path}: x:0:0\n"), origin, path.Length % 2 == 0 ? 0b111_101_101 : 0b110_100_100));
            }
        }

        return tree;
    }
}
