using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Bothy.Oci.Reading;

/// <summary>Which image of an index is meant.</summary>
public static class PlatformChoice
{
    /// <summary>The platform of this machine, as Linux containers run on it.</summary>
    public static Platform OfMachine { get; } = new("linux", RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.X86 => "386",
        Architecture.Arm64 => "arm64",
        Architecture.Arm or Architecture.Armv6 => "arm",
        var other => other.ToString().ToLowerInvariant(),
    });

    /// <summary>
    /// The image for <paramref name="wanted"/>, or for this machine where it is null; a single image is meant by everybody who does not say otherwise.
    /// </summary>
    /// <exception cref="BothyException">There is none; the hint lists those that there are.</exception>
    public static Descriptor Choose(string name, ImmutableArray<Descriptor> manifests, Platform? wanted)
    {
        var images = ImagesOf(manifests).ToArray();
        if (wanted is null && images is [var only])
        {
            return only;
        }

        var platform = wanted ?? OfMachine;
        return images.FirstOrDefault(image => image.Platform == platform)
            ?? images.FirstOrDefault(image => image.Platform is { } offered && Fits(offered, platform))
            ?? throw new BothyException($"cannot find {platform} in {name}: {(images.Length == 0 ? "it lists no image" : "it is for other platforms")}")
            {
                Hint = images.Length == 0 ? null : $"It has: {string.Join(", ", images.Select(image => image.Platform?.ToString() ?? "an image without a platform"))}. Choose one with --platform.",
            };
    }

    /// <summary>The images among <paramref name="manifests"/>: what builders attach to an index, such as provenance, says that it is for no platform at all.</summary>
    internal static IEnumerable<Descriptor> ImagesOf(ImmutableArray<Descriptor> manifests) =>
        manifests.Where(static manifest => manifest.Platform is not { Os: "unknown" } && manifest.ArtifactType is null);

    /// <summary>Whether an image for <paramref name="offered"/> is what somebody means who says <paramref name="wanted"/>.</summary>
    public static bool Fits(Platform offered, Platform wanted) =>
        offered.Os == wanted.Os
        && offered.Architecture == wanted.Architecture
        && (wanted.Variant is null || Variant(offered) == Variant(wanted));

    // containerd's normalisation: the first variant of an architecture is the one that goes without saying.
    private static string? Variant(Platform platform) => (platform.Architecture, platform.Variant) switch
    {
        ("arm64", "v8" or "8") => null,
        ("amd64", "v1") => null,
        ("arm", null) => "v7",
        (_, var variant) => variant,
    };
}
