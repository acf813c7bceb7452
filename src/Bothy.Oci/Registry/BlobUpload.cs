using System.Globalization;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>
/// One blob on its way into a repository (distribution-spec, "Pushing blobs"): mounted where it can be, else sent in one request, or in
/// chunks where the registry does not take so much at once. Where the connection breaks, the registry is asked how far it got.
/// </summary>
internal sealed class BlobUpload(RegistryConnection connection, ImageReference image, Descriptor blob, Func<CancellationToken, Task<Stream>> open)
{
    private const string Bytes = "application/octet-stream";

    // What a registry, or something before it, refuses at once is tried in these parts; smaller ones nobody asks for.
    private const long LargestChunk = 64 << 20;
    private const long SmallestChunk = 256 << 10;

    private readonly RegistryScope _scope = RegistryScope.Push(image);
    private Uri? _session;
    private long _arrived;
    private bool _broken;
    private bool _startedOver;
    private bool _mountTried;

    public string? From { get; init; }

    public long? ChunkSize { get; set; }

    public IProgress<long>? Progress { get; init; }

    public required Func<CancellationToken, Task<bool>> IsThereAsync { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var source = new UploadSource(blob, open);
        await using (source)
        {
            while (true)
            {
                long before = _arrived;
                try
                {
                    await connection.RepeatAsync(token => AttemptAsync(source, token), cancellationToken);
                    return;
                }
                catch (TransientException) when (_arrived > before)
                {
                    // A connection that breaks again and again but gets further each time is slow, not dead.
                }
            }
        }
    }

    private async Task<bool> AttemptAsync(UploadSource source, CancellationToken cancellationToken)
    {
        if (_broken && await FindOutAsync(cancellationToken))
        {
            return true;
        }

        if (_session is null && await BeginAsync(cancellationToken))
        {
            return true;
        }

        // Whatever happens from here to the end, the next attempt has to find out how far this one got.
        _broken = true;
        if (_arrived == 0 && ChunkSize is null)
        {
            return await FinishAsync(source, blob.Size, cancellationToken);
        }

        while (_arrived < blob.Size)
        {
            await SendChunkAsync(source, cancellationToken);
        }

        return await FinishAsync(source, 0, cancellationToken);
    }

    // True where the blob is there already.
    private async Task<bool> FindOutAsync(CancellationToken cancellationToken)
    {
        if (_session is null)
        {
            return await IsThereAsync(cancellationToken);
        }

        using var answer = await connection.SendAsync(new TransferRequest(HttpMethod.Get, _session), _scope, cancellationToken);
        if (answer.Status is 200 or 202 or 204)
        {
            _arrived = ArrivedOf(answer);
            _session = RegistryConnection.Location(answer) ?? _session;
            _broken = false;
            return false;
        }

        if (answer.Status is 408 or 429 or >= 500)
        {
            throw await connection.FailureAsync(_scope, answer);
        }

        // The session is over: it has come to its end without our hearing of it, or the registry has given it up.
        StartOver();
        return await IsThereAsync(cancellationToken);
    }

    private void StartOver()
    {
        (_session, _arrived, _broken) = (null, 0, false);
        Progress?.Report(0);
    }

    // True where there is nothing to send.
    private async Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        bool mount = From is not null && !_mountTried;
        string query = mount ? $"?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(From!)}" : "";
        var address = await connection.AddressAsync($"{image.Repository}/blobs/uploads/{query}", cancellationToken);
        var request = new TransferRequest(HttpMethod.Post, address) { Body = TransferBody.Of(Bytes, default) };
        using var answer = await connection.SendAsync(request, mount ? RegistryScope.Mount(image, From!) : _scope, cancellationToken);
        switch (answer.Status)
        {
            case 201 when mount:
                Progress?.Report(blob.Size);
                return true;
            case 202:
                _session = RegistryConnection.Location(answer) ?? throw new BothyException($"cannot {_scope.Deed}: the registry does not say where to send blobs");
                _arrived = 0;
                return false;
            case not (408 or 429 or >= 500) when mount:
                // Who may not read the other repository, or cannot mount at all, can still send.
                _mountTried = true;
                return await BeginAsync(cancellationToken);
            default:
                throw await connection.FailureAsync(_scope, answer);
        }
    }

    private async Task SendChunkAsync(UploadSource source, CancellationToken cancellationToken)
    {
        long count = Math.Min(ChunkSize ?? long.MaxValue, blob.Size - _arrived);
        var request = new TransferRequest(HttpMethod.Patch, _session!)
        {
            Body = source.Part(Bytes, _arrived, count, Progress),
            Headers = [("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{_arrived}-{_arrived + count - 1}"))],
        };
        using var answer = await connection.SendAsync(request, _scope, cancellationToken);
        if (answer.Status is not (202 or 204))
        {
            throw await RefusedAsync(answer);
        }

        long arrived = ArrivedOf(answer);
        if (arrived <= _arrived || arrived > blob.Size)
        {
            throw new BothyException($"cannot {_scope.Deed}: the registry does not say how much of {blob.Digest} it has");
        }

        _arrived = arrived;
        _session = RegistryConnection.Location(answer) ?? _session;
    }

    private async Task<bool> FinishAsync(UploadSource source, long count, CancellationToken cancellationToken)
    {
        string digest = "digest=" + Uri.EscapeDataString(blob.Digest.ToString());
        var end = new UriBuilder(_session!);
        end.Query = end.Query.Length > 1 ? $"{end.Query[1..]}&{digest}" : digest;
        var request = new TransferRequest(HttpMethod.Put, end.Uri) { Body = source.Part(Bytes, _arrived, count, Progress) };
        using var answer = await connection.SendAsync(request, _scope, cancellationToken);
        if (answer.Status is not (201 or 200 or 204))
        {
            throw await RefusedAsync(answer);
        }

        Progress?.Report(blob.Size);
        return true;
    }

    // Some refusals are about the way and not about the blob, and another way is worth an attempt.
    private async Task<BothyException> RefusedAsync(TransferAnswer answer)
    {
        var failure = await connection.FailureAsync(_scope, answer);
        long next = ChunkSize is { } size ? Math.Min(size, blob.Size) / 4 : Math.Min(LargestChunk, Math.Max(SmallestChunk, blob.Size / 2));
        switch (answer.Status)
        {
            case 413 when next >= SmallestChunk:
                ChunkSize = next;
                StartOver();
                return new TransientException(failure.Message) { Hint = failure.Hint };
            case 416:
                return new TransientException(failure.Message) { Hint = failure.Hint };
            case 400 or 404 when !_startedOver:
                // What arrived in parts may have been joined wrongly; once more from the beginning tells whose fault it is.
                _startedOver = true;
                StartOver();
                return new TransientException(failure.Message) { Hint = failure.Hint };
            default:
                return failure;
        }
    }

    // "0-N" means that N + 1 bytes are there, but "0-0" is what registries say of nothing as well.
    private static long ArrivedOf(TransferAnswer answer) =>
        answer.Header("Range")?.Split('-') is [_, var last] && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long end) && end is > 0 and < long.MaxValue
            ? end + 1
            : 0;
}
