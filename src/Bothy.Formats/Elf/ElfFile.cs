using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Bothy.Formats.Elf;

/// <summary>Reads the facts of an ELF file (System V ABI, chapters 4 and 5, and GNU's additions) through its program headers.</summary>
public static class ElfFile
{
    private const int MaxBuffered = 1 << 30;
    private const int MaxProgramHeaders = 1024;

    /// <summary>Reads a file that is in memory; see <see cref="TryRead(Stream, string, out ElfFacts?)"/>.</summary>
    /// <exception cref="MalformedDataException">It begins as an ELF file and then does not follow the format.</exception>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, string source, [NotNullWhen(true)] out ElfFacts? facts)
    {
        using var stream = MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);
        return TryRead(stream, source, out facts);
    }

    /// <summary>
    /// Reads a file whose stream is at its start; false where it is no ELF file. Of a stream that seeks only the parts that
    /// matter are read; any other is read into memory.
    /// </summary>
    /// <exception cref="MalformedDataException">It begins as an ELF file and then does not follow the format.</exception>
    public static bool TryRead(Stream stream, string source, [NotNullWhen(true)] out ElfFacts? facts)
    {
        ArgumentNullException.ThrowIfNull(stream);
        facts = null;
        if (!stream.CanSeek)
        {
            return TryReadForward(stream, source, out facts);
        }

        var bytes = new ElfBytes(stream, source);
        if (bytes.Length < 16 || !bytes.Read(0, 4, "the magic bytes").AsSpan().SequenceEqual("\u007fELF"u8))
        {
            return false;
        }

        facts = Read(bytes);
        return true;
    }

    private static bool TryReadForward(Stream stream, string source, [NotNullWhen(true)] out ElfFacts? facts)
    {
        facts = null;
        byte[] head = new byte[16];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read < head.Length || !head.AsSpan().StartsWith("\u007fELF"u8))
        {
            return false;
        }

        using var buffer = new MemoryStream();
        buffer.Write(head);
        byte[] chunk = new byte[1 << 16];
        while ((read = stream.Read(chunk)) > 0)
        {
            if (buffer.Length + read > MaxBuffered)
            {
                throw new MalformedDataException(source, MaxBuffered, FormattableString.Invariant($"the file is larger than {MaxBuffered} bytes"));
            }

            buffer.Write(chunk, 0, read);
        }

        return TryRead(buffer, source, out facts);
    }

    private static ElfFacts Read(ElfBytes bytes)
    {
        byte[] header = ReadHeader(bytes, out bool wide);
        var segments = ReadSegments(bytes, header, wide);
        int type = bytes.U16(header, 16);
        var facts = new ElfFacts
        {
            Bits = wide ? 64 : 32,
            IsBigEndian = bytes.IsBigEndian,
            Machine = bytes.U16(header, 18),
            Type = type is >= 1 and <= 4 ? (ElfType)type : ElfType.Other,
            Flags = bytes.U32(header, wide ? 48 : 36),
            Interpreter = ReadInterpreter(bytes, segments),
            IsTruncated = segments.Any(segment => segment.Type == ElfSegment.Load && segment.End > (ulong)bytes.Length),
            HasExecutableStack = !segments.Any(segment => segment.Type == ElfSegment.GnuStack && !segment.IsExecutable),
        };
        facts = ElfNotes.AddTo(facts, bytes, segments);
        bool relro = segments.Any(segment => segment.Type == ElfSegment.GnuRelro);
        var dynamic = segments.FirstOrDefault(segment => segment.Type == ElfSegment.Dynamic);
        facts = dynamic is null
            ? facts with { Relro = relro ? ElfRelro.Partial : ElfRelro.None }
            : ElfDynamic.Read(bytes, segments, dynamic, wide).AddTo(facts, relro);
        // Where the table of the loader answers, the end of the file need not be read.
        return facts.HasStackProtector == true || facts.Language == ElfLanguage.Go ? facts : ElfSections.AddTo(facts, bytes, header, wide);
    }

    /// <summary>Reads the header and learns from it how wide addresses are and in which order bytes come.</summary>
    internal static byte[] ReadHeader(ElfBytes bytes, out bool wide)
    {
        byte[] ident = bytes.Read(0, 16, "the identification");
        wide = ident[4] switch
        {
            1 => false,
            2 => true,
            _ => throw bytes.Malformed(4, FormattableString.Invariant($"a file class of {ident[4]}; 1 and 2 are known")),
        };
        bytes.IsBigEndian = ident[5] switch
        {
            1 => false,
            2 => true,
            _ => throw bytes.Malformed(5, FormattableString.Invariant($"a byte order of {ident[5]}; 1 and 2 are known")),
        };
        return bytes.Read(0, wide ? 64 : 52, "the header");
    }

    internal static ImmutableArray<ElfSegment> ReadSegments(ElfBytes bytes, byte[] header, bool wide)
    {
        ulong offset = wide ? bytes.U64(header, 32) : bytes.U32(header, 28);
        int size = bytes.U16(header, wide ? 54 : 42);
        int count = bytes.U16(header, wide ? 56 : 44);
        if (count == 0)
        {
            return [];
        }

        if (size < (wide ? 56 : 32) || count > MaxProgramHeaders)
        {
            throw bytes.Malformed(offset, FormattableString.Invariant($"{count} program headers of {size} bytes"));
        }

        byte[] table = bytes.Read(offset, checked(size * count), "the program headers");
        return [.. Enumerable.Range(0, count).Select(i => ElfSegment.Read(bytes, table.AsSpan(i * size, size), wide))];
    }

    private static string? ReadInterpreter(ElfBytes bytes, ImmutableArray<ElfSegment> segments) =>
        segments.FirstOrDefault(segment => segment.Type == ElfSegment.Interpreter) is { } segment
            ? bytes.Text(segment.Offset, segment.End, "the interpreter")
            : null;
}
