using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Parts;

namespace Bothy.Engine.Bases;

/// <summary>Whether the packages of an image file go with the image that it builds on.</summary>
internal static class BaseFit
{
    /// <summary>Refuses what is of another distribution, and so made for other libraries.</summary>
    /// <param name="spec">The image file.</param>
    /// <param name="image">The image to build on.</param>
    /// <param name="distribution">Whose packages the repositories have, by the name of <c>ID</c> in os-release(5); null where they do not tell.</param>
    /// <param name="library">The C library that they are made for; null where they do not tell.</param>
    /// <param name="release">Their release: <c>bookworm</c>, <c>v3.19</c>; null where they do not tell.</param>
    /// <exception cref="BothyException">They do not go together; the message says why.</exception>
    public static void Check(ImageSpec spec, BaseImage image, string? distribution, CLibraryKind? library, string? release)
    {
        var wanted = spec.Contents.IsAlpine ? PackageSystem.Apk : PackageSystem.Dpkg;
        if (image.System is { } system && system != wanted)
        {
            throw Refuse($"its packages are {NameOf(system)}'s, and the repositories of {spec.FileName} have {NameOf(wanted)}'s");
        }

        var libraries = CLibrary.Of(image.Contents.Tree, static _ => null);
        if (library is { } needed && libraries.Length > 0 && !libraries.Any(one => one.Kind == needed))
        {
            throw Refuse($"it has {(needed == CLibraryKind.Musl ? "glibc" : "musl")}, and the packages of {spec.FileName} are made for {(needed == CLibraryKind.Musl ? "musl" : "glibc")}");
        }

        if (image.Contents.Release is not { } said)
        {
            return;
        }

        if (distribution is not null && said.Id != distribution && !said.IdLike.Contains(distribution, StringComparer.Ordinal))
        {
            throw Refuse($"it is {said.PrettyName}, and the repositories of {spec.FileName} are those of {distribution}");
        }

        if (release is not null && ReleaseOf(said) is { } own && own != release)
        {
            throw Refuse($"it is {said.PrettyName} ({own}), and the repositories of {spec.FileName} are those of {release}");
        }

        BothyException Refuse(string reason) => new($"cannot build on {image.Name}: {reason}")
        {
            Hint = "An image draws its packages from one release of one distribution: change 'contents.repositories', or take another base.",
        };
    }

    // Derivatives have codenames of their own, which no repository of what they derive from has. Alpine's edge has no release's number.
    private static string? ReleaseOf(OsRelease said) => said.Id switch
    {
        "alpine" => said.VersionId?.Split('.') is [var major, var minor, ..] && !minor.Contains('_', StringComparison.Ordinal) ? $"v{major}.{minor}" : null,
        "debian" or "ubuntu" => said.VersionCodename,
        _ => null,
    };

    private static string NameOf(PackageSystem system) => system == PackageSystem.Apk ? "apk" : "dpkg";
}
