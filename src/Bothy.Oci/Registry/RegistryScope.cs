namespace Bothy.Oci.Registry;

/// <summary>What a request is for: the repository, the words for it, and what has to be allowed (distribution's "Token Scope Documentation").</summary>
/// <param name="Repository">The repository; empty for the registry as a whole.</param>
/// <param name="Text">The scopes, divided by spaces.</param>
/// <param name="Deed">What is being done, for messages: "cannot …".</param>
internal sealed record RegistryScope(string Repository, string Text, string Deed)
{
    public static RegistryScope Pull(ImageReference image) => new(image.Repository, $"repository:{image.Repository}:pull", $"pull {image}");

    public static RegistryScope Push(ImageReference image) => new(image.Repository, $"repository:{image.Repository}:pull,push", $"push {image}");

    /// <summary>Pushing to <paramref name="image"/> what another repository of the same registry has already.</summary>
    public static RegistryScope Mount(ImageReference image, string from) => Push(image).With($"repository:{from}:pull");

    public static RegistryScope Login(string host) => new("", "", $"log in to {host}");

    private RegistryScope With(string scope) => this with { Text = $"{Text} {scope}" };
}
