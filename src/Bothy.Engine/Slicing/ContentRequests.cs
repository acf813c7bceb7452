using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Slicing;

/// <summary>What an image file asks for, parted into packages and slices.</summary>
/// <param name="Packages">Requests for whole packages, in the file's order.</param>
/// <param name="Slices">Requests for slices, in the file's order.</param>
internal sealed record ContentRequests(ImmutableArray<string> Packages, ImmutableArray<SliceName> Slices)
{
    /// <summary>Parts <paramref name="requests"/>. No name of a Debian package has an underscore, so one that has is a slice's where <paramref name="spec"/> names definitions.</summary>
    /// <exception cref="BothyException">One of them is meant to be a slice, and no name of one.</exception>
    public static ContentRequests Of(ImageSpec spec, ImmutableArray<string> requests)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var isSlice = requests.ToLookup(request => spec.Contents.Slices is not null && request.Contains('_', StringComparison.Ordinal));
        return new ContentRequests([.. isSlice[false]], [.. isSlice[true].Select(request => Parse(request, spec))]);
    }

    private static SliceName Parse(string request, ImageSpec spec) => SliceName.TryParse(request, null, out var name)
        ? name
        : throw new BothyException($"cannot ask for '{request}' ({spec.Contents.Packages.First(package => package.Value == request).Mark}): it is not the name of a slice")
        {
            Hint = "A slice is PACKAGE_SLICE, in lower case and without a version: the package's is what the repositories have.",
        };
}
