using Bothy.Formats;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>A file that is not compressed, which stays the caller's, with its magic given back unless it <see cref="HasMagic"/> of its own, and a limit.</summary>
internal sealed class AdbPlainStream(Stream file, string source, long limit) : ForwardReadStream
{
    private static readonly byte[] Magic = "ADB."u8.ToArray();

    private long _given;

    /// <summary>Whether the magic is still to be read from the file.</summary>
    public bool HasMagic { get; init; }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        int read;
        if (!HasMagic && _given < Magic.Length)
        {
            read = Math.Min(buffer.Length, Magic.Length - (int)_given);
            Magic.AsSpan((int)_given, read).CopyTo(buffer);
        }
        else
        {
            read = file.Read(buffer);
        }

        _given += read;
        return _given <= limit ? read : throw new BothyException(FormattableString.Invariant($"cannot read {source}: it has more than {limit} bytes"));
    }
}
