using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Bothy.Transfer;

/// <summary>How a <see cref="TransferClient"/> behaves; the defaults suit a public mirror.</summary>
public sealed record TransferSettings
{
    /// <summary>The <c>User-Agent</c> of every request.</summary>
    public string UserAgent { get; init; } = "bothy";

    /// <summary>How many requests run against one host at a time; further ones wait.</summary>
    public int MaxConnectionsPerHost { get; init; } = 4;

    /// <summary>How long opening a connection may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a server may stay silent, before its answer or in the middle of it.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is repeated after a failure that may pass; a download that made progress starts counting anew.</summary>
    public int RetryCount { get; init; } = 4;

    /// <summary>The delay before the first repetition; each further one doubles, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay between repetitions, also where a server's <c>Retry-After</c> asks for more.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many redirects one request follows.</summary>
    public int MaxRedirects { get; init; } = 10;

    /// <summary>The proxies to go through.</summary>
    public ProxySettings Proxy { get; init; } = ProxySettings.None;

    /// <summary>PEM files of certificate authorities trusted in addition to the machine's.</summary>
    public ImmutableArray<string> AuthorityFiles { get; init; } = [];

    /// <summary>The certificate to show a host that asks for one, by its name; null for none.</summary>
    public Func<string, X509Certificate2?>? ClientCertificate { get; init; }

    /// <summary>Who to be towards which server.</summary>
    public NetrcCredentials Credentials { get; init; } = NetrcCredentials.None;

    /// <summary>Refuse everything that is not a local file.</summary>
    public bool Offline { get; init; }

    /// <summary>Opens the connection to a server or proxy; null for TCP with the machine's resolver.</summary>
    public Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? Connect { get; init; }
}
