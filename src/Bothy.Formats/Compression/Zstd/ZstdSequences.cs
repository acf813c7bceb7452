using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>The sequences of one block after another (RFC 8878 §3.1.1.3.2 and §3.1.1.4): literals copied, matches copied, in turns.</summary>
internal sealed class ZstdSequences(CompressedInput input, ZstdWindow window)
{
    private const int Predefined = 0;
    private const int Single = 1;
    private const int Described = 2;

    // What one load of bits surely has room for besides the three states: 57 less 9, 9 and 8.
    private const int ExtraAtOnce = 31;

    private readonly Part _literalLengths = new(SequenceCodes.LiteralLengths);
    private readonly Part _offsets = new(SequenceCodes.Offsets);
    private readonly Part _matchLengths = new(SequenceCodes.MatchLengths);
    private uint _recent1;
    private uint _recent2;
    private uint _recent3;

    /// <summary>Forgets the frame before.</summary>
    public void BeginFrame()
    {
        _literalLengths.Current = null;
        _offsets.Current = null;
        _matchLengths.Current = null;
        (_recent1, _recent2, _recent3) = (1, 4, 8);
    }

    /// <summary>Decodes the sequences that are the input's buffer from <paramref name="at"/> to <paramref name="end"/> into the window.</summary>
    public void Execute(int at, int end, ZstdLiterals literals)
    {
        var bytes = input.Buffer.AsSpan(0, end);
        int count = TakeCount(bytes, ref at);
        int limit = window.Position + window.LargestBlock;
        int used = 0;
        if (count > 0)
        {
            if (at == end || (bytes[at] & 3) != 0)
            {
                input.Fail("the sequences of a zstd block have modes that are reserved");
            }

            int modes = bytes[at++];
            SetTable(_literalLengths, modes >> 6, bytes, ref at);
            SetTable(_offsets, (modes >> 4) & 3, bytes, ref at);
            SetTable(_matchLengths, (modes >> 2) & 3, bytes, ref at);
            used = Run(at, end, count, limit, literals);
            if (used < 0)
            {
                input.Fail("the sequences of a zstd block are damaged");
            }
        }
        else if (at != end)
        {
            input.Fail("a zstd block goes on behind its end");
        }

        int rest = literals.Count - used;
        if (rest > limit - window.Position)
        {
            input.Fail("a zstd block stands for more than its frame allows");
        }

        literals.Buffer.AsSpan(literals.Start + used, rest).CopyTo(window.Buffer.AsSpan(window.Position));
        window.Position += rest;
    }

    private int TakeCount(ReadOnlySpan<byte> bytes, ref int at)
    {
        int first = at < bytes.Length ? bytes[at++] : int.MaxValue;
        int more = first < 128 ? 0 : first < 255 ? 1 : 2;
        if (more > bytes.Length - at)
        {
            input.Fail("a zstd block ends in its sequences");
        }

        at += more;
        return more switch
        {
            0 => first,
            1 => ((first - 128) << 8) + bytes[at - 1],
            _ => bytes[at - 2] + (bytes[at - 1] << 8) + 0x7F00,
        };
    }

    private void SetTable(Part part, int mode, ReadOnlySpan<byte> bytes, ref int at)
    {
        bool isGood = true;
        switch (mode)
        {
            case Predefined:
                part.Current = part.Default;
                break;
            case Single:
                part.Current = part.Own;
                isGood = at < bytes.Length && part.Own.TrySetSingle(bytes[at++]);
                break;
            case Described:
                part.Current = part.Own;
                int length = part.Own.Read(bytes[at..]);
                isGood = length >= 0;
                at += length;
                break;
            default:
                isGood = part.Current is not null;
                break;
        }

        if (!isGood)
        {
            input.Fail($"the {part.Codes.Name} of a zstd block have no table");
        }
    }

    /// <summary>Gives how many literals were used, or -1 where the sequences are damaged.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Run(int start, int end, int count, int limit, ZstdLiterals literals)
    {
        int place = BackwardBits.Begin(input.Buffer, start, end);
        if (place < 0)
        {
            return -1;
        }

        start *= 8;
        ref byte source = ref MemoryMarshal.GetArrayDataReference(input.Buffer);
        ref byte target = ref MemoryMarshal.GetArrayDataReference(window.Buffer);
        ref byte nextLiteral = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(literals.Buffer), literals.Start);
        ref ulong literalEntries = ref MemoryMarshal.GetArrayDataReference(_literalLengths.Current!.Entries);
        ref ulong offsetEntries = ref MemoryMarshal.GetArrayDataReference(_offsets.Current!.Entries);
        ref ulong matchEntries = ref MemoryMarshal.GetArrayDataReference(_matchLengths.Current!.Entries);
        uint literalState = Take(ref source, ref place, _literalLengths.Current.Log);
        uint offsetState = Take(ref source, ref place, _offsets.Current.Log);
        uint matchState = Take(ref source, ref place, _matchLengths.Current.Log);
        int position = window.Position;
        int literalsLeft = literals.Count;
        uint farthest = (uint)window.Size;
        uint recent1 = _recent1;
        uint recent2 = _recent2;
        uint recent3 = _recent3;
        while (true)
        {
            ulong literalEntry = Unsafe.Add(ref literalEntries, literalState);
            ulong offsetEntry = Unsafe.Add(ref offsetEntries, offsetState);
            ulong matchEntry = Unsafe.Add(ref matchEntries, matchState);
            int literalBits = (int)(literalEntry >> 56);
            int offsetBits = (int)(offsetEntry >> 56);
            int matchBits = (int)(matchEntry >> 56);
            ulong bits = BackwardBits.Top(ref source, place);
            uint distance = (uint)offsetEntry + BackwardBits.First(bits, offsetBits);
            place -= offsetBits;
            bool isLong = literalBits + offsetBits + matchBits > ExtraAtOnce;
            bits = isLong ? BackwardBits.Top(ref source, place) : bits << offsetBits;
            int matchLength = (int)((uint)matchEntry + BackwardBits.First(bits, matchBits));
            bits <<= matchBits;
            int literalLength = (int)((uint)literalEntry + BackwardBits.First(bits, literalBits));
            place -= matchBits + literalBits;
            bits = isLong ? BackwardBits.Top(ref source, place) : bits << literalBits;

            if (distance > 3)
            {
                distance -= 3;
                recent3 = recent2;
                recent2 = recent1;
                recent1 = distance;
            }
            else
            {
                // Without literals before it the last distance would have made the match before longer, so the numbers mean others.
                uint which = distance + (literalLength == 0 ? 1u : 0);
                distance = which switch { 1 => recent1, 2 => recent2, 3 => recent3, _ => recent1 - 1 };
                recent3 = which > 2 ? recent2 : recent3;
                recent2 = which > 1 ? recent1 : recent2;
                recent1 = distance;
            }

            literalsLeft -= literalLength;
            int matchAt = position + literalLength;
            if (place < start || literalsLeft < 0 || matchLength > limit - matchAt || distance - 1 >= farthest)
            {
                return -1;
            }

            CopyLiterals(ref nextLiteral, ref Unsafe.Add(ref target, position), literalLength);
            nextLiteral = ref Unsafe.Add(ref nextLiteral, literalLength);
            position = matchAt + matchLength;
            if (distance <= (uint)matchAt)
            {
                CopyMatch(ref Unsafe.Add(ref target, matchAt), (nint)distance, matchLength);
            }
            else if (!window.TryCopyFromLastLap(matchAt, (int)distance, matchLength))
            {
                return -1;
            }

            if (--count == 0)
            {
                break;
            }

            int stateBits = (int)(literalEntry >> 48) & 0xFF;
            literalState = (uint)(ushort)(literalEntry >> 32) + BackwardBits.First(bits, stateBits);
            bits <<= stateBits;
            place -= stateBits;
            stateBits = (int)(matchEntry >> 48) & 0xFF;
            matchState = (uint)(ushort)(matchEntry >> 32) + BackwardBits.First(bits, stateBits);
            bits <<= stateBits;
            place -= stateBits;
            stateBits = (int)(offsetEntry >> 48) & 0xFF;
            offsetState = (uint)(ushort)(offsetEntry >> 32) + BackwardBits.First(bits, stateBits);
            place -= stateBits;
        }

        window.Position = position;
        _recent1 = recent1;
        _recent2 = recent2;
        _recent3 = recent3;
        return place == start ? literals.Count - literalsLeft : -1;
    }

    private static uint Take(ref byte source, ref int place, int count)
    {
        uint bits = BackwardBits.First(BackwardBits.Top(ref source, place), count);
        place -= count;
        return bits;
    }

    // Sixteen bytes at a step, which reads and writes past the end: into the bytes that the buffers have to spare.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLiterals(ref byte source, ref byte target, int length)
    {
        Vector128.LoadUnsafe(ref source).StoreUnsafe(ref target);
        for (nint done = 16; done < length; done += 16)
        {
            Vector128.LoadUnsafe(ref source, (nuint)done).StoreUnsafe(ref target, (nuint)done);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyMatch(ref byte target, nint distance, int length)
    {
        ref byte source = ref Unsafe.Subtract(ref target, distance);
        if (distance >= 16)
        {
            CopyLiterals(ref source, ref target, length);
        }
        else
        {
            CopyNear(ref source, ref target, distance, length);
        }
    }

    // A match that overlaps itself repeats its beginning: once that is longer than a step, steps can copy it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyNear(ref byte source, ref byte target, nint distance, int length)
    {
        nint far = distance;
        while (far < 16)
        {
            far += distance;
        }

        nint first = Math.Min(far, length);
        for (nint i = 0; i < first; i++)
        {
            Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i);
        }

        for (nint done = first; done < length; done += 16)
        {
            Vector128.LoadUnsafe(ref Unsafe.Add(ref target, done - far)).StoreUnsafe(ref Unsafe.Add(ref target, done));
        }
    }

    /// <summary>The table in use of one part of the sequences.</summary>
    private sealed class Part(SequenceCodes codes)
    {
        public SequenceCodes Codes => codes;

        public SequenceTable Default { get; } = SequenceTable.Default(codes);

        public SequenceTable Own { get; } = new(codes);

        public SequenceTable? Current { get; set; }
    }
}
