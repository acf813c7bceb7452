namespace Bothy.Formats;

/// <summary>
/// A stream that is written at its end only, and can be emptied: what a download goes to that may be resumed or begun anew.
/// It says that it can seek, so that its length can be asked; every seek but to its end is refused.
/// </summary>
public abstract class GrowingStream : WriteOnlyStream
{
    /// <inheritdoc />
    public override bool CanSeek => true;

    /// <inheritdoc />
    public abstract override long Length { get; }

    /// <inheritdoc />
    public override long Position
    {
        get => Length;
        set => ArgumentOutOfRangeException.ThrowIfNotEqual(value, Length);
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => Position = origin == SeekOrigin.Begin ? offset : Length + offset;

    /// <summary>Empties the stream, or does nothing where <paramref name="value"/> is its length already.</summary>
    public override void SetLength(long value)
    {
        if (value == Length)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNotEqual(value, 0);
        Clear();
    }

    /// <summary>Forgets everything that was written.</summary>
    protected abstract void Clear();
}
