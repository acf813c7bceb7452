using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Bothy.Testing;

/// <summary>
/// A registry on the loopback interface (OCI distribution-spec 1.1) that keeps everything in memory: with or without the referrers API,
/// with users by password or token, and with whatever goes wrong that a test asks for.
/// </summary>
public sealed partial class TestRegistry : IDisposable
{
    private readonly TestRegistryOptions _options;
    private readonly TestRegistryTokens _tokens;
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<TestRegistryRequest> _requests = new();
    private int _count;

    /// <summary>Starts the registry, empty.</summary>
    public TestRegistry(TestRegistryOptions? options = null)
    {
        _options = options ?? new();
        _tokens = new TestRegistryTokens(_options);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (_options.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
        _server.StartAsync().GetAwaiter().GetResult();
        Address = new Uri(_server.Urls.Single());
    }

    /// <summary>Its base address.</summary>
    public Uri Address { get; }

    /// <summary>Its name in references: the address and the port.</summary>
    public string Host => Address.Authority;

    /// <summary>All requests so far, in the order they came.</summary>
    public IReadOnlyList<TestRegistryRequest> Requests => [.. _requests];

    /// <summary>How many tokens its token service gave away.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Forgets the requests so far.</summary>
    public void ForgetRequests() => _requests.Clear();

    /// <summary>Where another registry's <see cref="TestRegistryOptions.BlobStorage"/> finds the blobs of this one.</summary>
    public Uri BlobAddress => new(Address, "/storage/");

    /// <inheritdoc />
    public void Dispose()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        _server.StopAsync(now.Token).GetAwaiter().GetResult();
        ((IDisposable)_server).Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new TestRegistryRequest(Interlocked.Increment(ref _count) - 1, context.Request.Method, context.Request.GetEncodedPathAndQuery(), headers);
        _requests.Enqueue(request);
        var fault = _options.Fault(request) ?? new();
        try
        {
            await AnswerAsync(context, request, fault);
        }
        catch (Exception failure) when (failure is BadHttpRequestException or IOException or OperationCanceledException)
        {
            // The client went away in the middle.
            context.Abort();
        }
    }

    private async Task AnswerAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault)
    {
        if (fault.Delay > TimeSpan.Zero)
        {
            await Task.Delay(fault.Delay, context.RequestAborted);
        }

        if (fault.Status is { } status)
        {
            context.Response.StatusCode = status;
            if (fault.RetryAfter is { } after)
            {
                context.Response.Headers.RetryAfter = after;
            }

            await context.Response.WriteAsync(fault.Body);
            return;
        }

        if (fault.CutRequestAfter == 0 || (fault.CutRequestAfter is not null && context.Request.ContentLength is null or 0))
        {
            context.Abort();
            return;
        }

        string path = context.Request.Path.Value!;
        if (path == "/token")
        {
            await _tokens.AnswerAsync(context);
        }
        else if (path.StartsWith("/storage/", StringComparison.Ordinal))
        {
            await SendBlobAsync(context, fault, AnyBlob(path["/storage/".Length..]));
        }
        else if (Route.TryParse(path) is { } route && Authorize(context, route))
        {
            await AnswerAsync(context, route, request, fault);
        }
        else if (!context.Response.HasStarted && context.Response.StatusCode == 200)
        {
            context.Response.StatusCode = 404;
        }
    }

    private bool Authorize(HttpContext context, Route route)
    {
        string action = context.Request.Method is "GET" or "HEAD" && route.Kind != "uploads" ? "pull" : "push";
        if (_tokens.Allows(context.Request, route.Repository, action))
        {
            return true;
        }

        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = _tokens.Challenge(Address.GetLeftPart(UriPartial.Authority), route.Repository, action);
        return false;
    }

    private Task AnswerAsync(HttpContext context, Route route, TestRegistryRequest request, TestRegistryFault fault) => (route.Kind, context.Request.Method) switch
    {
        ("", "GET" or "HEAD") => context.Response.WriteAsync("{}"),
        ("manifests", "GET" or "HEAD") => SendManifestAsync(context, fault, route),
        ("manifests", "PUT") => TakeManifestAsync(context, request, fault, route),
        ("blobs", "GET" or "HEAD") => SendBlobAsync(context, fault, route),
        ("uploads", "POST") => BeginUploadAsync(context, request, fault, route),
        ("uploads", "GET") => SendStatusAsync(context, route),
        ("uploads", "PATCH") => TakeChunkAsync(context, request, fault, route),
        ("uploads", "PUT") => EndUploadAsync(context, request, fault, route),
        ("uploads", "DELETE") => CancelUploadAsync(context, route),
        ("referrers", "GET") => SendReferrersAsync(context, route),
        ("tags", "GET") => SendTagsAsync(context, route),
        _ => FailAsync(context, 405, "UNSUPPORTED"),
    };

    private static async Task FailAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (context.Request.Method != "HEAD")
        {
            await context.Response.WriteAsync($$"""{"errors":[{"code":"{{code}}","message":"the test registry says {{code.ToLowerInvariant()}}"}]}""");
        }
    }

    private static async Task SendAsync(HttpContext context, TestRegistryFault fault, ReadOnlyMemory<byte> body)
    {
        if (fault.Silent)
        {
            context.Abort();
            return;
        }

        context.Response.ContentLength = body.Length;
        if (context.Request.Method == "HEAD")
        {
            return;
        }

        if (fault.Corrupt && body.Length > 0)
        {
            byte[] other = body.ToArray();
            other[other.Length / 2] ^= 0x55;
            body = other;
        }

        if (fault.CutAnswerAfter is { } cut && cut < body.Length)
        {
            await context.Response.Body.WriteAsync(body[..cut]);
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(body);
    }

    /// <summary>What a path under <c>/v2/</c> is about; <paramref name="Kind"/> is empty for the root.</summary>
    private sealed record Route(string Repository, string Kind, string Reference)
    {
        public static Route? TryParse(string path)
        {
            if (path is "/v2/" or "/v2")
            {
                return new Route("", "", "");
            }

            foreach (string kind in new[] { "blobs/uploads", "blobs", "manifests", "referrers", "tags" })
            {
                int at = path.LastIndexOf($"/{kind}/", StringComparison.Ordinal);
                if (path.StartsWith("/v2/", StringComparison.Ordinal) && at > "/v2/".Length)
                {
                    return new Route(path["/v2/".Length..at], kind == "blobs/uploads" ? "uploads" : kind, path[(at + kind.Length + 2)..]);
                }
            }

            return null;
        }
    }
}
