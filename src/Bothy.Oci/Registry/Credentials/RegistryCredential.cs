namespace Bothy.Oci.Registry.Credentials;

/// <summary>Who to be towards a registry. Its text is no secret: it does not say it.</summary>
public abstract record RegistryCredential
{
    private RegistryCredential()
    {
    }

    /// <summary>A user's name and password, or what the registry gives out in their place.</summary>
    public sealed record Password(string UserName, string Secret) : RegistryCredential;

    /// <summary>A refresh token, to be exchanged at the registry's token service (docker's <c>identitytoken</c>).</summary>
    public sealed record IdentityToken(string Secret) : RegistryCredential;

    /// <summary>A token to be shown to the registry as it is (docker's <c>registrytoken</c>).</summary>
    public sealed record BearerToken(string Secret) : RegistryCredential;

    /// <inheritdoc />
    public sealed override string ToString() => GetType().Name;
}
