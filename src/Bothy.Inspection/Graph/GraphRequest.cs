using System.Collections.Immutable;
using Bothy.Packages;

namespace Bothy.Inspection.Graph;

/// <summary>Who wants a package that no other package brings.</summary>
public enum RequestKind
{
    /// <summary>The image file names it.</summary>
    ImageFile,

    /// <summary>The image's own <c>etc/apk/world</c> names it.</summary>
    World,

    /// <summary>The image that this one is built on has it.</summary>
    Base,

    /// <summary>Nothing recorded names it, and no package that is there needs it; so somebody must have asked for it.</summary>
    Unneeded,
}

/// <summary>A reason of its own for packages to be in the image.</summary>
/// <param name="Kind">Whose words they are.</param>
/// <param name="Text">The request in those words; with <see cref="RequestKind.Unneeded"/> the package's name.</param>
/// <param name="Packages">What it brought; several only where packages that nothing else needs hold each other.</param>
public sealed record GraphRequest(RequestKind Kind, string Text, ImmutableArray<PackageId> Packages);
