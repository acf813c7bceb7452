using System.Collections.Frozen;
using System.Collections.Immutable;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages;
using Bothy.Packages.Debian;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Assembly.Debian;

/// <summary>A Debian package with the fields of its stanza that decide about its files.</summary>
internal sealed class UnpackedDeb : UnpackedPackage
{
    // What a script would do was decided by who defined the slices: theirs stand in its place.
    private static readonly FrozenSet<string> OfSlices = FrozenSet.ToFrozenSet(["control", "md5sums", "conffiles", "shlibs", "symbols"], StringComparer.Ordinal);

    private HashSet<TreePath>? _configurationFiles;

    /// <summary>A whole package.</summary>
    public UnpackedDeb(PackageContents contents)
        : base(contents)
    {
        if (contents.Control.TryGetValue("control", out var control))
        {
            Stanza = Deb822Document.Parse(control.Span, $"the control file of {Id}").Paragraphs.FirstOrDefault();
        }

        Version = DebianVersion.Parse(Id.Version);
        Replaces = RelationField.ParseFlat(Stanza?["Replaces"] ?? "");
        Provides = RelationField.ParseFlat(Stanza?["Provides"] ?? "");
    }

    /// <summary>What <paramref name="cut"/> has of a package, without the package's scripts.</summary>
    public UnpackedDeb(PackageContents contents, SliceCut cut, IEnumerable<SliceName> slices)
        : this(contents with { Tree = cut.Tree, Control = contents.Control.RemoveRange(contents.Control.Keys.Where(static name => !OfSlices.Contains(name))) }) =>
        Slices = [.. slices.Select(static slice => slice.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>The slices that are all there is of it, sorted; empty where it is whole.</summary>
    public ImmutableArray<string> Slices { get; } = [];

    /// <summary>Whether only some of its slices are there.</summary>
    public bool IsSliced => !Slices.IsEmpty;

    public DebianVersion Version { get; }

    /// <summary>The control paragraph; null in a package that has none.</summary>
    public Deb822Paragraph? Stanza { get; }

    public bool IsMultiArchSame => Stanza?["Multi-Arch"] == "same";

    public ImmutableArray<Relation> Replaces { get; }

    public override IEnumerable<string> Dependencies =>
        new[] { Stanza?["Pre-Depends"], Stanza?["Depends"] }
            .SelectMany(static text => RelationField.Parse(text ?? ""))
            .SelectMany(static group => group.Alternatives)
            .Select(static relation => relation.Name);

    private ImmutableArray<Relation> Provides { get; }

    /// <summary>dpkg names the control files of a package that may be installed for several architectures with its own.</summary>
    public string DatabaseName => IsMultiArchSame ? $"{Name}:{Id.Architecture}" : Name;

    /// <summary>Whether the file at <paramref name="path"/> is one that administrators may change.</summary>
    public bool IsConfigurationFile(TreePath path) => (_configurationFiles ??=
        [.. Lines("conffiles").Select(static line => TreePath.TryParseRooted(line, out var file) ? file : TreePath.Root)]).Contains(path);

    /// <summary>Whether this package may take over files of <paramref name="other"/>, a package of the image to build on.</summary>
    public bool MayReplace(InstalledPackage other) =>
        Replaces.Any(relation =>
            (relation.Name == other.Name && DebianVersion.TryParse(other.Version, null, out var version) && relation.Admits(version))
            || (relation.Operator == RelationOperator.Any && other.Dpkg?.Provides.Any(provided => provided.Name == relation.Name) == true));

    /// <summary>Whether <paramref name="other"/>, a package of the image to build on, keeps its files where <paramref name="package"/> has them too.</summary>
    public static bool MayReplace(InstalledPackage other, UnpackedDeb package) =>
        RelationField.ParseFlat(other.Stanza?["Replaces"] ?? "").Any(relation =>
            (relation.Name == package.Name && relation.Admits(package.Version))
            || (relation.Operator == RelationOperator.Any && package.Provides.Any(provided => provided.Name == relation.Name)));

    /// <summary>Whether this package may take over files of <paramref name="other"/> (Debian policy 7.6.1).</summary>
    public bool MayReplace(UnpackedDeb other) =>
        Replaces.Any(relation =>
            (relation.Name == other.Name && relation.Admits(other.Version))
            || (relation.Operator == RelationOperator.Any && other.Provides.Any(provided => provided.Name == relation.Name)));
}
