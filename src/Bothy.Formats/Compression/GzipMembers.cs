using Bothy.Formats.Compression.Inflate;

namespace Bothy.Formats.Compression;

/// <summary>
/// Reads a gzip file (RFC 1952) member by member, for formats that give each member a meaning of its own. Forward, once, in
/// constant memory; bytes that do not begin like a member are never passed over.
/// </summary>
public sealed class GzipMembers : IDisposable
{
    private readonly string _source;
    private readonly CompressedInput _input;
    private readonly GzipDecoder _decoder;
    private Member? _member;

    /// <summary>Starts reading <paramref name="compressed"/>, which stays the caller's; <paramref name="source"/> names it in messages.</summary>
    public GzipMembers(Stream compressed, string source)
    {
        ArgumentNullException.ThrowIfNull(compressed);
        _source = source;
        _input = new CompressedInput(compressed, source);
        _decoder = new GzipDecoder(_input);
    }

    /// <summary>How many compressed bytes were consumed so far.</summary>
    public long Offset => _input.Offset;

    /// <summary>Whether no byte follows what was consumed.</summary>
    public bool IsAtEnd => !_input.TryFill(1);

    /// <summary>
    /// Opens the next member. Its end is reported once its CRC and length were found right; the next member can be opened only then. There must be
    /// one: see <see cref="IsAtEnd"/>.
    /// </summary>
    /// <param name="limit">The most bytes that may come out of it; one more is a <see cref="BothyException"/>.</param>
    /// <param name="compressed">Is shown the compressed bytes of the member, all by the time its end is reported.</param>
    /// <exception cref="MalformedDataException">No member begins here.</exception>
    public Stream OpenNext(long limit, Action<ReadOnlyMemory<byte>> compressed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentNullException.ThrowIfNull(compressed);
        CheckBetweenMembers();
        _input.BeginObservation(compressed);
        _decoder.BeginMember();
        _member = new Member(_input, _decoder);
        return new DecoderStream(_input, _member, _source, limit);
    }

    /// <summary>Gives the open member up: <see cref="ReadCompressed"/> continues where reading it had come to, of which its observer has seen everything.</summary>
    public void Abandon()
    {
        _input.EndObservation();
        _member = null;
    }

    /// <summary>The next of the compressed bytes that are left, not decompressed; empty at the end. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> ReadCompressed()
    {
        CheckBetweenMembers();
        return _input.TakeAvailable();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _decoder.Dispose();
        _input.Dispose();
    }

    private void CheckBetweenMembers()
    {
        if (_member is { HasEnded: false })
        {
            throw new InvalidOperationException("the member before was not read to its end");
        }
    }

    private sealed class Member(CompressedInput input, GzipDecoder decoder) : IDecoder
    {
        public bool HasEnded { get; private set; }

        public bool TryNext(out ReadOnlyMemory<byte> bytes)
        {
            bytes = default;
            if (HasEnded)
            {
                return false;
            }

            if (decoder.TryNextOfMember(out bytes))
            {
                return true;
            }

            input.EndObservation();
            HasEnded = true;
            return false;
        }

        public void Dispose()
        {
        }
    }
}
