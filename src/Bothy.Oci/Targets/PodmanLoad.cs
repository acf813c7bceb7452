namespace Bothy.Oci.Targets;

/// <summary>Puts an image into podman's storage by <c>podman load</c>, which takes a layout as it is, and gives it its name.</summary>
internal static class PodmanLoad
{
    public static async Task RunAsync(StagedImage image, string name, CancellationToken cancellationToken)
    {
        string deed = $"write podman:{name}";

        // podman makes a name of the path, which has to be one: hence a relative path, of a directory that is called so that nobody else's image is.
        string directory = Path.GetFileName(image.Directory);
        string made = "localhost/" + directory;
        await PodmanProgram.RunAsync(deed, ["load", "--quiet", "--input", directory], Path.GetDirectoryName(image.Directory)!, cancellationToken);
        try
        {
            await PodmanProgram.RunAsync(deed, ["tag", made, name], cancellationToken);
        }
        finally
        {
            await PodmanProgram.RunAsync(deed, ["untag", made, made], CancellationToken.None);
        }
    }
}
