using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Inflate;

/// <summary>
/// Reads a gzip file (RFC 1952) of any number of members, each verified by CRC and length. The platform's reader takes bytes that do not begin
/// like a member for the end, so that a file cut or damaged between two members would look whole; here they are an error,
/// except zeros, which tapes and archivers pad with.
/// </summary>
internal sealed class GzipDecoder(CompressedInput input) : IDecoder
{
    private const int HasHeaderCrc = 0x02;
    private const int HasExtra = 0x04;
    private const int HasName = 0x08;
    private const int HasComment = 0x10;
    private const int Reserved = 0xE0;
    private const int Deflate = 8;

    private readonly Inflater _inflater = new(input);
    private uint _crc;
    private uint _length;
    private bool _inMember;
    private bool _begun;

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            if (!_inMember)
            {
                if (_begun && IsAtEnd())
                {
                    bytes = default;
                    return false;
                }

                BeginMember();
            }

            if (TryNextOfMember(out bytes))
            {
                return true;
            }
        }
    }

    /// <summary>The next piece of the member that was begun; false at its end, the input then being right behind it.</summary>
    public bool TryNextOfMember(out ReadOnlyMemory<byte> bytes)
    {
        if (_inflater.TryNext(out bytes))
        {
            _crc = Crc32.Append(_crc, bytes.Span);
            _length = unchecked(_length + (uint)bytes.Length);
            return true;
        }

        EndMember();
        return false;
    }

    /// <summary>Begins a member, the input being at its first byte.</summary>
    public void BeginMember()
    {
        input.BeginCrc();
        if (input.Take(2) is not [0x1F, 0x8B])
        {
            input.Fail(_begun ? "what follows a gzip member is none" : "it does not begin like gzip");
        }

        var (method, flags) = (input.Take(1)[0], input.Take(1)[0]);
        if (method != Deflate || (flags & Reserved) != 0)
        {
            input.Fail("the gzip header has a method or flags that are reserved");
        }

        // When, how and where it was compressed.
        input.Take(6);
        if ((flags & HasExtra) != 0)
        {
            input.Take(BinaryPrimitives.ReadUInt16LittleEndian(input.Take(2)));
        }

        SkipText((flags & HasName) != 0);
        SkipText((flags & HasComment) != 0);
        ushort crc = (ushort)input.EndCrc();
        if ((flags & HasHeaderCrc) != 0 && BinaryPrimitives.ReadUInt16LittleEndian(input.Take(2)) != crc)
        {
            input.Fail("the CRC of the gzip header is wrong");
        }

        _inflater.Begin();
        _begun = true;
        _inMember = true;
        _crc = 0;
        _length = 0;
    }

    public void Dispose() => _inflater.Dispose();

    private bool IsAtEnd()
    {
        while (input.TryFill(1) && input.Peek(1)[0] == 0)
        {
            input.Skip(1);
        }

        return !input.TryFill(1);
    }

    private void SkipText(bool present)
    {
        while (present && input.Take(1)[0] != 0)
        {
        }
    }

    private void EndMember()
    {
        var trailer = input.Take(8);
        if (BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _crc || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != _length)
        {
            input.Fail("the CRC or the length at the end of a gzip member is wrong: its content is damaged");
        }

        _inMember = false;
    }
}
