using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bothy.Testing;

/// <summary>A request as the server saw it. <see cref="Target"/> is a path, an address where the server is used as a proxy, or the host of a CONNECT.</summary>
public sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, int Connection)
{
    /// <summary>A header's value, or null.</summary>
    public string? this[string header] => Headers.GetValueOrDefault(header);
}

/// <summary>One answer of a <see cref="FakeHttpServer"/>.</summary>
public sealed record FakeResponse
{
    /// <summary>The status code.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The body, all of it: the server cuts out the part that a request asks for.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Headers beyond the length and the range.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Close the connection after this many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Whether a request for a part gets a part.</summary>
    public bool HonoursRanges { get; init; } = true;

    /// <summary>Whether the body's length is announced; otherwise closing the connection ends it.</summary>
    public bool TellsLength { get; init; } = true;

    /// <summary>Answer only once this is done.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    /// <summary>Wait for the gate not before the answer but after this many bytes of its body.</summary>
    public int? GateAfter { get; init; }

    /// <summary>Completed once a request has come to the gate.</summary>
    public TaskCompletionSource? Reached { get; init; }

    /// <summary>A 200 with these bytes.</summary>
    public static FakeResponse Of(ReadOnlyMemory<byte> body, params (string Name, string Value)[] headers) =>
        new() { Body = body, Headers = headers.ToDictionary(header => header.Name, header => header.Value) };

    /// <summary>A bare status.</summary>
    public static FakeResponse OfStatus(int status, params (string Name, string Value)[] headers) =>
        new() { Status = status, Headers = headers.ToDictionary(header => header.Name, header => header.Value) };
}

/// <summary>
/// A real HTTP/1.1 server on the loopback interface that answers from a script, for repositories and registries that behave
/// and for those that do not. It keeps connections alive, knows ranges, and can be used as a proxy.
/// </summary>
public sealed class FakeHttpServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<FakeResponse>> _scripts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FakeRequest> _requests = new();
    private readonly ConcurrentDictionary<int, TcpClient> _connections = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;
    private volatile bool _disposed;
    private int _connectionCount;
    private int _running;
    private int _mostAtOnce;

    /// <summary>Starts the server; with a certificate it speaks TLS (and as a proxy, TLS inside of its tunnels).</summary>
    public FakeHttpServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>All requests so far, in the order they came.</summary>
    public IReadOnlyList<FakeRequest> Requests => [.. _requests];

    /// <summary>The greatest number of requests that were being answered at once.</summary>
    public int MostAtOnce => _mostAtOnce;

    /// <summary>How many connections were opened.</summary>
    public int ConnectionCount => _connectionCount;

    /// <summary>The address of <paramref name="path"/>, which starts with a slash, on this server.</summary>
    public Uri this[string path] => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{Port}{path}");

    /// <summary>Answers requests for <paramref name="path"/>: with each response once, and the last one for ever. Other paths are 404.</summary>
    public void Serve(string path, params FakeResponse[] script) => _scripts[path] = new(script);

    /// <summary>Answers requests for <paramref name="path"/> with these bytes.</summary>
    public void Serve(string path, ReadOnlyMemory<byte> body) => Serve(path, FakeResponse.Of(body));

    /// <summary>Connects to this server whatever the host: for addresses of names that do not exist.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        _listener.Stop();
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }

        _accepting.GetAwaiter().GetResult();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (!_disposed)
            {
                var client = await _listener.AcceptTcpClientAsync();
                int number = Interlocked.Increment(ref _connectionCount);
                _connections[number] = client;
                serving.Add(ServeAsync(client, number));
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        try
        {
            client.NoDelay = true;
            Stream stream = client.GetStream();
            if (_certificate is not null && await BeginsEncryptedAsync(client))
            {
                stream = await EncryptAsync(stream);
            }

            while (await ReadRequestAsync(stream, number) is { } request)
            {
                _requests.Enqueue(request);
                if (request.Method == "CONNECT" && _certificate is not null)
                {
                    await stream.WriteAsync("HTTP/1.1 200 Connected\r\n\r\n"u8.ToArray());
                    stream = await EncryptAsync(stream);
                    continue;
                }

                int running = Interlocked.Increment(ref _running);
                InterlockedMax(ref _mostAtOnce, running);
                try
                {
                    if (!await AnswerAsync(stream, request))
                    {
                        break;
                    }
                }
                finally
                {
                    Interlocked.Decrement(ref _running);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or does not trust us.
        }
        finally
        {
            _connections.TryRemove(number, out _);
            client.Dispose();
        }
    }

    // RFC 8446, 5.1: a handshake record is of type 22. A client of a proxy begins with the word CONNECT.
    private static async Task<bool> BeginsEncryptedAsync(TcpClient client)
    {
        byte[] first = new byte[1];
        return await client.Client.ReceiveAsync(first, SocketFlags.Peek) == 1 && first[0] == 22;
    }

    private async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(_certificate!);
        return encrypted;
    }

    private static async Task<FakeRequest?> ReadRequestAsync(Stream stream, int number)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            text.Append((char)one[0]);
        }

        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new FakeRequest(first[0], first[1], headers, number);
    }

    // False where the connection is to be closed.
    private async Task<bool> AnswerAsync(Stream stream, FakeRequest request)
    {
        var response = Next(request.Target);
        if (response.GateAfter is null)
        {
            await PassAsync(response);
        }

        var (status, body, extra) = Part(request, response);
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\n");
        foreach (var (name, value) in response.Headers.Concat(extra))
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (response.TellsLength && status is not 304)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        head.Append("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
        int length = Math.Min(body.Length, response.CutAfter ?? int.MaxValue);
        int before = Math.Min(length, response.GateAfter ?? 0);
        await stream.WriteAsync(body[..before]);
        if (response.GateAfter is not null)
        {
            await PassAsync(response);
        }

        await stream.WriteAsync(body[before..length]);
        await stream.FlushAsync();
        return response.CutAfter is null && response.TellsLength;
    }

    private static Task PassAsync(FakeResponse response)
    {
        response.Reached?.TrySetResult();
        return response.Gate;
    }

    private FakeResponse Next(string target)
    {
        string path = target.StartsWith('/') ? target.Split('?')[0] : target;
        if (!_scripts.TryGetValue(path, out var script))
        {
            return FakeResponse.OfStatus(404);
        }

        return script.Count > 1 && script.TryDequeue(out var next) ? next : script.TryPeek(out var last) ? last : FakeResponse.OfStatus(404);
    }

    private static (int Status, ReadOnlyMemory<byte> Body, Dictionary<string, string> Headers) Part(FakeRequest request, FakeResponse response)
    {
        if (request["Range"] is not { } range || !response.HonoursRanges || response.Status != 200 || !SameVersion(request, response))
        {
            return (response.Status, response.Body, []);
        }

        int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        int length = response.Body.Length;
        return from >= length
            ? (416, ReadOnlyMemory<byte>.Empty, new() { ["Content-Range"] = FormattableString.Invariant($"bytes */{length}") })
            : (206, response.Body[from..], new() { ["Content-Range"] = FormattableString.Invariant($"bytes {from}-{length - 1}/{length}") });
    }

    private static bool SameVersion(FakeRequest request, FakeResponse response) =>
        request["If-Range"] is not { } wanted || response.Headers.Values.Contains(wanted, StringComparer.Ordinal);

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
