using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Bothy.Testing;

/// <content>Uploads: sessions that take a blob whole or in parts, and that remember what arrived when the connection breaks.</content>
public sealed partial class TestRegistry
{
    private readonly Dictionary<string, MemoryStream> _uploads = new(StringComparer.Ordinal);

    /// <summary>How many uploads were begun and neither ended nor cancelled.</summary>
    public int OpenUploads
    {
        get
        {
            lock (_gate)
            {
                return _uploads.Count;
            }
        }
    }

    private async Task BeginUploadAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Route route)
    {
        if (TryMount(context.Request.Query, route.Repository))
        {
            await CreatedAsync(context, fault, route, context.Request.Query["mount"].ToString());
            return;
        }

        string id = Guid.NewGuid().ToString("N");
        lock (_gate)
        {
            _uploads.Add(id, new MemoryStream());
        }

        if (context.Request.Query["digest"].Count > 0)
        {
            await EndUploadAsync(context, request, fault, route with { Reference = id });
            return;
        }

        await AcceptedAsync(context, fault, route with { Reference = id }, 202);
    }

    private bool TryMount(IQueryCollection query, string repository)
    {
        if (!_options.CrossMount || query["mount"].ToString() is not { Length: > 0 } digest || query["from"].ToString() is not { Length: > 0 } from)
        {
            return false;
        }

        lock (_gate)
        {
            return In(from).Blobs.TryGetValue(digest, out byte[]? blob) && (In(repository).Blobs[digest] = blob) is not null;
        }
    }

    private async Task SendStatusAsync(HttpContext context, Route route)
    {
        if (Session(route.Reference) is null)
        {
            await FailAsync(context, 404, "BLOB_UPLOAD_UNKNOWN");
            return;
        }

        await AcceptedAsync(context, new(), route, 204);
    }

    private async Task TakeChunkAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Route route)
    {
        if (await AppendAsync(context, request, fault, route))
        {
            await AcceptedAsync(context, fault, route, 202);
        }
    }

    private async Task EndUploadAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Route route)
    {
        if (!await AppendAsync(context, request, fault, route))
        {
            return;
        }

        byte[] bytes;
        lock (_gate)
        {
            _uploads.Remove(route.Reference, out var session);
            bytes = session!.ToArray();
        }

        string wanted = context.Request.Query["digest"].ToString();
        if (Digest.Of(bytes).ToString() != wanted)
        {
            await FailAsync(context, 400, "DIGEST_INVALID");
            return;
        }

        AddBlob(route.Repository, bytes);
        await CreatedAsync(context, fault, route, wanted);
    }

    private async Task CancelUploadAsync(HttpContext context, Route route)
    {
        lock (_gate)
        {
            _uploads.Remove(route.Reference);
        }

        context.Response.StatusCode = 204;
        await Task.CompletedTask;
    }

    // False where the request has been answered, or cut, already.
    private async Task<bool> AppendAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Route route)
    {
        if (Session(route.Reference) is not { } session)
        {
            await FailAsync(context, 404, "BLOB_UPLOAD_UNKNOWN");
            return false;
        }

        if (context.Request.ContentLength > _options.MaxRequestBytes)
        {
            await FailAsync(context, 413, "SIZE_INVALID");
            return false;
        }

        long before = session.Length;
        if (context.Request.Headers.ContentRange is [{ } range] && range.Split('-')[0] != before.ToString(CultureInfo.InvariantCulture))
        {
            await FailAsync(context, 416, "RANGE_INVALID");
            return false;
        }

        void Append(ReadOnlyMemory<byte> piece)
        {
            lock (_gate)
            {
                session.Write(piece.Span);
            }
        }

        if (await ReceiveAsync(context, request, fault, Append))
        {
            return true;
        }

        if (!_options.KeepsPartialUploads)
        {
            lock (_gate)
            {
                session.SetLength(before);
            }
        }

        return false;
    }

    private static async Task<bool> ReceiveAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Action<ReadOnlyMemory<byte>> take)
    {
        byte[] buffer = new byte[16 << 10];
        while (true)
        {
            int room = (int)Math.Min(buffer.Length, (fault.CutRequestAfter ?? long.MaxValue) - request.Received);
            if (room == 0)
            {
                context.Abort();
                return false;
            }

            int count;
            try
            {
                count = await context.Request.Body.ReadAsync(buffer.AsMemory(0, room));
            }
            catch (Exception failure) when (failure is IOException or BadHttpRequestException or OperationCanceledException)
            {
                context.Abort();
                return false;
            }

            if (count == 0)
            {
                return true;
            }

            request.Received += count;
            take(buffer.AsMemory(0, count));
        }
    }

    private MemoryStream? Session(string id)
    {
        lock (_gate)
        {
            return _uploads.GetValueOrDefault(id);
        }
    }

    private async Task AcceptedAsync(HttpContext context, TestRegistryFault fault, Route route, int status)
    {
        long length = Session(route.Reference)?.Length ?? 0;
        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"/v2/{route.Repository}/blobs/uploads/{route.Reference}?_state=secret-state";
        context.Response.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"0-{Math.Max(0, length - 1)}");
        if (status == 204)
        {
            return;
        }

        await SendAsync(context, fault, default);
    }

    private static async Task CreatedAsync(HttpContext context, TestRegistryFault fault, Route route, string digest)
    {
        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{route.Repository}/blobs/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest;
        await SendAsync(context, fault, default);
    }
}
