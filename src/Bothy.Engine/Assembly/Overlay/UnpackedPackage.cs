using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages;

namespace Bothy.Engine.Assembly.Overlay;

/// <summary>A package as assembling sees it: its files, and what it says about them.</summary>
internal abstract class UnpackedPackage
{
    protected UnpackedPackage(PackageContents contents)
    {
        Contents = contents;
        Origin = new Origin.Package(Id.Name, Id.Version, Id.Architecture);
    }

    public PackageContents Contents { get; }

    public PackageId Id => Contents.Id;

    public string Name => Id.Name;

    public Origin.Package Origin { get; }

    /// <summary>The names of packages that it depends on.</summary>
    public abstract IEnumerable<string> Dependencies { get; }

    /// <summary>A control file as text; null where the package has none of that name.</summary>
    public string? Text(string name) =>
        Contents.Control.TryGetValue(name, out var bytes) ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>The lines of a control file without those that are empty.</summary>
    public IEnumerable<string> Lines(string name) =>
        (Text(name) ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
