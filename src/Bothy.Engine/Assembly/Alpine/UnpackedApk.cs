using System.Collections.Immutable;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Inspection.Catalog;
using Bothy.Packages;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>An apk package with its description, what its index said of it, and where its files came to be.</summary>
internal sealed class UnpackedApk : UnpackedPackage
{
    private readonly ImmutableArray<ApkDependency> _replaces;
    private readonly ApkVersion _version;

    public UnpackedApk(PackageContents contents, ApkPackageFacts facts)
        : base(contents)
    {
        Facts = facts;
        Info = contents.Control.TryGetValue(ApkPkgInfo.FileName, out var text)
            ? ApkPkgInfo.Parse(text.Span, $"{ApkPkgInfo.FileName} of {Id}")
            : throw new BothyException($"cannot assemble {Id}: it has no {ApkPkgInfo.FileName}");
        _version = ApkVersion.Any(Id.Version);
        _replaces = [.. Info.Replaces.Select(static one => ApkDependency.TryParse(one, null, out var parsed) ? parsed : default).Where(static one => one.Name is not null)];
    }

    public ApkPackageFacts Facts { get; }

    public ApkPkgInfo Info { get; }

    /// <summary>What the package put into the tree, in the order of its archive.</summary>
    public List<ApkPlacedEntry> Placed { get; } = [];

    public override IEnumerable<string> Dependencies =>
        Info.Depends.Select(static one => ApkDependency.TryParse(one, null, out var parsed) ? parsed.Name : one);

    /// <summary>
    /// Whether this package, installed after <paramref name="other"/>, takes over a file of it: true where it does, false where the other
    /// keeps its file, null where neither may. The later of two packages of one origin takes over; else the one that replaces the other,
    /// and of two that replace each other the one with the higher priority, or the later.
    /// </summary>
    public bool? TakesOver(UnpackedApk other)
    {
        if (Info.Origin.Length > 0 && Info.Origin == other.Info.Origin)
        {
            return true;
        }

        bool replaces = Replaces(other);
        bool isReplaced = other.Replaces(this);
        return (replaces, isReplaced) switch
        {
            (false, false) => null,
            (true, true) => Info.ReplacesPriority >= other.Info.ReplacesPriority,
            _ => replaces,
        };
    }

    /// <summary>The same for a package of the image to build on, which was installed first.</summary>
    public bool? TakesOver(InstalledPackage other)
    {
        if (Info.Origin.Length > 0 && Info.Origin == other.SourceName)
        {
            return true;
        }

        var version = ApkVersion.Any(other.Version);
        bool replaces = _replaces.Any(one => !one.Conflict && one.Name == other.Name && one.Admits(version));
        bool isReplaced = other.Apk?.Replaces.Any(one => !one.Conflict && one.Name == Name && one.Admits(_version)) == true;
        return replaces ? true : isReplaced ? false : null;
    }

    private bool Replaces(UnpackedApk other) =>
        _replaces.Any(one => !one.Conflict && one.Name == other.Name && one.Admits(other._version));
}
