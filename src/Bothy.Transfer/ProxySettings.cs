using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Bothy.Transfer;

/// <summary>Which proxy to go through for which server, as <c>http_proxy</c>, <c>https_proxy</c>, <c>all_proxy</c> and <c>no_proxy</c> say.</summary>
public sealed record ProxySettings
{
    /// <summary>No proxies.</summary>
    public static ProxySettings None { get; } = new();

    /// <summary>The proxy for http, or null.</summary>
    public Uri? Http { get; init; }

    /// <summary>The proxy for https, or null.</summary>
    public Uri? Https { get; init; }

    /// <summary>
    /// Servers to reach directly: a host, which stands for the hosts below it too, with or without a leading dot; an address;
    /// a network such as <c>10.0.0.0/8</c>; each optionally with a port; or <c>*</c>.
    /// </summary>
    public ImmutableArray<string> Except { get; init; } = [];

    /// <summary>Reads the variables from <paramref name="environment"/>; the lower-case names win over the upper-case ones.</summary>
    /// <exception cref="BothyException">A proxy is not an http address.</exception>
    public static ProxySettings FromEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return new ProxySettings
        {
            Http = Parse("http_proxy") ?? Parse("all_proxy"),
            Https = Parse("https_proxy") ?? Parse("all_proxy"),
            Except = [.. (Value("no_proxy") ?? "").Split((char[])[',', ' '], StringSplitOptions.RemoveEmptyEntries)],
        };

        string? Value(string name) =>
            environment.GetValueOrDefault(name) is { Length: > 0 } lower ? lower
            : environment.GetValueOrDefault(name.ToUpperInvariant()) is { Length: > 0 } upper ? upper
            : null;

        Uri? Parse(string name)
        {
            if (Value(name) is not { } text)
            {
                return null;
            }

            string full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
            return Uri.TryCreate(full, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https"
                ? proxy
                // Without the value: it may hold a password.
                : throw new BothyException($"cannot use {name}: it is not an http address") { Hint = $"Set {name} to an address such as http://proxy.example:3128, or unset it." };
        }
    }

    /// <summary>The proxy to reach <paramref name="address"/> through, or null for a direct connection.</summary>
    public Uri? For(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var proxy = address.Scheme == Uri.UriSchemeHttps ? Https : Http;
        return proxy is null || Except.Any(except => Covers(except, address)) ? null : proxy;
    }

    private static bool Covers(string except, Uri address)
    {
        if (except == "*")
        {
            return true;
        }

        string host = address.IdnHost;
        if (IPAddress.TryParse(host, out var ip))
        {
            return IPNetwork.TryParse(except, out var network) ? network.Contains(ip)
                : IPEndPoint.TryParse(except, out var point) && point.Address.Equals(ip) && (point.Port == 0 || point.Port == address.Port);
        }

        int colon = except.LastIndexOf(':');
        if (colon >= 0)
        {
            if (!int.TryParse(except.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port != address.Port)
            {
                return false;
            }

            except = except[..colon];
        }

        except = except.TrimStart('*').TrimStart('.');
        return except.Length > 0
            && host.EndsWith(except, StringComparison.OrdinalIgnoreCase)
            && (host.Length == except.Length || host[^(except.Length + 1)] == '.');
    }
}

/// <summary>The settings in the shape that the platform's handler asks for.</summary>
internal sealed class WebProxyAdapter(ProxySettings settings) : IWebProxy
{
    // The handler asks for credentials by the proxy's address, after the proxy has asked for them.
    public ICredentials? Credentials { get; set; } = new UserInfoCredentials(settings);

    public Uri? GetProxy(Uri destination) => settings.For(destination);

    public bool IsBypassed(Uri host) => settings.For(host) is null;

    private sealed class UserInfoCredentials(ProxySettings settings) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) =>
            new[] { settings.Http, settings.Https }
                .Where(proxy => proxy is { UserInfo.Length: > 0 } && Address.SameServer(proxy, uri))
                .Select(proxy => UserInfo.Of(proxy!))
                .FirstOrDefault();
    }
}

/// <summary>The <c>user:password@</c> of an address.</summary>
internal static class UserInfo
{
    public static NetworkCredential? Of(Uri address)
    {
        if (address.UserInfo.Length == 0)
        {
            return null;
        }

        string[] parts = address.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? ""));
    }
}
