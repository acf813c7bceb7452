using Bothy.Formats;

namespace Bothy.Store;

/// <summary>The content of a result from front to back.</summary>
internal sealed class ResultStream(ResultFile file) : ForwardReadStream
{
    private readonly byte[] _block = new byte[ResultFile.BlockSize];
    private long _position;
    private int _buffered;

    public override long Length => file.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        int within = (int)(_position % ResultFile.BlockSize);
        if (buffer.IsEmpty || _position == Length)
        {
            return 0;
        }

        int count;
        if (within == 0 && (buffer.Length >= ResultFile.BlockSize || buffer.Length >= Length - _position))
        {
            count = file.ReadBlocks(_position / ResultFile.BlockSize, buffer);
        }
        else
        {
            if (within == 0)
            {
                _buffered = file.ReadBlocks(_position / ResultFile.BlockSize, _block);
            }

            count = Math.Min(buffer.Length, _buffered - within);
            _block.AsSpan(within, count).CopyTo(buffer);
        }

        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            file.Dispose();
        }

        base.Dispose(disposing);
    }
}
