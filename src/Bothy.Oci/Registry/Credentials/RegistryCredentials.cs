using System.Collections.Immutable;

namespace Bothy.Oci.Registry.Credentials;

/// <summary>
/// The credentials that docker and podman keep: in <c>$REGISTRY_AUTH_FILE</c> alone where that is set; else in podman's
/// <c>auth.json</c>, then in docker's <c>config.json</c>, and in the helpers that they name. Files are read when they are first needed.
/// </summary>
public sealed class RegistryCredentials
{
    private readonly ImmutableArray<string> _paths;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Lazy<ImmutableArray<AuthFile>> _files;

    private RegistryCredentials(ImmutableArray<string> paths, IReadOnlyDictionary<string, string> environment)
    {
        _paths = paths;
        _environment = environment;
        _files = new(() => [.. paths.Select(AuthFile.TryRead).OfType<AuthFile>()]);
    }

    /// <summary>No credentials.</summary>
    public static RegistryCredentials None { get; } = new([], ImmutableDictionary<string, string>.Empty);

    /// <summary>The credentials of the user whose environment this is.</summary>
    /// <param name="environment">The variables; helpers run with them.</param>
    /// <param name="runtimeDirectory">Where podman keeps its file where <c>XDG_RUNTIME_DIR</c> is not set, such as <c>/run/containers/0</c>; null for none.</param>
    public static RegistryCredentials FromEnvironment(IReadOnlyDictionary<string, string> environment, string? runtimeDirectory)
    {
        ArgumentNullException.ThrowIfNull(environment);
        string? Variable(string name) => environment.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
        string? home = Variable("HOME");
        string? podman = Variable("XDG_RUNTIME_DIR") is { } runtime ? Path.Combine(runtime, "containers") : runtimeDirectory;
        string? configuration = Variable("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"));
        string? docker = Variable("DOCKER_CONFIG") ?? (home is null ? null : Path.Combine(home, ".docker"));
        string?[] paths = Variable("REGISTRY_AUTH_FILE") is { } only
            ? [Path.GetFullPath(only)]
            : [
                podman is null ? null : Path.Combine(podman, "auth.json"),
                configuration is null ? null : Path.Combine(configuration, "containers/auth.json"),
                docker is null ? null : Path.Combine(docker, "config.json"),
            ];
        return new([.. paths.OfType<string>()], environment);
    }

    /// <summary>Where a login is kept: in the file that is named, else in docker's, which all tools read and which outlives the session.</summary>
    public string? LoginFile => _paths.IsEmpty ? null : _paths[^1];

    /// <summary>Who to be in a repository of <paramref name="host"/>; null for nobody.</summary>
    /// <exception cref="BothyException">A file is damaged, or a helper does not do its work.</exception>
    public async Task<RegistryCredential?> FindAsync(string host, string repository, CancellationToken cancellationToken)
    {
        foreach (var file in _files.Value)
        {
            var found = file.HelperOf(host) is { } helper ? await Helper(helper).GetAsync(AuthFile.HelperKey(host), cancellationToken) : null;
            found ??= file.Find(host, repository);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Keeps a password, and says where.</summary>
    /// <exception cref="BothyException">There is no place for it, or it cannot be written.</exception>
    public async Task<string> SaveAsync(string host, RegistryCredential.Password password, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(password);
        var file = AuthFile.ReadOrNew(LoginFile ?? throw new BothyException($"cannot keep the credentials of {host}: there is neither HOME nor REGISTRY_AUTH_FILE"));
        if (file.HelperOf(host) is { } helper)
        {
            await Helper(helper).StoreAsync(AuthFile.HelperKey(host), password, cancellationToken);
            return "docker-credential-" + helper;
        }

        file.Set(host, password);
        file.Write();
        return file.Path;
    }

    /// <summary>Forgets what is kept for <paramref name="host"/>, everywhere, and says where that was.</summary>
    /// <exception cref="BothyException">It cannot be taken out.</exception>
    public async Task<ImmutableArray<string>> RemoveAsync(string host, CancellationToken cancellationToken)
    {
        var places = ImmutableArray.CreateBuilder<string>();
        foreach (var file in _files.Value)
        {
            if (file.HelperOf(host) is { } helper && await Helper(helper).EraseAsync(AuthFile.HelperKey(host), cancellationToken))
            {
                places.Add("docker-credential-" + helper);
            }

            if (file.Remove(host))
            {
                file.Write();
                places.Add(file.Path);
            }
        }

        return places.ToImmutable();
    }

    private CredentialHelper Helper(string name) => new(name, _environment);
}
