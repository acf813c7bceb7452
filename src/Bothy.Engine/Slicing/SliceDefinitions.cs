using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Slicing;

/// <summary>Finds the slice definitions of an image file.</summary>
internal static class SliceDefinitions
{
    /// <summary>
    /// The release that <paramref name="spec"/> names under <c>contents.slices</c>, or the one that came with the image that is built again; null where it
    /// names none.
    /// </summary>
    /// <exception cref="BothyException">It cannot be read, or is none.</exception>
    public static SliceRelease? Open(ImageSpec spec, BuildSettings settings)
    {
        if (spec.Contents.Slices is not { } directory)
        {
            return null;
        }

        if (settings.Slices is { } attached)
        {
            return attached;
        }

        string path = settings.PathBeside(spec, directory.Value);
        var release = SliceRelease.Open(path, directory.Value.TrimEnd('/'));
        settings.Trace?.AddDirectories([path.TrimEnd('/'), .. Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories)]);
        return release;
    }
}
