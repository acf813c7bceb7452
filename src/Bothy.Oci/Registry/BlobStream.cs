using System.Globalization;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>
/// A blob on its way from a registry, over as many connections as it takes: where one breaks, the next asks for the rest. What it says is
/// for a <see cref="VerifyingStream"/> to verify.
/// </summary>
internal sealed class BlobStream(RegistryConnection connection, RegistryScope scope, Uri address, Descriptor blob, CancellationToken lifetime) : Stream
{
    private TransferAnswer? _answer;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => blob.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Connects, so that a blob that is not there is found out before anything is read.</summary>
    public async Task OpenAsync() => await connection.RepeatAsync(
        async token =>
        {
            await ConnectAsync(token);
            return true;
        },
        lifetime);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= blob.Size || buffer.IsEmpty)
        {
            return 0;
        }

        cancellationToken.ThrowIfCancellationRequested();
        int count;
        try
        {
            count = await ReadOnceAsync(buffer, lifetime);
        }
        catch (TransientException)
        {
            // A connection that breaks again and again but gets further each time is slow, not dead: the counting starts anew with each read.
            count = await connection.RepeatAsync(token => ReadOnceAsync(buffer, token), lifetime);
        }

        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _answer?.Dispose();
            _answer = null;
        }

        base.Dispose(disposing);
    }

    private async Task<int> ReadOnceAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var answer = _answer ?? await ConnectAsync(cancellationToken);
        try
        {
            int count = await answer.ReadAsync(buffer);
            return count > 0 ? count : throw new TransientException($"cannot {scope.Deed}: the connection was closed before the end of {blob.Digest}");
        }
        catch (TransientException)
        {
            Disconnect();
            throw;
        }
    }

    private void Disconnect()
    {
        _answer?.Dispose();
        _answer = null;
    }

    private async Task<TransferAnswer> ConnectAsync(CancellationToken cancellationToken)
    {
        var request = new TransferRequest(HttpMethod.Get, address);
        if (_position > 0)
        {
            request = request with { Headers = [("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={_position}-"))] };
        }

        var answer = await connection.SendAsync(request, scope, cancellationToken);
        try
        {
            await CheckAsync(answer);
            return _answer = answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task CheckAsync(TransferAnswer answer)
    {
        long skip = 0;
        switch (answer.Status)
        {
            case 200 when answer.Length is null || answer.Length == blob.Size:
                skip = _position;
                break;
            case 206 when answer.Header("Content-Range") is { } range && range.StartsWith(string.Create(CultureInfo.InvariantCulture, $"bytes {_position}-"), StringComparison.Ordinal):
                break;
            case 200 or 206:
                throw new BothyException(string.Create(
                    CultureInfo.InvariantCulture, $"cannot {scope.Deed}: the registry sends another part of {blob.Digest} than the {blob.Size} bytes from {_position} on"));
            default:
                throw await connection.FailureAsync(scope, answer);
        }

        await SkipAsync(answer, skip);
    }

    // A server that knows no ranges begins anew; its digest tells whether with the same bytes.
    private static async Task SkipAsync(TransferAnswer answer, long count)
    {
        byte[] buffer = new byte[count > 0 ? 64 << 10 : 0];
        while (count > 0)
        {
            int read = await answer.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)));
            count = read > 0 ? count - read : throw new TransientException("cannot fetch the blob: the connection was closed before the end");
        }
    }
}
