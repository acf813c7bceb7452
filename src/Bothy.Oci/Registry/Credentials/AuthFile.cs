using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bothy.Oci.Json;

namespace Bothy.Oci.Registry.Credentials;

/// <summary>A file of credentials by registry, as docker's <c>config.json</c> and podman's <c>auth.json</c> are (containers-auth.json(5)).</summary>
internal sealed class AuthFile
{
    private const int MaxSize = 4 << 20;

    // Docker keeps its own registry under the address of the service's first version, and its helpers know it by that name alone.
    private const string DockerHub = "docker.io";
    private const string DockerHubKey = "https://index.docker.io/v1/";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly JsonObject _content;

    private AuthFile(string path, JsonObject content)
    {
        Path = path;
        _content = content;
    }

    public string Path { get; }

    /// <summary>Reads the file; null where there is none or it is somebody else's.</summary>
    /// <exception cref="BothyException">It is not what it should be. The message says no more: there are secrets in it.</exception>
    public static AuthFile? TryRead(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists ? Parse(path, file.Length <= MaxSize ? File.ReadAllBytes(path) : throw Wrong(path)) : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException failure)
        {
            throw new BothyException($"cannot read the credentials in {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>The file, or an empty one to be written.</summary>
    public static AuthFile ReadOrNew(string path) => TryRead(path) ?? new AuthFile(path, []);

    /// <summary>The name that a helper knows <paramref name="host"/> by.</summary>
    public static string HelperKey(string host) => host == DockerHub ? DockerHubKey : host;

    /// <summary>The helper that keeps the credentials of <paramref name="host"/>; null where the file does itself.</summary>
    public string? HelperOf(string host) =>
        Text(_content["credHelpers"]?[host]) ?? Text(_content["credHelpers"]?[HelperKey(host)]) ?? Text(_content["credsStore"]);

    /// <summary>The credential in the file itself for a repository: that of the longest beginning of its name, else of the registry.</summary>
    public RegistryCredential? Find(string host, string repository)
    {
        if (_content["auths"] is not JsonObject auths)
        {
            return null;
        }

        for (string name = $"{host}/{repository}"; name.Contains('/', StringComparison.Ordinal); name = name[..name.LastIndexOf('/')])
        {
            if (Read(auths[name]) is { } credential)
            {
                return credential;
            }
        }

        return auths.Where(entry => HostOf(entry.Key) == host).Select(entry => Read(entry.Value)).FirstOrDefault(credential => credential is not null);
    }

    /// <summary>Keeps a password for <paramref name="host"/> in place of what was there.</summary>
    public void Set(string host, RegistryCredential.Password password)
    {
        Remove(host);
        if (_content["auths"] is not JsonObject auths)
        {
            _content["auths"] = auths = [];
        }

        auths[host == DockerHub ? DockerHubKey : host] = new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{password.UserName}:{password.Secret}")) };
    }

    /// <summary>Forgets what is kept for <paramref name="host"/> as a whole. False where there was nothing.</summary>
    public bool Remove(string host)
    {
        if (_content["auths"] is not JsonObject auths)
        {
            return false;
        }

        string[] keys = [.. auths.Select(entry => entry.Key).Where(key => HostOf(key) == host)];
        foreach (string key in keys)
        {
            auths.Remove(key);
        }

        return keys.Length > 0;
    }

    /// <summary>Writes the file, whole or not at all, for its owner alone.</summary>
    public void Write() => OutputFailure.Explain(Path, () =>
    {
        var file = new FileInfo(Path);
        string target = file.LinkTarget is null ? Path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        byte[] json = Encoding.UTF8.GetBytes(_content.ToJsonString(new JsonSerializerOptions { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1, NewLine = "\n" }) + "\n");
        AtomicFile.Write(target, Private, stream => stream.Write(json));
    });

    private static AuthFile Parse(string path, byte[] json)
    {
        try
        {
            return json.All(static value => value is (byte)' ' or (byte)'\n')
                ? new AuthFile(path, [])
                : new AuthFile(path, JsonNode.Parse(json, documentOptions: OciJson.ReaderOptions) as JsonObject ?? throw Wrong(path));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Wrong(path);
        }
    }

    private static BothyException Wrong(string path) => new($"cannot read the credentials in {path}: not the JSON it should be");

    private static string HostOf(string key)
    {
        int scheme = key.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? key : key[(scheme + 3)..];

        // Without a scheme a path is podman's way to name a part of a registry, and no other spelling of its host.
        string host = scheme < 0 ? rest : rest.Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
    }

    private static RegistryCredential? Read(JsonNode? entry)
    {
        if (Text(entry?["identitytoken"]) is { Length: > 0 } identity)
        {
            return new RegistryCredential.IdentityToken(identity);
        }

        if (Text(entry?["registrytoken"]) is { Length: > 0 } bearer)
        {
            return new RegistryCredential.BearerToken(bearer);
        }

        return TryDecode(Text(entry?["auth"]), out var password) ? password
            : Text(entry?["username"]) is { Length: > 0 } user && Text(entry?["password"]) is { } secret ? new RegistryCredential.Password(user, secret)
            : null;
    }

    private static bool TryDecode(string? auth, [NotNullWhen(true)] out RegistryCredential.Password? password)
    {
        password = null;
        byte[] bytes = new byte[auth?.Length ?? 0];
        if (string.IsNullOrEmpty(auth) || !Convert.TryFromBase64String(auth, bytes, out int count))
        {
            return false;
        }

        // Docker pads some with NULs.
        string text = Encoding.UTF8.GetString(bytes, 0, count).TrimEnd('\0');
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        password = colon > 0 ? new(text[..colon], text[(colon + 1)..]) : null;
        return password is not null;
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
