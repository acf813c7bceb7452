using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bothy.Transfer;

/// <summary>Single requests with everything but repetition: the queue of each host, redirects, credentials, proxies.</summary>
internal sealed class HttpTransport : IDisposable
{
    private const long LargeBody = 1 << 20;

    private readonly TransferContext _context;
    private readonly HttpClient _client;
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _hosts = new(StringComparer.OrdinalIgnoreCase);

    public HttpTransport(TransferContext context)
    {
        _context = context;
        _client = new HttpClient(CreateHandler(context.Settings)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Sends a GET, follows redirects, and returns the last answer whatever its status.</summary>
    public Task<HttpExchange> GetAsync(Uri address, Action<HttpRequestHeaders> prepare, CancellationToken cancellationToken) =>
        FollowAsync(
            address,
            at =>
            {
                var request = CreateRequest(at, original: address);
                prepare(request.Headers);
                return request;
            },
            cancellationToken);

    /// <summary>Sends one request and returns the answer whatever its status; the last one, where a GET or HEAD is redirected.</summary>
    public async Task<HttpExchange> SendAsync(TransferRequest asked, CancellationToken cancellationToken)
    {
        if (asked.Method == HttpMethod.Get || asked.Method == HttpMethod.Head)
        {
            return await FollowAsync(asked.Address, at => CreateRequest(asked, at), cancellationToken);
        }

        using var request = CreateRequest(asked, asked.Address);
        return await HttpExchange.SendAsync(_client, request, Slot(asked.Address), _context, cancellationToken);
    }

    private async Task<HttpExchange> FollowAsync(Uri address, Func<Uri, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        var at = address;
        for (int redirects = 0; ; redirects++)
        {
            using var request = create(at);
            // A slot per server and not one for the whole chain: two servers that redirect to each other would wait for each other.
            var exchange = await HttpExchange.SendAsync(_client, request, Slot(at), _context, cancellationToken);
            if (exchange.Response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
            {
                return exchange;
            }

            using (exchange)
            {
                if (redirects == _context.Settings.MaxRedirects)
                {
                    throw TransferFailure.Permanent(address, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"more than {redirects} redirects"));
                }

                at = Target(at, exchange.Response.Headers.Location);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static Uri Target(Uri from, Uri? location)
    {
        if (location is null || !Uri.TryCreate(from, location, out var to) || to.Scheme is not ("http" or "https"))
        {
            throw TransferFailure.Permanent(from, "it is redirected to nowhere");
        }

        if (from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp)
        {
            throw TransferFailure.Permanent(from, $"it is redirected to {Address.Shown(to)}, which is not encrypted");
        }

        return to;
    }

    private HttpRequestMessage CreateRequest(Uri at, Uri original)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, at);
        // What the address itself says is for its own server only, and nobody else may name credentials by redirecting to them.
        var credential = Address.SameServer(at, original) ? UserInfo.Of(original) : null;
        credential ??= _context.Settings.Credentials.Find(at);
        if (credential is not null)
        {
            string token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", token);
        }

        request.Headers.TryAddWithoutValidation("User-Agent", _context.Settings.UserAgent);
        return request;
    }

    private HttpRequestMessage CreateRequest(TransferRequest asked, Uri at)
    {
        var request = new HttpRequestMessage(asked.Method, at) { Content = asked.Body is { } body ? new UploadContent(body, at) : null };
        request.Headers.TryAddWithoutValidation("User-Agent", _context.Settings.UserAgent);
        foreach (var (name, value) in asked.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (Address.SameServer(at, asked.Address))
        {
            request.Headers.Authorization = asked.Authorization;
        }

        // Who refuses says so before a large body is on its way, which would break the connection and lose the reason.
        request.Headers.ExpectContinue = asked.Body?.Length >= LargeBody ? true : null;
        return request;
    }

    private SemaphoreSlim Slot(Uri address) =>
        _hosts.GetOrAdd(address.Authority, static (_, count) => new SemaphoreSlim(count, count), _context.Settings.MaxConnectionsPerHost);

    private static SocketsHttpHandler CreateHandler(TransferSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = settings.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            UseCookies = false,
            UseProxy = settings.Proxy.Http is not null || settings.Proxy.Https is not null,
            Proxy = new WebProxyAdapter(settings.Proxy),
        };
        if (settings.Connect is { } connect)
        {
            handler.ConnectCallback = (context, cancellationToken) => connect(context.DnsEndPoint, cancellationToken);
        }

        if (settings.ClientCertificate is { } own)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, host, _, _, _) => own(host)!;
        }

        if (settings.AuthorityFiles.Length > 0)
        {
            var authorities = LoadAuthorities(settings.AuthorityFiles);
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsSignedBy(authorities, certificate, chain));
        }

        return handler;
    }

    private static X509Certificate2Collection LoadAuthorities(IEnumerable<string> files)
    {
        var authorities = new X509Certificate2Collection();
        foreach (string file in files)
        {
            try
            {
                authorities.ImportFromPemFile(file);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new BothyException($"cannot read the certificate authorities in {file}: {FileFailure.Reason(failure)}", failure);
            }
        }

        return authorities;
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? presented)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(leaf);
    }
}
