using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>Finds what somebody asks about: a path, a package or a library.</summary>
public sealed partial class SubjectFinder(ImageContents contents, PackageGraph graph, ImageOrigins origins)
{
    private const int MostPlaces = 20;
    private const int MostContaining = 5;

    private EffectSources? _sources;

    private EffectSources Sources => _sources ??= new EffectSources(contents.Tree, origins, graph.Packages.Select(static package => package.Id).Concat(contents.Packages.Select(static package => package.Id)));

    /// <summary>Whether <paramref name="what"/> names a vulnerability or a notice of some, which are not found in an image but in advisories.</summary>
    public static bool IsVulnerability(string what) => Vulnerability().IsMatch(what);

    /// <summary>What <paramref name="what"/> means in the image.</summary>
    /// <exception cref="BothyException">Nothing there is called that; the hint names what is near.</exception>
    public Subject Find(string what)
    {
        ArgumentNullException.ThrowIfNull(what);
        return (what.Contains('/', StringComparison.Ordinal) ? null : FindPackage(what) ?? FindLibrary(what) ?? FindFile(what)) ?? FindPath(what) ?? throw Unknown(what);
    }

    private Subject? FindPackage(string what)
    {
        PackageId[] named = [.. PackagesNamed(what)];
        if (named.Length == 0)
        {
            named = [.. graph.Edges.Where(edge => edge.Provides == what).Select(static edge => edge.To).Distinct().Order()];
        }

        return named.Length == 0 ? null : new Subject(SubjectKind.Package, what, [], [.. named])
        {
            Others = [.. FilesNamed(what).Take(MostPlaces).Select(static entry => $"the file /{entry.Path.Value}")],
        };
    }

    // "name", and "name:architecture" as dpkg writes it.
    private IEnumerable<PackageId> PackagesNamed(string what)
    {
        string[] parts = what.Split(':');
        return graph.Packages.Select(static package => package.Id)
            .Concat(contents.Packages.Select(static package => package.Id))
            .Where(id => id.Name == what || (parts.Length == 2 && id.Name == parts[0] && id.Architecture == parts[1]))
            .Distinct()
            .Order();
    }

    private Subject? FindLibrary(string what)
    {
        if (!what.Contains(".so", StringComparison.Ordinal))
        {
            return null;
        }

        var users = new SortedSet<string>(StringComparer.Ordinal);
        var places = new List<TreeEntry>();
        foreach (var entry in contents.Tree.Entries.Where(static entry => entry.Kind is EntryKind.File or EntryKind.SymbolicLink))
        {
            var elf = entry.Content is null ? null : TryReadElf(entry);
            if (entry.Path.Name == what || elf?.SoName == what)
            {
                places.Add(entry);
            }

            if (elf is not null && elf.Needed.Contains(what, StringComparer.Ordinal))
            {
                users.Add(origins.PackageOf(entry.Path)?.Name ?? $"/{entry.Path.Value}");
            }
        }

        return places.Count == 0 ? null : Of(SubjectKind.Library, what, places) with { NeededBy = [.. users] };
    }

    private Subject? FindFile(string what)
    {
        TreeEntry[] found = [.. FilesNamed(what).Take(MostPlaces)];
        return found.Length == 0 ? null : Of(SubjectKind.Path, what, found);
    }

    private Subject? FindPath(string what)
    {
        if (!TreePath.TryParse(what.TrimStart('/'), null, out var path) || path.IsRoot || contents.Tree.Follow(path, last: false) is not { } real || !contents.Tree.TryGet(real, out var entry))
        {
            return null;
        }

        // A link has an origin of its own, and what it leads to another.
        var places = new List<TreeEntry> { entry };
        if (entry.Kind == EntryKind.SymbolicLink && contents.Tree.Find(real) is { } target && target.Path != real)
        {
            places.Add(target);
        }

        if (entry.Kind == EntryKind.HardLink && contents.Tree.Find(real) is { } first)
        {
            places.Add(first);
        }

        var subject = Of(SubjectKind.Path, what, places);
        return entry.Kind == EntryKind.Directory ? subject with { Packages = PackagesBelow(real) } : subject;
    }

    // A directory is there for what is in it.
    private ImmutableArray<PackageId> PackagesBelow(TreePath directory) =>
    [
        .. contents.Tree.Entries
            .Where(entry => entry.Kind != EntryKind.Directory && entry.Path.Value.StartsWith(directory.Value + "/", StringComparison.Ordinal))
            .Select(entry => origins.PackageOf(entry.Path))
            .OfType<PackageId>()
            .Distinct()
            .Order(),
    ];

    private Subject Of(SubjectKind kind, string name, IReadOnlyCollection<TreeEntry> entries)
    {
        ImmutableArray<SubjectPlace> places = [.. entries.Select(PlaceOf)];
        return new Subject(kind, name, places, [.. entries.Select(entry => origins.PackageOf(entry.Path)).OfType<PackageId>().Concat(places.SelectMany(static place => place.MadeOf)).Distinct().Order()]);
    }

    private SubjectPlace PlaceOf(TreeEntry entry)
    {
        var origin = entry.Kind == EntryKind.Directory ? null : origins.Of(entry.Path);
        return new SubjectPlace(entry.Path, entry, origin, contents.LayerOf(entry.Path)) { MadeOf = origin is Origin.Effect effect ? Sources.Of(entry, effect) : [] };
    }

    // dpkg's records are called as their packages are.
    private IEnumerable<TreeEntry> FilesNamed(string name) => contents.Tree.Entries.Where(entry =>
        entry.Kind != EntryKind.Directory && entry.Path.Name == name && !entry.Path.Value.StartsWith("var/lib/dpkg/", StringComparison.Ordinal));

    private static Formats.Elf.ElfFacts? TryReadElf(TreeEntry entry)
    {
        try
        {
            return entry.Content!.ReadElf(entry.Path.ToString());
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }

    private BothyException Unknown(string what)
    {
        string[] containing = [.. NearName.Containing(what, PackageNames()).Take(MostContaining)];
        string? misspelt = containing.Length > 0 ? null : NearName.Find(what, PackageNames());
        (string Kind, string? Name)[] near =
        [
            .. containing.Select(static name => ("package", (string?)name)),
            ("package", misspelt),
            ("path", what.Contains('/', StringComparison.Ordinal) ? NearPath(what) : null),
            ("file", what.Contains('/', StringComparison.Ordinal) ? null : NearFile(what)),
        ];
        string[] meant = [.. near.Where(static one => one.Name is not null).Select(static one => $"the {one.Kind} '{VisibleText.Of(one.Name!)}'")];
        return new BothyException($"cannot tell why '{what}' is there: the image has no {(what.Contains('/', StringComparison.Ordinal) ? "such path" : "package, library or file of that name")}")
        {
            Hint = meant.Length > 0 ? $"Did you mean {string.Join(" or ", meant)}?" : "Ask for a path (/usr/bin/curl), a package (curl) or a library (libssl.so.3); 'bothy tree' lists what there is.",
        };
    }

    private IEnumerable<string> PackageNames() => graph.Packages.Select(static package => package.Id.Name).Concat(contents.Packages.Select(static package => package.Name)).Distinct(StringComparer.Ordinal);

    // Among its siblings where its directory is there: comparing with every path of an image would take long and mean little.
    private string? NearPath(string what)
    {
        int slash = what.TrimEnd('/').LastIndexOf('/');
        string directory = what[..slash].Trim('/');
        var real = TreePath.TryParse(directory, null, out var path) ? contents.Tree.Follow(path) : null;
        string? sibling = real is { } parent ? NearName.Find(what.TrimEnd('/')[(slash + 1)..], contents.Tree.Entries.Where(entry => entry.Path.Parent == parent && !entry.Path.IsRoot).Select(static entry => entry.Path.Name)) : null;
        return sibling is not null ? $"/{(directory.Length > 0 ? directory + "/" : "")}{sibling}"
            : FilesNamed(what.TrimEnd('/')[(slash + 1)..]).FirstOrDefault() is { } elsewhere ? $"/{elsewhere.Path.Value}"
            : null;
    }

    private string? NearFile(string what) =>
        NearName.Find(what, contents.Tree.Entries.Where(static entry => entry.Kind != EntryKind.Directory).Select(static entry => entry.Path.Name).Distinct(StringComparer.Ordinal));

    [GeneratedRegex("^(CVE-[0-9]{4}-|GHSA-|DSA-[0-9]|DLA-[0-9]|GO-[0-9]{4}-|PYSEC-[0-9]{4}-|RUSTSEC-[0-9]{4}-)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Vulnerability();
}
