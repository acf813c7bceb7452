using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Bothy.Transfer;

/// <summary>Turns what can go wrong on the way into sentences, and tells what may pass from what will not.</summary>
internal static class TransferFailure
{
    public const string OtherSizeHint = "The mirror may be in the middle of an update; try again later.";

    public static BothyException Permanent(Uri address, string reason, string? hint = null, Exception? inner = null) =>
        new($"cannot fetch {Address.Shown(address)}: {reason}", inner) { Hint = hint };

    public static TransientException Transient(Uri address, string reason, string? hint = null, Exception? inner = null, TimeSpan? retryAfter = null) =>
        new($"cannot fetch {Address.Shown(address)}: {reason}", inner) { Hint = hint, RetryAfter = retryAfter };

    public static NotFoundException NotFound(Uri address, string reason, string? hint = null, Exception? inner = null) =>
        new($"cannot fetch {Address.Shown(address)}: {reason}", inner) { Hint = hint };

    public static BothyException Cut(Uri address, Exception? inner = null) =>
        Transient(address, "the connection was closed before the end", inner: inner);

    public static BothyException Silent(Uri address, TimeSpan timeout) =>
        Transient(address, string.Create(CultureInfo.InvariantCulture, $"the server sent nothing for {timeout.TotalSeconds:0.#} seconds"));

    public static BothyException OfStatus(HttpExchange exchange, DateTimeOffset now) => OfStatus(exchange.Address, exchange.Response, now);

    public static BothyException OfStatus(Uri address, HttpResponseMessage response, DateTimeOffset now)
    {
        int code = (int)response.StatusCode;
        string reason = $"the server says {Name(response.StatusCode)}";
        return code switch
        {
            408 or 429 or >= 500 => Transient(address, reason, "The server has a problem of its own; try again later, or use another mirror.", retryAfter: After(response.Headers.RetryAfter, now)),
            404 or 410 => NotFound(address, reason, StatusHint(response.StatusCode)),
            _ => Permanent(address, reason, StatusHint(response.StatusCode)),
        };
    }

    public static BothyException OfRequest(Uri address, HttpRequestException failure, Uri? proxy)
    {
        string by = proxy is null ? "" : $" (through the proxy {Address.Shown(proxy).TrimEnd('/')})";
        var socket = failure.InnerException as SocketException;
        return failure.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError when socket?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData =>
                Permanent(address, $"there is no host named '{proxy?.Host ?? address.Host}'{by}", "Check the spelling of the address and the machine's DNS settings.", failure),
            HttpRequestError.NameResolutionError =>
                Transient(address, $"the name '{proxy?.Host ?? address.Host}' cannot be looked up{by}", "Check the machine's network and DNS settings.", failure),
            HttpRequestError.SecureConnectionError when failure.InnerException is AuthenticationException untrusted =>
                Permanent(address, $"no secure connection: {untrusted.Message}{by}", "Where the server has an authority of its own, name its certificate file.", failure),
            HttpRequestError.ProxyTunnelError =>
                Permanent(address, $"the proxy refuses: {(failure.StatusCode is { } status ? Name(status) : "no tunnel")}{by}", "Check https_proxy and no_proxy.", failure),
            HttpRequestError.ConnectionError =>
                Transient(address, Connection(socket) + by, "Check that the server is up and that http_proxy, https_proxy and no_proxy are right.", failure),
            HttpRequestError.InvalidResponse =>
                Transient(address, "the server's answer is not HTTP" + by, inner: failure),
            _ => Transient(address, "the connection was closed before the end" + by, inner: failure),
        };
    }

    private static string Connection(SocketException? failure) => failure?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => "connection timed out",
        SocketError.NetworkUnreachable => "the network is unreachable",
        SocketError.HostUnreachable => "the host is unreachable",
        SocketError.ConnectionReset => "connection reset",
        { } other => $"no connection ({other})",
        null => "no connection",
    };

    // Names by the code and not by the server's words, which may be anything.
    public static string Name(HttpStatusCode code)
    {
        using var named = new HttpResponseMessage(code);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)code} {named.ReasonPhrase}").TrimEnd();
    }

    private static string? StatusHint(HttpStatusCode code) => code switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => "Add the credentials to an auth.conf file, with the scheme where it is http.",
        HttpStatusCode.NotFound => "Check the address; a package may have left the mirror since its index was read.",
        HttpStatusCode.ProxyAuthenticationRequired => "Put the user and password into the proxy's address.",
        _ => null,
    };

    private static TimeSpan? After(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        header?.Delta ?? (header?.Date is { } date ? TimeSpan.FromTicks(Math.Max(0, (date - now).Ticks)) : null);
}
