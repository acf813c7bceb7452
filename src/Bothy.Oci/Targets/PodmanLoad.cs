namespace Bothy.Oci.Targets;

/// <summary>Puts an image into podman's storage by <c>podman load</c>, which takes a layout as it is, and gives it its name.</summary>
internal static class PodmanLoad
{
    public static async Task RunAsync(StagedImage image, string name, CancellationToken cancellationToken)
    {
        string deed = $"write podman:{name}";
        string loaded = await PodmanProgram.RunAsync(deed, ["load", "--quiet", "--input", image.Directory], cancellationToken);

        // "Loaded image: NAME" or "Loaded image(s): NAME", as versions go.
        string reference = loaded.Trim().Split('\n')[^1] is var last && last.LastIndexOf(": ", StringComparison.Ordinal) is > 0 and var at ? last[(at + 2)..].Trim() : "";
        if (reference.Length == 0)
        {
            throw new BothyException($"cannot write podman:{name}: podman does not say what it loaded");
        }

        await PodmanProgram.RunAsync(deed, ["tag", reference, name], cancellationToken);

        // The name that podman made of the path of the layout.
        if (reference.Contains(Path.GetFileName(Path.GetDirectoryName(image.Directory)!).TrimStart('.'), StringComparison.Ordinal))
        {
            await PodmanProgram.RunAsync(deed, ["untag", reference, reference], cancellationToken);
        }
    }
}
