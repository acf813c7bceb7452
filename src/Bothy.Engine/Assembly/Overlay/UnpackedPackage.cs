using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Deb822;
using Bothy.Formats.Trees;
using Bothy.Packages;
using Bothy.Packages.Debian;

namespace Bothy.Engine.Assembly.Overlay;

/// <summary>A Debian package as assembling sees it: its files and the fields of its stanza that decide about them.</summary>
internal sealed class UnpackedPackage
{
    public UnpackedPackage(PackageContents contents)
    {
        Contents = contents;
        Origin = new Origin.Package(Id.Name, Id.Version, Id.Architecture);
        if (contents.Control.TryGetValue("control", out var control))
        {
            Stanza = Deb822Document.Parse(control.Span, $"the control file of {Id}").Paragraphs.FirstOrDefault();
        }

        Version = DebianVersion.Parse(Id.Version);
        Replaces = RelationField.ParseFlat(Stanza?["Replaces"] ?? "");
        Provides = RelationField.ParseFlat(Stanza?["Provides"] ?? "");
    }

    public PackageContents Contents { get; }

    public PackageId Id => Contents.Id;

    public string Name => Id.Name;

    public Origin.Package Origin { get; }

    public DebianVersion Version { get; }

    /// <summary>The control paragraph; null in a package that has none.</summary>
    public Deb822Paragraph? Stanza { get; }

    public bool IsMultiArchSame => Stanza?["Multi-Arch"] == "same";

    public ImmutableArray<Relation> Replaces { get; }

    private ImmutableArray<Relation> Provides { get; }

    /// <summary>dpkg names the control files of a package that may be installed for several architectures with its own.</summary>
    public string DatabaseName => IsMultiArchSame ? $"{Name}:{Id.Architecture}" : Name;

    /// <summary>A control file as text; null where the package has none of that name.</summary>
    public string? Text(string name) =>
        Contents.Control.TryGetValue(name, out var bytes) ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>The lines of a control file without those that are empty.</summary>
    public IEnumerable<string> Lines(string name) =>
        (Text(name) ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Whether this package may take over files of <paramref name="other"/> (Debian policy 7.6.1).</summary>
    public bool MayReplace(UnpackedPackage other) =>
        Replaces.Any(relation =>
            (relation.Name == other.Name && relation.Admits(other.Version))
            || (relation.Operator == RelationOperator.Any && other.Provides.Any(provided => provided.Name == relation.Name)));
}
