using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>
/// Whether compiled modules and wheels are for the Python that is in the image. What a Python takes is told by the names of its own
/// modules in <c>lib-dynload</c>: <c>.cpython-312-x86_64-linux-musl.so</c>.
/// </summary>
internal sealed partial class PythonFindings(CheckSubject subject, ImageLoaders loaders, FindingList findings)
{
    private const int MaxWheel = 1 << 16;

    private readonly SortedDictionary<int, HashSet<string>> _tags = [];

    public void Add()
    {
        var modules = new List<(TreeEntry Entry, string Name, string Tag)>();
        var wheels = new List<TreeEntry>();
        foreach (var entry in subject.Tree.Entries.Where(static entry => entry.Kind == EntryKind.File))
        {
            if (entry.Path.Name.EndsWith(".so", StringComparison.Ordinal) && ModulePattern().Match(entry.Path.Name) is { Success: true } match)
            {
                Note(entry, match.Groups["tag"].Value);
                modules.Add((entry, match.Groups["name"].Value, match.Groups["tag"].Value));
            }
            else if (entry.Path.Name == "WHEEL" && entry.Path.Parent.Name.EndsWith(".dist-info", StringComparison.Ordinal))
            {
                wheels.Add(entry);
            }
        }

        if (_tags.Count == 0)
        {
            return;
        }

        foreach (var group in modules.GroupBy(static module => (module.Entry.Path.Parent, module.Name)))
        {
            AddModule([.. group.Select(static module => (module.Entry, module.Tag))]);
        }

        foreach (var wheel in wheels)
        {
            AddWheel(wheel);
        }
    }

    private static int? VersionOf(TreePath path) =>
        DirectoryPattern().Match(path.Value) is { Success: true } match && int.TryParse(match.Groups["minor"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int minor) ? minor : null;

    private static string NumberOf(string tag) => tag.Split('-')[1];

    private void Note(TreeEntry entry, string tag)
    {
        if (entry.Path.Parent.Name == "lib-dynload" && VersionOf(entry.Path) is { } minor)
        {
            (_tags.TryGetValue(minor, out var tags) ? tags : _tags[minor] = new HashSet<string>(StringComparer.Ordinal)).Add(tag);
        }
    }

    // A directory of one version is looked at by that alone, any other by all.
    private int[] Seeing(TreePath path) => VersionOf(path) is { } minor ? _tags.ContainsKey(minor) ? [minor] : [] : [.. _tags.Keys];

    // The same module may be there for several versions, as Debian's are.
    private void AddModule(List<(TreeEntry Entry, string Tag)> variants)
    {
        int[] seeing = Seeing(variants[0].Entry.Path);
        if (seeing.Length == 0 || variants.Exists(variant => variant.Tag == "abi3" || seeing.Any(minor => _tags[minor].Contains(variant.Tag))))
        {
            return;
        }

        string expected = _tags[seeing[^1]].Order(StringComparer.Ordinal).First();
        foreach (var (entry, tag) in variants)
        {
            string reason = NumberOf(tag) != NumberOf(expected)
                ? $"is for CPython {Readable(NumberOf(tag))}, and the image has {string.Join(" and ", seeing.Select(static minor => FormattableString.Invariant($"3.{minor}")))}: it cannot be imported"
                : $"is for '{tag}', and the image's Python takes '{expected}': it cannot be imported";
            string hint = tag.EndsWith("-gnu", StringComparison.Ordinal) && expected.EndsWith("-musl", StringComparison.Ordinal) ? "Install the 'musllinux' wheel."
                : tag.EndsWith("-musl", StringComparison.Ordinal) && expected.EndsWith("-gnu", StringComparison.Ordinal) ? "Install the 'manylinux' wheel."
                : "Install its build for the image's Python.";
            findings.Add("python-module", findings.IsApplication(entry) ? Severity.Error : Severity.Note, entry, reason, hint);
        }
    }

    private void AddWheel(TreeEntry entry)
    {
        int[] seeing = Seeing(entry.Path);
        if (seeing.Length == 0 || entry.Content is not { Length: <= MaxWheel } content)
        {
            return;
        }

        var libc = loaders.Has(LoaderFamily.Musl) == loaders.Has(LoaderFamily.Glibc) ? LoaderFamily.Unknown
            : loaders.Has(LoaderFamily.Musl) ? LoaderFamily.Musl
            : LoaderFamily.Glibc;
        string[] tags =
        [
            .. Encoding.UTF8.GetString(content.ReadAll(MaxWheel)).Split('\n')
                .Where(static line => line.StartsWith("Tag:", StringComparison.Ordinal))
                .Select(static line => line[4..].Trim()),
        ];
        if (tags.Length == 0 || Array.Exists(tags, tag => PythonTag.FitsPlatform(tag, libc, subject.Platform) && Array.Exists(seeing, minor => PythonTag.FitsPython(tag, minor))))
        {
            return;
        }

        string name = entry.Path.Parent.Name[..^".dist-info".Length];
        bool isLibc = !Array.Exists(tags, tag => tag.Split('-')[^1].Split('.').Any(platform => PythonTag.FitsLibc(platform, libc)));
        string problem = isLibc ? $"this image has {LibcNames.Of(libc)}"
            : Array.Exists(tags, tag => PythonTag.FitsPlatform(tag, libc, subject.Platform)) ? $"this image has Python {string.Join(" and ", seeing.Select(static minor => FormattableString.Invariant($"3.{minor}")))}"
            : $"this image is for {subject.Platform}";
        findings.Add(
            "python-wheel",
            findings.IsApplication(entry) ? Severity.Error : Severity.Note,
            entry,
            $"the wheel {name} is for {tags[0]}, and {problem}",
            isLibc ? $"Install its '{(libc == LoaderFamily.Musl ? "musllinux" : "manylinux")}' wheel." : "Install it with the image's own Python.");
    }

    private static string Readable(string number) => number.Length > 1 ? $"{number[0]}.{number[1..]}" : number;

    [GeneratedRegex(@"^(?<name>[^.]+)\.(?<tag>abi3|cpython-3\d+[a-z]*(-[A-Za-z0-9_-]+)?)\.so$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ModulePattern();

    [GeneratedRegex(@"(^|/)python3\.(?<minor>\d{1,3})(/|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DirectoryPattern();
}
